import { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Measure } from './evidence';
import { mappings } from '../controls';
import { RotatingS3Key } from '../key';
import { at, canonical, finalState } from '../private/final-state';

const RULE = ['BucketEncryption', 'ServerSideEncryptionConfiguration', 0];
const KMS = ['aws:kms', 'aws:kms:dsse'];
const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** What the bucket itself makes hold, read from the template: props may weaken it, with a reason. */
export function evidenceOfBucket(bucket: s3.IBucket): Measure[] {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof s3.CfnBucket)) { return []; }
  const inBucket = (measure: string, title: string, controls: Measure['mappings'], holds: (properties: unknown) => boolean): Measure => {
    const found = () => holds(finalState(resource).properties);
    return { measure, title, mappings: controls, by: () => found() ? [resource] : [], because: () => found() ? undefined : 'the bucket of the template does not have it' };
  };
  const policy = () => policyOf(bucket);
  return [
    inBucket('bucket-encrypted', 'The default encryption is under a KMS key that is not the one of AWS', mappings.ENCRYPTED_AT_REST, (properties) => {
      const byDefault = at(properties, ...RULE, 'ServerSideEncryptionByDefault');
      return KMS.includes(String(at(byDefault, 'SSEAlgorithm'))) && at(byDefault, 'KMSMasterKeyID') !== undefined;
    }),
    inBucket('bucket-key', 'The S3 Bucket Key is on', {}, (properties) => at(properties, ...RULE, 'BucketKeyEnabled') === true),
    inBucket('bucket-sse-c-blocked', 'Nobody uploads under a key that only the client has', {}, (properties) => {
      const blocked = at(properties, ...RULE, 'BlockedEncryptionTypes', 'EncryptionType');
      return Array.isArray(blocked) && blocked.includes('SSE-C');
    }),
    {
      measure: 'bucket-tls-only',
      title: 'Plain HTTP is denied to everybody',
      mappings: mappings.TLS_ONLY,
      by: () => deniesPlainHttp(bucket, policy()) ? [policy()] : [],
      because: () => deniesPlainHttp(bucket, policy()) ? undefined : 'the policy of the template does not deny it',
    },
    inBucket('bucket-not-public', 'Public access is blocked, all four ways of it', mappings.NOT_PUBLIC,
      (properties) => BLOCKS.every((block) => at(properties, 'PublicAccessBlockConfiguration', block) === true)),
    inBucket('bucket-acls-off', 'ACLs are off', mappings.ACLS_OFF,
      (properties) => at(properties, 'OwnershipControls', 'Rules', 0, 'ObjectOwnership') === 'BucketOwnerEnforced'),
    inBucket('bucket-versioned', 'Objects that are overwritten or deleted are kept', mappings.VERSIONED,
      (properties) => at(properties, 'VersioningConfiguration', 'Status') === 'Enabled'),
    inBucket('bucket-object-lock', 'Objects cannot be deleted before their time', mappings.OBJECT_LOCK,
      (properties) => at(properties, 'ObjectLockEnabled') === true && at(properties, 'ObjectLockConfiguration', 'Rule') !== undefined),
    inBucket('bucket-access-logged', 'Requests are in the access logs', mappings.ACCESS_LOGGED, (properties) => at(properties, 'LoggingConfiguration') !== undefined),
  ];
}

/** What the key itself makes hold. Of a policy that is not ours nothing is claimed. */
export function evidenceOfKey(key: kms.IKey): Measure[] {
  const resource = key.node.defaultChild;
  if (!(resource instanceof kms.CfnKey)) { return []; }
  const inKey = (measure: string, title: string, controls: Measure['mappings'], holds: (properties: Record<string, unknown>) => boolean): Measure => {
    const found = () => holds(finalState(resource).properties);
    return { measure, title, mappings: controls, by: () => found() ? [resource] : [], because: () => found() ? undefined : 'the key of the template does not have it' };
  };
  return [
    inKey('key-rotated', 'KMS rotates the material of the key by itself', mappings.KEY_ROTATED,
      ({ EnableKeyRotation, Enabled }) => EnableKeyRotation === true && Enabled !== false),
    ...key instanceof RotatingS3Key ? [
      inKey('key-deletion-guarded', 'A key that was used lately cannot be deleted, and no key within less than 30 days', mappings.KEY_NOT_DELETED,
        ({ PendingWindowInDays }) => PendingWindowInDays === 30),
      inKey('key-not-public', 'The policy of the key lets in nobody without a condition', mappings.KEY_NOT_PUBLIC, () => true),
    ] : [],
  ];
}

function policyOf(bucket: s3.IBucket): s3.CfnBucketPolicy | undefined {
  const resource = bucket.policy?.node.defaultChild;
  return resource instanceof s3.CfnBucketPolicy ? resource : undefined;
}

function deniesPlainHttp(bucket: s3.IBucket, policy: s3.CfnBucketPolicy | undefined): boolean {
  if (policy === undefined) { return false; }
  const statements = at(finalState(policy).properties, 'PolicyDocument', 'Statement');
  const wanted = [bucket.bucketArn, `${bucket.bucketArn}/*`].map((arn) => canonical(Stack.of(policy).resolve(arn)));
  return Array.isArray(statements) && statements.some((statement) => {
    const resources = [at(statement, 'Resource')].flat().map(canonical);
    const everybody = at(statement, 'Principal') === '*' || at(statement, 'Principal', 'AWS') === '*';
    return at(statement, 'Effect') === 'Deny' && everybody && String(at(statement, 'Condition', 'Bool', 'aws:SecureTransport')) === 'false'
      && at(statement, 'Action') === 's3:*' && wanted.every((arn) => resources.includes(arn));
  });
}
