import type { RuleSpec } from './rule-spec';

// Mappings: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html, kms-controls.html and
// cloudtrail-controls.html beside it. Rules: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html

const ENCRYPTED_AT_REST = {
  securityHub: ['S3.17'],
  nist80053: ['SC-12(2)', 'CM-3(6)', 'SC-13', 'SC-28', 'SC-28(1)', 'SC-7(10)', 'CA-9(1)', 'SI-7(6)', 'AU-9'],
  pciDss: ['3.5.1'],
  hipaa: ['164.312(a)(2)(iv)', '164.312(e)(2)(ii)', '164.308(a)(1)(ii)(B)'],
};
const TLS = {
  securityHub: ['S3.5'],
  cis5: ['2.1.1'],
  cis7: ['3.1.1'],
  nist80053: ['AC-17(2)', 'AC-4', 'IA-5(1)', 'SC-12(3)', 'SC-13', 'SC-23', 'SC-23(3)', 'SC-7(4)', 'SC-8', 'SC-8(1)', 'SC-8(2)', 'SI-7(6)'],
  pciDss: ['4.2.1'],
  hipaa: ['164.312(e)(1)', '164.312(e)(2)(i)', '164.312(e)(2)(ii)'],
};
const NOT_DELETED = { securityHub: ['KMS.3'], nist80053: ['SC-12', 'SC-12(2)'] };

export const bucketDefaultEncryptionKms: RuleSpec = {
  id: 'bucket-default-encryption-kms',
  title: 'The default encryption is under an approved KMS key, as AWS checks it',
  subject: 'bucket',
  managed: 'S3_DEFAULT_ENCRYPTION_KMS',
  kmsOnly: true,
  mappings: ENCRYPTED_AT_REST,
};
export const defaultKey: RuleSpec = {
  id: 'default-key',
  title: 'The default encryption is under an approved KMS key, named by its ARN or id',
  subject: 'bucket',
  kmsOnly: true,
  remedy: 'bucket-encryption',
  mappings: ENCRYPTED_AT_REST,
};
export const bucketKey: RuleSpec = {
  id: 'bucket-key', title: 'The S3 Bucket Key is on', subject: 'bucket', kmsOnly: true, remedy: 'bucket-encryption', mappings: {},
};
export const sseCBlocked: RuleSpec = {
  id: 'sse-c-blocked', title: 'Nobody uploads under a key that only the client has', subject: 'bucket', remedy: 'bucket-encryption', mappings: {},
};
export const tlsOnly: RuleSpec = {
  id: 'tls-only', title: 'Plain HTTP is denied to everybody', subject: 'bucket', remedy: 'tls-policy', mappings: TLS,
};
export const bucketSslRequestsOnly: RuleSpec = {
  id: 'bucket-ssl-requests-only',
  title: 'Plain HTTP is denied, as AWS checks it',
  subject: 'bucket',
  managed: 'S3_BUCKET_SSL_REQUESTS_ONLY',
  offBecause: 'tls-only looks at the same',
  mappings: TLS,
};
export const bucketServerSideEncryptionEnabled: RuleSpec = {
  id: 'bucket-server-side-encryption-enabled',
  title: 'There is a default encryption, which every bucket has since 2023',
  subject: 'bucket',
  managed: 'S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED',
  offBecause: 'it passes for every bucket since January 2023',
  mappings: {},
};
export const keyRotation: RuleSpec = {
  id: 'key-rotation',
  title: 'The material of the key is rotated by itself',
  subject: 'key',
  remedy: 'key-rotation',
  mappings: {
    securityHub: ['KMS.4'], cis5: ['3.6'], cis7: ['4.6'], nist80053: ['SC-12', 'SC-12(2)', 'SC-28(3)'], pciDss: ['3.7.4'], hipaa: ['164.312(a)(2)(iv)'],
  },
};
export const keyRotationPeriod: RuleSpec = {
  id: 'key-rotation-period',
  title: 'The material of the key is rotated as often as it should be',
  subject: 'key',
  own: true,
  periodic: true,
  remedy: 'key-rotation',
  mappings: keyRotation.mappings,
};
export const keyUsable: RuleSpec = {
  id: 'key-usable', title: 'The key is neither disabled nor scheduled for deletion', subject: 'key', mappings: NOT_DELETED,
};
export const keyNotScheduledForDeletion: RuleSpec = {
  id: 'key-not-scheduled-for-deletion',
  title: 'The key is not scheduled for deletion, as AWS checks it once a day',
  subject: 'key',
  managed: 'KMS_CMK_NOT_SCHEDULED_FOR_DELETION',
  // https://docs.aws.amazon.com/config/latest/developerguide/kms-cmk-not-scheduled-for-deletion.html
  notIn: ['ap-east-2', 'ap-southeast-6', 'eu-south-1'],
  periodic: true,
  mappings: NOT_DELETED,
};
export const keyPolicyNotPublic: RuleSpec = {
  id: 'key-policy-not-public',
  title: 'The policy of the key lets in nobody without a condition',
  subject: 'key',
  managed: 'KMS_KEY_POLICY_NO_PUBLIC_ACCESS',
  // https://docs.aws.amazon.com/config/latest/developerguide/kms-key-policy-no-public-access.html
  notIn: ['ap-east-2', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'mx-central-1', 'us-gov-east-1', 'us-gov-west-1'],
  mappings: { securityHub: ['KMS.5'], cis7: ['2.21'] },
};
export const trailEncrypted: RuleSpec = {
  id: 'trail-encrypted',
  title: 'The trails of the account are under a KMS key',
  subject: 'trails',
  managed: 'CLOUD_TRAIL_ENCRYPTION_ENABLED',
  periodic: true,
  mappings: {
    securityHub: ['CloudTrail.2'], cis5: ['3.5'], cis7: ['4.5'], nist80053: ['AU-9', 'SC-13', 'SC-28', 'SC-28(1)', 'SI-7(6)'], pciDss: ['10.3.2'], hipaa: ['164.312(a)(2)(iv)'],
  },
};
export const trailValidated: RuleSpec = {
  id: 'trail-validated',
  title: 'The trails of the account sign their log files',
  subject: 'trails',
  managed: 'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED',
  periodic: true,
  mappings: {
    securityHub: ['CloudTrail.4'], cis5: ['3.2'], cis7: ['4.2'], nist80053: ['AU-9', 'SI-4', 'SI-7(1)', 'SI-7(3)', 'SI-7(7)'], pciDss: ['10.3.2'], hipaa: ['164.312(c)(1)', '164.312(c)(2)'],
  },
};
export const bucketDataEvents: RuleSpec = {
  id: 'bucket-data-events',
  title: 'A trail records who reads and writes objects of the watched buckets',
  subject: 'data-events',
  managed: 'CLOUDTRAIL_S3_DATAEVENTS_ENABLED',
  periodic: true,
  mappings: {
    cis5: ['3.8', '3.9'], cis7: ['4.8', '4.9'], nist80053: ['AU-2', 'AU-3', 'AU-12'], pciDss: ['10.2.1'], hipaa: ['164.312(b)', '164.308(a)(1)(ii)(D)'],
  },
};
