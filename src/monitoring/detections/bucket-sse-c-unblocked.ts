import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/**
 * A change of the blocked encryption types is a PutBucketEncryption, and what it does not name it
 * unblocks. https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
 */
export const bucketSseCUnblocked: EventSpec = {
  kind: 'event',
  id: 'bucket-sse-c-unblocked',
  severity: DetectionSeverity.HIGH,
  title: 'SSE-C unblocked',
  meaning: 'Objects can be overwritten under a key that only the client has: ransom without malware. AWS cannot recover them.',
  references: ['T1486'],
  parts: [{
    source: 'aws.s3',
    scope: 'bucket',
    calls: ['PutBucketEncryption'],
    outcome: 'succeeded',
    where: {
      requestParameters: {
        ServerSideEncryptionConfiguration: {
          Rule: { BlockedEncryptionTypes: { EncryptionType: [{ 'anything-but': ['SSE-C'] }, { exists: false }] } },
        },
      },
    },
  }],
};
