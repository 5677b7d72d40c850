import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/**
 * Everything that `bucket-encryption-downgraded` does not match, also where the record does not show
 * the algorithm. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
 */
export const bucketEncryptionChanged: EventSpec = {
  kind: 'event',
  id: 'bucket-encryption-changed',
  severity: DetectionSeverity.HIGH,
  title: 'bucket encryption changed',
  meaning: 'New objects may be under another key, perhaps one that its owner can take away, or no longer under a Bucket Key.',
  references: ['S3.17', 'T1486', 'T1600'],
  parts: [{
    source: 'aws.s3',
    scope: 'bucket',
    calls: ['PutBucketEncryption'],
    outcome: 'succeeded',
    where: {
      requestParameters: {
        ServerSideEncryptionConfiguration: {
          Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: [{ 'anything-but': ['AES256'] }, { exists: false }] } },
        },
      },
    },
  }],
};
