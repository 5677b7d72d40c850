import { CfnParameter, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, KeyAccess, KeyRotation, RotatingS3Key, SecureBucket, UploadHeaders } from '../../src';
import { OTHER_ACCOUNT } from '../helpers/stack';

/**
 * Values of one prop, each under a name that a failing run prints.
 *
 * A name is what fast-check shrinks and shows; the value is made in the stack of the run.
 */
export type Choices = Record<string, (stack: Stack) => unknown>;

const always = (values: Record<string, unknown>): Choices => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value]));
const flag = always({ true: true, false: false, undefined });
const lazily = (value: string) => () => Lazy.string({ produce: () => value });
const parameter = (stack: Stack) => new CfnParameter(stack, `Parameter${stack.node.children.length}`).valueAsString;
const unique = (stack: Stack, name: string) => `${name}${stack.node.children.length}`;
const text: Choices = {
  ...always({ 'empty': '', 'spaces': '   ', 'text': 'some text', 'null byte': 'a\0b', 'long': 'x'.repeat(2000), 'unicode': 'ключ 鍵 🔑' }),
  lazy: lazily('later'),
  parameter,
};

const keyArn = (stack: Stack, id: string, region = stack.region) => stack.formatArn({ service: 'kms', region, resource: id });
const imported = (id: string, region?: string) => (stack: Stack) => kms.Key.fromKeyArn(stack, unique(stack, 'Imported'), keyArn(stack, id, region));
const beside = (stack: Stack, region: string) => new Stack(Stack.of(stack).node.root, unique(stack, 'Beside'), { env: { account: '111111111111', region } });

/** Keys of every kind that the CDK can make. */
const key: Choices = {
  'undefined': () => undefined,
  'RotatingS3Key': (stack) => new RotatingS3Key(stack, unique(stack, 'Key')),
  'multi-region RotatingS3Key': (stack) => new RotatingS3Key(stack, unique(stack, 'Key'), { multiRegion: true }),
  'RotatingS3Key for named principals': (stack) => new RotatingS3Key(stack, unique(stack, 'Key'), { access: KeyAccess.namedPrincipals() }),
  'RotatingS3Key for services': (stack) => new RotatingS3Key(stack, unique(stack, 'Key'), { access: KeyAccess.throughServices('sns') }),
  'kms.Key': (stack) => new kms.Key(stack, unique(stack, 'Key'), { enableKeyRotation: true }),
  'RSA key': (stack) => new kms.Key(stack, unique(stack, 'Key'), { keySpec: kms.KeySpec.RSA_2048 }),
  'HMAC key': (stack) => new kms.Key(stack, unique(stack, 'Key'), { keySpec: kms.KeySpec.HMAC_256, keyUsage: kms.KeyUsage.GENERATE_VERIFY_MAC }),
  'imported': imported('key/11111111-2222-3333-4444-555555555555'),
  'imported by RotatingS3Key': (stack) => RotatingS3Key.fromKeyArn(stack, unique(stack, 'Imported'), keyArn(stack, 'key/a')),
  'imported of another region': imported('key/a', 'ap-south-1'),
  'imported alias ARN': imported('alias/a'),
  'imported by a parameter': (stack) => kms.Key.fromKeyArn(stack, unique(stack, 'Imported'), parameter(stack)),
  'imported from an L1': (stack) => kms.Key.fromCfnKey(
    new kms.CfnKey(stack, unique(stack, 'L1'), { enableKeyRotation: true, keyPolicy: { Statement: [] } })),
  'alias': (stack) => new RotatingS3Key(stack, unique(stack, 'Key')).addAlias(unique(stack, 'alias')),
  'alias by name': (stack) => kms.Alias.fromAliasName(stack, unique(stack, 'Alias'), 'alias/a'),
  'of another stack': (stack) => new RotatingS3Key(beside(stack, stack.region), 'Key'),
  'of another stack in another region': (stack) => new RotatingS3Key(beside(stack, 'ap-south-1'), 'Key'),
};

const bucket: Choices = {
  'SSE-S3 bucket': (stack) => new SecureBucket(stack, unique(stack, 'Other'), { encryptionMode: EncryptionMode.s3Managed() }),
  'SecureBucket': (stack) => new SecureBucket(stack, unique(stack, 'Other')),
  's3.Bucket': (stack) => new s3.Bucket(stack, unique(stack, 'Other')),
  'imported bucket': (stack) => s3.Bucket.fromBucketName(stack, unique(stack, 'Other'), 'some-bucket'),
  'imported bucket with a key': (stack) => s3.Bucket.fromBucketAttributes(stack, unique(stack, 'Other'), {
    bucketName: 'some-bucket', encryptionKey: imported('key/a')(stack),
  }),
};

function each(choices: Choices, make: (value: unknown, stack: Stack) => unknown, prefix: string): Choices {
  return Object.fromEntries(Object.entries(choices).map(([name, choice]) => [`${prefix} ${name}`, (stack: Stack) => make(choice(stack), stack)]));
}

const removalPolicy = always({
  RETAIN: RemovalPolicy.RETAIN,
  DESTROY: RemovalPolicy.DESTROY,
  SNAPSHOT: RemovalPolicy.SNAPSHOT,
  RETAIN_ON_UPDATE_OR_DELETE: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  undefined,
});

/** Values of every prop of `SecureBucket`, sensible and not. */
export const BUCKET_CHOICES: Record<string, Choices> = {
  encryptionMode: {
    s3Managed: () => EncryptionMode.s3Managed(),
    ...each(key, (value) => EncryptionMode.kms(value as kms.IKey | undefined), 'kms under'),
    ...each(key, (value) => EncryptionMode.dsse(value as kms.IKey | undefined), 'dsse under'),
  },
  encryption: always({ ...s3.BucketEncryption, undefined }),
  encryptionKey: key,
  bucketKeyEnabled: flag,
  blockedEncryptionTypes: always({
    'none': [],
    'NONE': [s3.BlockedEncryptionType.NONE],
    'SSE-C': [s3.BlockedEncryptionType.SSE_C],
    'both': [s3.BlockedEncryptionType.NONE, s3.BlockedEncryptionType.SSE_C],
    'twice': [s3.BlockedEncryptionType.SSE_C, s3.BlockedEncryptionType.SSE_C],
    'custom': [s3.BlockedEncryptionType.custom('SSE-X')],
    'empty custom': [s3.BlockedEncryptionType.custom('')],
  }),
  uploadHeaders: always({ ...UploadHeaders, undefined }),
  allowSseCBecause: text,
  allowAnyUploadEncryptionBecause: text,
  allowUnversionedBecause: text,
  allowNoAccessLogsBecause: text,
  enforceSSL: flag,
  minimumTLSVersion: {
    ...always({ '0': 0, '-1': -1, '1': 1, '1.1': 1.1, '1.2': 1.2, '1.3': 1.3, '12': 12, 'NaN': NaN, 'Infinity': Infinity }),
    lazy: () => Lazy.number({ produce: () => 1.3 }),
  },
  versioned: flag,
  publicReadAccess: flag,
  blockPublicAccess: {
    'BLOCK_ALL': () => s3.BlockPublicAccess.BLOCK_ALL,
    'BLOCK_ACLS': () => s3.BlockPublicAccess.BLOCK_ACLS,
    'BLOCK_ACLS_ONLY': () => s3.BlockPublicAccess.BLOCK_ACLS_ONLY,
    'a hole': () => new s3.BlockPublicAccess({ blockPublicPolicy: false }),
    'nothing said': () => new s3.BlockPublicAccess({}),
  },
  accessControl: always({ ...s3.BucketAccessControl }),
  objectOwnership: always({ ...s3.ObjectOwnership }),
  removalPolicy,
  autoDeleteObjects: flag,
  bucketName: { ...text, name: (stack) => unique(stack, 'name-of-bucket').toLowerCase(), upper: () => 'UPPER', short: () => 'a' },
  bucketNamePrefix: { ...text, name: () => 'name' },
  bucketNamespace: always({ ...s3.BucketNamespace }),
  objectLockEnabled: flag,
  objectLockDefaultRetention: {
    governance: () => s3.ObjectLockRetention.governance(Duration.days(1)),
    compliance: () => s3.ObjectLockRetention.compliance(Duration.days(36500)),
  },
  lifecycleRules: always({
    'none': [],
    'nothing in it': [{}],
    'expiration': [{ expiration: Duration.days(1) }],
    'zero days': [{ expiration: Duration.days(0) }],
    'hours': [{ expiration: Duration.hours(5) }],
    'abort': [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    'abort, disabled': [{ enabled: false, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    'abort for a prefix': [{ prefix: 'a/', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    'abort for an empty prefix': [{ prefix: '', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    'id of the default rule': [{ id: 'AbortStaleUploads', expiration: Duration.days(3) }],
    'many': Array.from({ length: 1000 }, (_, index) => ({ id: `Rule${index}`, prefix: `${index}/`, expiration: Duration.days(1) })),
    'tags': [{ tagFilters: { a: 'b' }, expiration: Duration.days(3) }],
  }),
  transitionDefaultMinimumObjectSize: always({ ...s3.TransitionDefaultMinimumObjectSize }),
  serverAccessLogsBucket: bucket,
  serverAccessLogsPrefix: { ...text, prefix: () => 'logs/' },
  targetObjectKeyFormat: {
    simple: () => s3.TargetObjectKeyFormat.simplePrefix(),
    partitioned: () => s3.TargetObjectKeyFormat.partitionedPrefix(s3.PartitionDateSource.EVENT_TIME),
  },
  websiteIndexDocument: text,
  websiteErrorDocument: text,
  websiteRedirect: always({ redirect: { hostName: 'example.com' } }),
  websiteRoutingRules: always({ none: [], one: [{ hostName: 'example.com' }] }),
  eventBridgeEnabled: flag,
  notificationsSkipDestinationValidation: flag,
  notificationsHandlerRole: { role: (stack) => new iam.Role(stack, unique(stack, 'Handler'), { assumedBy: new iam.AccountRootPrincipal() }) },
  metrics: always({ none: [], all: [{ id: 'All' }], empty: [{ id: '' }] }),
  cors: always({ none: [], one: [{ allowedMethods: [s3.HttpMethods.GET], allowedOrigins: ['*'] }], empty: [{ allowedMethods: [], allowedOrigins: [] }] }),
  inventories: {
    'none': () => [],
    ...each(bucket, (value) => [{ destination: { bucket: value } }], 'to'),
    'with odd ids': (stack) => [{ inventoryId: 'a'.repeat(100), destination: { bucket: bucket['imported bucket'](stack) } }],
  },
  intelligentTieringConfigurations: always({
    'none': [],
    'archive': [{ name: 'cold', archiveAccessTierTime: Duration.days(90) }],
    'too early': [{ name: 'cold', archiveAccessTierTime: Duration.days(1) }],
  }),
  transferAcceleration: flag,
  abacStatus: flag,
  replicationRole: { role: (stack) => new iam.Role(stack, unique(stack, 'Replicator'), { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }) },
  replicationRules: {
    'none': () => [],
    ...each(bucket, (destination) => [{ destination }], 'without KMS, to'),
    ...each(bucket, (destination) => [{ destination, sseKmsEncryptedObjects: true }], 'without a key, to'),
    ...each(key, (kmsKey, stack) => [{ destination: bucket.SecureBucket(stack), sseKmsEncryptedObjects: true, kmsKey }], 'under'),
    'two without priorities': (stack) => [1, 2].map(() => ({
      destination: bucket['imported bucket'](stack), sseKmsEncryptedObjects: true, kmsKey: imported('key/a')(stack),
    })),
  },
};

const someone = (stack: Stack, account = stack.account) =>
  new iam.ArnPrincipal(stack.formatArn({ service: 'iam', region: '', account, resource: 'role', resourceName: 'someone' }));
const principals: Choices = {
  'none': () => [],
  'role': (stack) => [new iam.Role(stack, unique(stack, 'Role'), { assumedBy: new iam.AccountRootPrincipal() })],
  'user': (stack) => [new iam.User(stack, unique(stack, 'User'))],
  'two': (stack) => [someone(stack), new iam.User(stack, unique(stack, 'User'))],
  'imported role': (stack) => [iam.Role.fromRoleName(stack, unique(stack, 'Role'), 'imported')],
  'role of another account': (stack) => [someone(stack, OTHER_ACCOUNT)],
  'same twice': (stack) => [someone(stack), someone(stack)],
  'account': () => [new iam.AccountRootPrincipal()],
  'account by number': () => [new iam.AccountPrincipal(OTHER_ACCOUNT)],
  'service': () => [new iam.ServicePrincipal('lambda.amazonaws.com')],
  'star': () => [new iam.StarPrincipal()],
  'anybody': () => [new iam.AnyPrincipal()],
  'organization': () => [new iam.OrganizationPrincipal('o-1234567890')],
  'federated': () => [new iam.FederatedPrincipal('cognito-identity.amazonaws.com', {}, 'sts:AssumeRoleWithWebIdentity')],
  'with conditions': (stack) => [someone(stack).withConditions({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
  'ARN of nothing': () => [new iam.ArnPrincipal('nobody')],
  'empty ARN': () => [new iam.ArnPrincipal('')],
  'parameter': (stack) => [new iam.ArnPrincipal(parameter(stack))],
};

/** Values of every prop of `RotatingS3Key`, sensible and not. */
export const KEY_CHOICES: Record<string, Choices> = {
  rotation: {
    'yearly': () => KeyRotation.yearly(),
    ...each(always(Object.fromEntries([0, 1, 89, 90, 91, 365, 2560, 2561, 2650, 1e9].map((days) => [days, Duration.days(days)]))),
      (period) => KeyRotation.every(period as Duration), 'days'),
    'hours': () => KeyRotation.every(Duration.hours(100 * 24 + 1)),
    'milliseconds': () => KeyRotation.every(Duration.millis(1)),
    'a lazy number of days': () => KeyRotation.every(Duration.days(Lazy.number({ produce: () => 120 }))),
  },
  access: {
    'throughS3': () => KeyAccess.throughS3(),
    ...each(principals, (value) => KeyAccess.namedPrincipals(...value as iam.IPrincipal[]), 'named'),
    ...each(always({ 'nothing': [], 's3': ['s3'], 'sqs': ['sqs'], 'a principal': ['sqs.amazonaws.com'], 'empty': [''], 'star': ['*'], 'twice': ['sqs', 'sqs'] }),
      (value) => KeyAccess.throughServices(...value as string[]), 'services'),
    'services parameter': (stack) => KeyAccess.throughServices(parameter(stack)),
  },
  alias: { ...text, 'name': () => 'name', 'with alias/': () => 'alias/name', 'alias/ alone': () => 'alias/', 'of AWS': () => 'alias/aws/s3', 'colon': () => 'a:b' },
  description: { ...text, 'too long': () => 'x'.repeat(8193) },
  multiRegion: flag,
  admins: principals,
  breakGlass: principals,
  allowQuickDeletionBecause: text,
  removalPolicy,
};
