import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/**
 * Three signs of a call that a service made, any of which acquits: AWS documents `invokedBy` for them, and
 * the records of some services carry only their host name as the address.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export const keyUsedDirectly: EventSpec = {
  kind: 'event',
  id: 'key-used-directly',
  severity: DetectionSeverity.HIGH,
  title: 'key used directly, not through S3',
  meaning: 'Somebody called KMS with a key that is for S3 only: to decrypt data keys or files taken from elsewhere, or to encrypt files for ransom.',
  references: ['T1552', 'T1486'],
  parts: [{
    source: 'aws.kms',
    scope: 'key',
    calls: ['Decrypt', 'Encrypt', 'ReEncrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'],
    outcome: 'any',
    readOnly: true,
    where: {
      sourceIPAddress: [{ 'anything-but': { suffix: '.amazonaws.com' } }],
      userIdentity: { invokedBy: [{ exists: false }], type: [{ 'anything-but': ['AWSService'] }] },
    },
  }],
};
