/**
 * Configuration items in the shape that AWS Config records.
 *
 * https://github.com/awslabs/aws-config-resource-schema has the names of the properties; a bucket keeps
 * everything but its name under `supplementaryConfiguration`.
 */
export type Item = Record<string, unknown>;

export const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
export const KEY = `arn:aws:kms:eu-west-1:111122223333:key/${KEY_ID}`;
export const OTHER_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321';
export const LOG_BUCKET = 'amzn-s3-demo-logs';

const NAME = 'amzn-s3-demo-bucket';

export const DENY_HTTP = {
  Sid: 'DenyInsecureTransport',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [`arn:aws:s3:::${NAME}`, `arn:aws:s3:::${NAME}/*`],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
export const DENY_SSE_C = {
  Sid: 'DenyCustomerProvidedKeys',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: `arn:aws:s3:::${NAME}/*`,
  Condition: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } },
};
const ALLOW = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:role/Reader' }, Action: 's3:GetObject', Resource: `arn:aws:s3:::${NAME}/*` };

/** What `ServerSideEncryptionConfiguration` has for one rule. */
export function encryption(sseAlgorithm: unknown = 'aws:kms', kmsMasterKeyID: unknown = KEY, bucketKeyEnabled: unknown = true, more: object = {}): Item {
  return { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyID }, bucketKeyEnabled, ...more }] };
}

/** A policy as S3 gives it: without white space, and an Allow before what is asked about. */
export function policy(...statements: object[]): Item {
  return { policyText: JSON.stringify({ Version: '2012-10-17', Statement: [ALLOW, ...statements] }) };
}

/** A bucket that every rule is content with, changed. */
export function bucket(supplementary: Item = {}, top: Item = {}): Item {
  return {
    version: '1.3',
    accountId: '111122223333',
    configurationItemCaptureTime: '2026-11-20T10:00:00.000Z',
    configurationItemStatus: 'OK',
    configurationStateId: '1700000000000',
    arn: `arn:aws:s3:::${NAME}`,
    resourceType: 'AWS::S3::Bucket',
    resourceId: NAME,
    resourceName: NAME,
    awsRegion: 'eu-west-1',
    availabilityZone: 'Regional',
    resourceCreationTime: '2024-01-01T00:00:00.000Z',
    tags: { team: 'orders' },
    relatedEvents: [],
    relationships: [],
    configuration: { name: NAME, owner: { displayName: null, id: 'a'.repeat(64) }, creationDate: '2024-01-01T00:00:00.000Z' },
    supplementaryConfiguration: {
      AccessControlList: '{"grantSet":null,"grantList":[]}',
      BucketAccelerateConfiguration: { status: null },
      BucketLoggingConfiguration: { destinationBucketName: null, logFilePrefix: null },
      BucketNotificationConfiguration: { configurations: {} },
      BucketPolicy: policy(DENY_HTTP, DENY_SSE_C),
      BucketVersioningConfiguration: { status: 'Enabled', isMfaDeleteEnabled: null },
      IsRequesterPaysEnabled: false,
      PublicAccessBlockConfiguration: { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true },
      ServerSideEncryptionConfiguration: encryption(),
      ...supplementary,
    },
    resourceTransitionStatus: 'None',
    ...top,
  };
}

/** A key that every rule is content with, changed. */
export function key(configuration: Item = {}, supplementary: Item = {}, top: Item = {}): Item {
  return {
    version: '1.3',
    accountId: '111122223333',
    configurationItemCaptureTime: '2026-11-20T10:00:00.000Z',
    configurationItemStatus: 'OK',
    configurationStateId: '1700000000000',
    arn: KEY,
    resourceType: 'AWS::KMS::Key',
    resourceId: KEY_ID,
    resourceName: KEY_ID,
    awsRegion: 'eu-west-1',
    availabilityZone: 'Not Applicable',
    resourceCreationTime: '2024-01-01T00:00:00.000Z',
    tags: {},
    relatedEvents: [],
    relationships: [],
    configuration: {
      awsaccountId: '111122223333',
      keyId: KEY_ID,
      arn: KEY,
      creationDate: '2024-01-01T00:00:00.000Z',
      enabled: true,
      description: '',
      keyUsage: 'ENCRYPT_DECRYPT',
      keyState: 'Enabled',
      deletionDate: null,
      validTo: null,
      origin: 'AWS_KMS',
      customKeyStoreId: null,
      cloudHsmClusterId: null,
      expirationModel: null,
      keyManager: 'CUSTOMER',
      customerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      encryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      signingAlgorithms: [],
      ...configuration,
    },
    supplementaryConfiguration: { KeyRotationStatus: true, Policy: '{}', Tags: [], ...supplementary },
    resourceTransitionStatus: 'None',
    ...top,
  };
}

/** The item that AWS Config leaves of what is gone. */
export function gone(item: Item, status: string = 'ResourceDeleted'): Item {
  return { ...item, configurationItemStatus: status, configuration: null, supplementaryConfiguration: {} };
}
