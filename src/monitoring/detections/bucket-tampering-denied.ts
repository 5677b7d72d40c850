import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html */
export const bucketTamperingDenied: EventSpec = {
  kind: 'event',
  id: 'bucket-tampering-denied',
  severity: DetectionSeverity.MEDIUM,
  title: 'attempt to change a bucket denied',
  meaning: 'Somebody without the permission tried to weaken this bucket. The policy held; look at who it was.',
  references: ['CIS 4.1', 'T1222', 'T1600'],
  parts: [{
    source: 'aws.s3',
    scope: 'bucket',
    calls: [
      'PutBucketEncryption', 'DeleteBucketEncryption', 'PutBucketPolicy', 'DeleteBucketPolicy',
      'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutBucketVersioning',
      'PutBucketOwnershipControls', 'DeleteBucketOwnershipControls', 'PutBucketAcl',
      'PutBucketReplication', 'DeleteBucketReplication', 'PutBucketLifecycle', 'DeleteBucketLifecycle',
    ],
    outcome: 'denied',
  }],
};
