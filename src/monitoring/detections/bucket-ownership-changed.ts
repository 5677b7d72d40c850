import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
export const bucketOwnershipChanged: EventSpec = {
  kind: 'event',
  id: 'bucket-ownership-changed',
  severity: DetectionSeverity.HIGH,
  title: 'bucket ownership or ACL changed',
  meaning: 'Access control lists may be in force again: objects can belong to, or be opened for, other accounts.',
  references: ['CIS 4.8', 'CloudWatch.8', 'S3.12', 'T1222'],
  parts: [{
    source: 'aws.s3',
    scope: 'bucket',
    calls: ['PutBucketOwnershipControls', 'DeleteBucketOwnershipControls', 'PutBucketAcl'],
    outcome: 'succeeded',
  }],
};
