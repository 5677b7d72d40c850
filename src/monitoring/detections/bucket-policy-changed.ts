import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html */
export const bucketPolicyChanged: EventSpec = {
  kind: 'event',
  id: 'bucket-policy-changed',
  severity: DetectionSeverity.HIGH,
  title: 'bucket policy changed',
  meaning: 'Who can reach the bucket, and which uploads it refuses, may have changed.',
  references: ['CIS 4.8', 'CloudWatch.8', 'T1222', 'T1537'],
  parts: [{ source: 'aws.s3', scope: 'bucket', calls: ['PutBucketPolicy', 'DeleteBucketPolicy'], outcome: 'succeeded' }],
};
