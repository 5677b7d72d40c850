import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html */
export const bucketVersioningChanged: EventSpec = {
  kind: 'event',
  id: 'bucket-versioning-changed',
  severity: DetectionSeverity.MEDIUM,
  title: 'bucket versioning changed',
  meaning: 'When versioning is suspended, the next overwrite or deletion of an object loses what was there.',
  references: ['T1485', 'T1490', 'S3.14'],
  parts: [{ source: 'aws.s3', scope: 'bucket', calls: ['PutBucketVersioning'], outcome: 'succeeded' }],
};
