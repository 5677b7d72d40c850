import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/**
 * Without a configuration of its own a bucket falls back to SSE-S3:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
 */
export const bucketEncryptionDowngraded: EventSpec = {
  kind: 'event',
  id: 'bucket-encryption-downgraded',
  severity: DetectionSeverity.CRITICAL,
  title: 'bucket downgraded to SSE-S3',
  meaning: 'New objects are under a key of S3, not under yours: whoever may read the bucket reads them, without any permission of KMS.',
  references: ['S3.17', 'T1600'],
  parts: [
    {
      source: 'aws.s3',
      scope: 'bucket',
      calls: ['PutBucketEncryption'],
      outcome: 'succeeded',
      where: { requestParameters: { ServerSideEncryptionConfiguration: { Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: ['AES256'] } } } } },
    },
    { source: 'aws.s3', scope: 'bucket', calls: ['DeleteBucketEncryption'], outcome: 'succeeded' },
  ],
};
