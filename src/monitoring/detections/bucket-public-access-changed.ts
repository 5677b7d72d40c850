import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** The block of the account is another call, which names no bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
export const bucketPublicAccessChanged: EventSpec = {
  kind: 'event',
  id: 'bucket-public-access-changed',
  severity: DetectionSeverity.HIGH,
  title: 'public access block changed',
  meaning: 'A bucket policy or an ACL may now open the bucket to everybody.',
  references: ['S3.1', 'S3.8', 'T1530'],
  parts: [
    {
      source: 'aws.s3',
      scope: 'bucket',
      calls: ['PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock'],
      outcome: 'succeeded',
    },
    {
      source: 'aws.s3',
      scope: 'account',
      calls: ['PutAccountPublicAccessBlock', 'DeleteAccountPublicAccessBlock'],
      outcome: 'succeeded',
    },
  ],
};
