import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html */
export const bucketReplicationChanged: EventSpec = {
  kind: 'event',
  id: 'bucket-replication-changed',
  severity: DetectionSeverity.HIGH,
  title: 'bucket replication changed',
  meaning: 'New objects may be copied to a bucket of somebody else, or no longer to the one that recovery relies on.',
  references: ['CIS 4.8', 'CloudWatch.8', 'T1537'],
  parts: [{ source: 'aws.s3', scope: 'bucket', calls: ['PutBucketReplication', 'DeleteBucketReplication'], outcome: 'succeeded' }],
};
