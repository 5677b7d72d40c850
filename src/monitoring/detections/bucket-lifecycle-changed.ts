import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** CloudTrail calls these events without "Configuration": https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html */
export const bucketLifecycleChanged: EventSpec = {
  kind: 'event',
  id: 'bucket-lifecycle-changed',
  severity: DetectionSeverity.MEDIUM,
  title: 'bucket lifecycle changed',
  meaning: 'A rule can delete every object of the bucket within a day, and no deletion shows up as a call of anybody.',
  references: ['CIS 4.8', 'CloudWatch.8', 'T1485.001'],
  parts: [{ source: 'aws.s3', scope: 'bucket', calls: ['PutBucketLifecycle', 'DeleteBucketLifecycle'], outcome: 'succeeded' }],
};
