import { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { holding, type Measure, missing, type Subject, whyNoKey } from './evidence';
import { mappings } from '../controls';
import { RotatingS3Key } from '../key';
import { at, canonical, finalState } from '../private/final-state';

const RULE = ['BucketEncryption', 'ServerSideEncryptionConfiguration', 0];
const KMS = ['aws:kms', 'aws:kms:dsse'];
const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** Conditions that name who may come, so that everybody does not mean the whole world. */
const NAMING = /^(kms:CallerAccount|aws:(SourceAccount|SourceArn|SourceOrgID|PrincipalAccount|PrincipalArn|PrincipalOrgID|PrincipalOrgPaths))$/i;

const OF_BUCKET: [measure: string, title: string, mappings: Measure['mappings'], holds: (properties: unknown) => boolean][] = [
  ['bucket-encrypted', 'The default encryption is under a KMS key that is not the one of AWS', mappings.ENCRYPTED_AT_REST, (properties) => {
    const byDefault = at(properties, ...RULE, 'ServerSideEncryptionByDefault');
    const key = at(byDefault, 'KMSMasterKeyID');
    return KMS.includes(String(at(byDefault, 'SSEAlgorithm'))) && key !== undefined && !/(^|:)alias\/aws\/s3$/.test(String(key));
  }],
  ['bucket-key', 'The S3 Bucket Key is on', {}, (properties) => at(properties, ...RULE, 'BucketKeyEnabled') === true],
  ['bucket-sse-c-blocked', 'Nobody uploads under a key that only the client has', {}, (properties) => {
    const blocked = at(properties, ...RULE, 'BlockedEncryptionTypes', 'EncryptionType');
    return Array.isArray(blocked) && blocked.includes('SSE-C');
  }],
  ['bucket-not-public', 'Public access is blocked, all four ways of it', mappings.NOT_PUBLIC,
    (properties) => BLOCKS.every((block) => at(properties, 'PublicAccessBlockConfiguration', block) === true)],
  ['bucket-acls-off', 'ACLs are off', mappings.ACLS_OFF,
    (properties) => at(properties, 'OwnershipControls', 'Rules', 0, 'ObjectOwnership') === 'BucketOwnerEnforced'],
  ['bucket-versioned', 'Objects that are overwritten or deleted are kept', mappings.VERSIONED,
    (properties) => at(properties, 'VersioningConfiguration', 'Status') === 'Enabled'],
  ['bucket-object-lock', 'Objects cannot be deleted before their time', mappings.OBJECT_LOCK,
    (properties) => at(properties, 'ObjectLockEnabled') === true && at(properties, 'ObjectLockConfiguration', 'Rule') !== undefined],
  ['bucket-access-logged', 'Requests are in the access logs', mappings.ACCESS_LOGGED, (properties) => at(properties, 'LoggingConfiguration') !== undefined],
];

/** What the bucket itself makes hold, read from the template: props may weaken it, with a reason. Of one that is elsewhere nothing is known. */
export function evidenceOfBucket({ bucket, keys, noKeyBecause }: Subject): Measure[] {
  const resource = bucket.node.defaultChild;
  const known = resource instanceof s3.CfnBucket ? resource : undefined;
  const unlike = (measure: string, holds: (properties: unknown) => boolean) => {
    if (known !== undefined && holds(finalState(known).properties)) { return undefined; }
    const given = OF_KEY_OF_BUCKET.includes(measure) && keys.length === 0 ? noKeyBecause : undefined;
    return given ?? (known === undefined ? ELSEWHERE : 'the bucket of the template does not have it');
  };
  const policy = policyOf(bucket);
  const open = () => known === undefined ? ELSEWHERE
    : policy !== undefined && deniesPlainHttp(bucket, policy) ? undefined : 'the policy of the template does not deny it to everybody';
  return [
    ...OF_BUCKET.map(([measure, title, controls, holds]) => (
      holding({ measure, title, mappings: controls }, () => known, () => unlike(measure, holds)))),
    holding({ measure: 'bucket-tls-only', title: 'Plain HTTP is denied to everybody', mappings: mappings.TLS_ONLY }, () => policy, open),
  ];
}

/** What a bucket without a key has no part in. */
const OF_KEY_OF_BUCKET = ['bucket-encrypted', 'bucket-key'];

const ELSEWHERE = 'it is not of this app, so nobody can see here whether it has it';

const OF_KEY: readonly Omit<Measure, 'by'>[] = [
  { measure: 'key-rotated', title: 'KMS rotates the material of the key by itself', mappings: mappings.KEY_ROTATED },
  {
    measure: 'key-deletion-guarded',
    title: 'A key that was used lately cannot be deleted, and no key within less than 30 days',
    mappings: mappings.KEY_NOT_DELETED,
  },
  { measure: 'key-not-public', title: 'The policy of the key lets in nobody without naming them', mappings: mappings.KEY_NOT_PUBLIC },
];

/** What the keys themselves make hold, each of them, or why there is none. */
export function evidenceOfKeys(subject: Subject): Measure[] {
  const { keys } = subject;
  if (keys.length === 0) { return missing(OF_KEY, whyNoKey(subject)); }
  return OF_KEY.map((what) => {
    const wrong = () => keys.flatMap((key) => {
      const why = unlikeKey(key, what.measure);
      return why === undefined ? [] : [keys.length === 1 ? why : `${key.node.path}: ${why}`];
    });
    return {
      ...what,
      by: () => wrong().length > 0 ? [] : keys.map(({ node }) => node.defaultChild),
      because: () => wrong().length > 0 ? wrong().join('; ') : undefined,
    };
  });
}

/** Why a key of the template does not have something. Of a policy that is not ours nothing is claimed. */
function unlikeKey(key: kms.IKey, measure: string): string | undefined {
  const resource = key.node.defaultChild;
  if (!(resource instanceof kms.CfnKey)) { return ELSEWHERE; }
  if (measure === 'key-deletion-guarded' && !(key instanceof RotatingS3Key)) { return 'the key is no RotatingS3Key, whose policy has it'; }
  const { EnableKeyRotation, Enabled, PendingWindowInDays, KeyPolicy } = finalState(resource).properties;
  const holds: Record<string, boolean> = {
    'key-rotated': EnableKeyRotation === true && Enabled !== false,
    'key-deletion-guarded': PendingWindowInDays === 30,
    'key-not-public': !letsInEverybody(KeyPolicy),
  };
  return holds[measure] === true ? undefined : 'the key of the template does not have it';
}

function policyOf(bucket: s3.IBucket): s3.CfnBucketPolicy | undefined {
  const resource = bucket.policy?.node.defaultChild;
  return resource instanceof s3.CfnBucketPolicy ? resource : undefined;
}

/** Everybody, everything, the bucket and its objects, and no further condition that would let some through. */
function deniesPlainHttp(bucket: s3.IBucket, policy: s3.CfnBucketPolicy): boolean {
  const wanted = [bucket.bucketArn, `${bucket.bucketArn}/*`].map((arn) => canonical(Stack.of(policy).resolve(arn)));
  return statementsOf(finalState(policy).properties.PolicyDocument).some((statement) => {
    const resources = [at(statement, 'Resource')].flat().map(canonical);
    return at(statement, 'Effect') === 'Deny' && isEverybody(statement) && at(statement, 'Action') === 's3:*'
      && wanted.every((arn) => resources.includes(arn))
      && ['{"Bool":{"aws:SecureTransport":"false"}}', '{"Bool":{"aws:SecureTransport":false}}'].includes(canonical(at(statement, 'Condition')));
  });
}

function letsInEverybody(document: unknown): boolean {
  return statementsOf(document).some((statement) => {
    if (at(statement, 'Effect') !== 'Allow' || !(isEverybody(statement) || at(statement, 'NotPrincipal') !== undefined)) { return false; }
    const conditions = Object.values((at(statement, 'Condition') ?? {}) as Record<string, Record<string, unknown>>);
    return !conditions.some((operator) => Object.entries(operator).some(([name, value]) => NAMING.test(name) && !JSON.stringify(value).includes('"*"')));
  });
}

function statementsOf(document: unknown): unknown[] {
  const statements = at(document, 'Statement');
  return Array.isArray(statements) ? statements : [];
}

function isEverybody(statement: unknown): boolean {
  return at(statement, 'Principal') === '*' || [at(statement, 'Principal', 'AWS')].flat().includes('*');
}
