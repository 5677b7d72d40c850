import type { RuleSpec } from './rule-spec';
import { mappings } from '../controls';

// https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html

export const bucketDefaultEncryptionKms: RuleSpec = {
  id: 'bucket-default-encryption-kms',
  title: 'The default encryption is under an approved KMS key, as AWS checks it',
  subject: 'bucket',
  managed: 'S3_DEFAULT_ENCRYPTION_KMS',
  kmsOnly: true,
  mappings: mappings.ENCRYPTED_AT_REST,
};
export const defaultKey: RuleSpec = {
  id: 'default-key',
  title: 'The default encryption is under an approved KMS key, named by its ARN or id',
  subject: 'bucket',
  kmsOnly: true,
  remedy: 'bucket-encryption',
  mappings: mappings.ENCRYPTED_AT_REST,
};
export const bucketKey: RuleSpec = {
  id: 'bucket-key', title: 'The S3 Bucket Key is on', subject: 'bucket', kmsOnly: true, remedy: 'bucket-encryption', mappings: {},
};
export const sseCBlocked: RuleSpec = {
  id: 'sse-c-blocked', title: 'Nobody uploads under a key that only the client has', subject: 'bucket', remedy: 'bucket-encryption', mappings: {},
};
export const tlsOnly: RuleSpec = {
  id: 'tls-only', title: 'Plain HTTP is denied to everybody', subject: 'bucket', remedy: 'tls-policy', mappings: mappings.TLS_ONLY,
};
export const bucketSslRequestsOnly: RuleSpec = {
  id: 'bucket-ssl-requests-only',
  title: 'Plain HTTP is denied, as AWS checks it',
  subject: 'bucket',
  managed: 'S3_BUCKET_SSL_REQUESTS_ONLY',
  offBecause: 'tls-only looks at the same',
  mappings: mappings.TLS_ONLY,
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
  mappings: mappings.KEY_ROTATED,
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
  id: 'key-usable', title: 'The key is neither disabled nor scheduled for deletion', subject: 'key', mappings: mappings.KEY_NOT_DELETED,
};
export const keyNotScheduledForDeletion: RuleSpec = {
  id: 'key-not-scheduled-for-deletion',
  title: 'The key is not scheduled for deletion, as AWS checks it once a day',
  subject: 'key',
  managed: 'KMS_CMK_NOT_SCHEDULED_FOR_DELETION',
  // https://docs.aws.amazon.com/config/latest/developerguide/kms-cmk-not-scheduled-for-deletion.html
  notIn: ['ap-east-2', 'ap-southeast-6', 'eu-south-1'],
  periodic: true,
  mappings: mappings.KEY_NOT_DELETED,
};
export const keyPolicyNotPublic: RuleSpec = {
  id: 'key-policy-not-public',
  title: 'The policy of the key lets in nobody without a condition',
  subject: 'key',
  managed: 'KMS_KEY_POLICY_NO_PUBLIC_ACCESS',
  // https://docs.aws.amazon.com/config/latest/developerguide/kms-key-policy-no-public-access.html
  notIn: ['ap-east-2', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'mx-central-1', 'us-gov-east-1', 'us-gov-west-1'],
  mappings: mappings.KEY_NOT_PUBLIC,
};
export const trailEncrypted: RuleSpec = {
  id: 'trail-encrypted',
  title: 'The trails of the account are under a KMS key',
  subject: 'trails',
  managed: 'CLOUD_TRAIL_ENCRYPTION_ENABLED',
  periodic: true,
  mappings: mappings.TRAIL_ENCRYPTED,
};
export const trailValidated: RuleSpec = {
  id: 'trail-validated',
  title: 'The trails of the account sign their log files',
  subject: 'trails',
  managed: 'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED',
  periodic: true,
  mappings: mappings.TRAIL_VALIDATED,
};
export const bucketDataEvents: RuleSpec = {
  id: 'bucket-data-events',
  title: 'A trail records who reads and writes objects of the watched buckets',
  subject: 'data-events',
  managed: 'CLOUDTRAIL_S3_DATAEVENTS_ENABLED',
  periodic: true,
  mappings: mappings.DATA_EVENTS,
};
