import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SecureBucket } from '../../src';
import { propsOf } from '../helpers/cdk-props';
import { keepReportsQuiet } from '../helpers/quiet';
import { FLAG_SETS, role, testStack } from '../helpers/stack';
import { bucketPolicyOf, propertiesOf, Resource, resourceOf, resourcesOf, statement } from '../helpers/template';

type PropName = keyof s3.BucketProps;
type MakeProps = (stack: Stack) => s3.BucketProps;

/** Props that reach the template exactly as from s3.Bucket, and where to look. */
const passedThrough: Partial<Record<PropName, [props: MakeProps, look: (bucket: s3.Bucket) => unknown]>> = {
  bucketName: [() => ({ bucketName: 'orders-1' }), property('BucketName')],
  bucketNamePrefix: [() => ({ bucketNamePrefix: 'orders', bucketNamespace: s3.BucketNamespace.ACCOUNT_REGIONAL }), property('BucketNamePrefix')],
  bucketNamespace: [() => ({ bucketNamePrefix: 'orders', bucketNamespace: s3.BucketNamespace.ACCOUNT_REGIONAL }), property('BucketNamespace')],
  removalPolicy: [() => ({ removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }), (bucket) => resourceOf(bucket).DeletionPolicy],
  autoDeleteObjects: [() => ({ autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY }), custom('Custom::S3AutoDeleteObjects')],
  versioned: [() => ({ versioned: true }), property('VersioningConfiguration')],
  objectLockEnabled: [() => ({ objectLockEnabled: true }), property('ObjectLockEnabled')],
  objectLockDefaultRetention: [() => ({ objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(9)) }), property('ObjectLockConfiguration')],
  abacStatus: [() => ({ abacStatus: true }), property('AbacStatus')],
  eventBridgeEnabled: [() => ({ eventBridgeEnabled: true }), custom('Custom::S3BucketNotifications')],
  lifecycleRules: [
    () => ({ lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(2), expiration: Duration.days(9) }] }),
    property('LifecycleConfiguration'),
  ],
  transitionDefaultMinimumObjectSize: [() => ({
    transitionDefaultMinimumObjectSize: s3.TransitionDefaultMinimumObjectSize.VARIES_BY_STORAGE_CLASS,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(2) }],
  }), property('LifecycleConfiguration')],
  metrics: [() => ({ metrics: [{ id: 'all' }] }), property('MetricsConfigurations')],
  cors: [() => ({ cors: [{ allowedMethods: [s3.HttpMethods.GET], allowedOrigins: ['https://example.com'] }] }), property('CorsConfiguration')],
  inventories: [
    (stack) => ({ inventories: [{ destination: { bucket: s3.Bucket.fromBucketName(stack, 'Reports', 'reports') }, inventoryId: 'all' }] }),
    property('InventoryConfigurations'),
  ],
  transferAcceleration: [() => ({ transferAcceleration: true }), property('AccelerateConfiguration')],
  notificationsHandlerRole: [(stack) => ({ notificationsHandlerRole: role(stack, 'Handler'), eventBridgeEnabled: true }), (bucket) =>
    Object.values(resourcesOf(Stack.of(bucket), 'AWS::Lambda::Function')).map(({ Properties }) => Properties.Role)],
  notificationsSkipDestinationValidation: [
    () => ({ notificationsSkipDestinationValidation: true, eventBridgeEnabled: true }), custom('Custom::S3BucketNotifications'),
  ],
  intelligentTieringConfigurations: [() => ({ intelligentTieringConfigurations: [{ name: 'cold', archiveAccessTierTime: Duration.days(90) }] }),
    property('IntelligentTieringConfigurations')],
  replicationRole: [(stack) => ({ ...replication(stack), replicationRole: role(stack, 'Replication') }), property('ReplicationConfiguration')],
  replicationRules: [replication, property('ReplicationConfiguration')],
};

/** Props that SecureBucket reads itself: one value that it honours, and how one sees that. */
const honoured: Partial<Record<PropName, [props: MakeProps, look: (bucket: s3.Bucket) => unknown, seen: unknown]>> = {
  encryption: [() => ({ encryption: s3.BucketEncryption.S3_MANAGED }), encryption('ServerSideEncryptionByDefault'), { SSEAlgorithm: 'AES256' }],
  encryptionKey: [(stack) => ({ encryptionKey: new kms.Key(stack, 'Given') }), encryption('ServerSideEncryptionByDefault'),
    { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': ['GivenEA18D9CA', 'Arn'] } }],
  bucketKeyEnabled: [() => ({ bucketKeyEnabled: false }), encryption('BucketKeyEnabled'), false],
  blockedEncryptionTypes: [() => ({ blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C, s3.BlockedEncryptionType.custom('NEW')] }),
    encryption('BlockedEncryptionTypes'), { EncryptionType: ['SSE-C', 'NEW'] }],
  enforceSSL: [() => ({ enforceSSL: true }), (bucket) => statement(bucketPolicyOf(bucket), 'DenyInsecureTransport').Effect, 'Deny'],
  minimumTLSVersion: [() => ({ minimumTLSVersion: 1.3 }),
    (bucket) => statement(bucketPolicyOf(bucket), 'DenyOldTls').Condition?.NumericLessThan, { 's3:TlsVersion': '1.3' }],
  serverAccessLogsBucket: [(stack) => ({ serverAccessLogsBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'logs') }),
    property('LoggingConfiguration'), { DestinationBucketName: 'logs' }],
  serverAccessLogsPrefix: [() => ({ serverAccessLogsPrefix: 'mine/' }),
    (bucket) => propertiesOf(bucket).LoggingConfiguration.LogFilePrefix, 'mine/'],
  targetObjectKeyFormat: [() => ({ targetObjectKeyFormat: s3.TargetObjectKeyFormat.partitionedPrefix(s3.PartitionDateSource.EVENT_TIME) }),
    (bucket) => propertiesOf(bucket).LoggingConfiguration.TargetObjectKeyFormat, { PartitionedPrefix: { PartitionDateSource: 'EventTime' } }],
  accessControl: [() => ({ accessControl: s3.BucketAccessControl.PRIVATE }), property('AccessControl'), 'Private'],
  objectOwnership: [() => ({ objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED }),
    property('OwnershipControls'), { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] }],
  blockPublicAccess: [() => ({ blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL }), property('PublicAccessBlockConfiguration'),
    { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }],
  publicReadAccess: [() => ({ publicReadAccess: false }), (bucket) => bucketPolicyOf(bucket).filter(({ Effect }) => Effect === 'Allow'), []],
};

/** Props that are refused whatever their value. */
const refused: Partial<Record<PropName, MakeProps>> = {
  websiteIndexDocument: () => ({ websiteIndexDocument: 'index.html' }),
  websiteErrorDocument: () => ({ websiteErrorDocument: 'error.html', websiteIndexDocument: undefined }),
  websiteRedirect: () => ({ websiteRedirect: { hostName: 'example.com' } }),
  websiteRoutingRules: () => ({ websiteRoutingRules: [{ hostName: 'example.com' }] }),
};

describe('BucketProps of the installed aws-cdk-lib', () => {
  test('are all decided on: passed through, honoured or refused, and none accepted and ignored', () => {
    const decided = [passedThrough, honoured, refused].flatMap(Object.keys).sort();
    expect(decided).toEqual(propsOf('aws-s3/lib/bucket.d.ts', 'BucketProps'));
  });
});

describe.each(FLAG_SETS)('a prop of s3.Bucket, %s', (_, context) => {
  keepReportsQuiet();

  test.each(Object.entries(passedThrough))('reaches the template as from s3.Bucket: %s', (name, [props, look]) => {
    const from = (Class: typeof s3.Bucket) => {
      const stack = testStack({ context });
      const extra = name.startsWith('replication') ? { versioned: true } : {};
      return look(new Class(stack, 'Data', { ...props(stack), ...extra }));
    };
    const plain = from(s3.Bucket);
    expect(plain).toBeDefined();
    expect(from(SecureBucket)).toEqual(plain);
  });

  test.each(Object.entries(honoured))('is honoured: %s', (__, [props, look, seen]) => {
    const stack = testStack({ context });
    expect(look(new SecureBucket(stack, 'Data', props(stack)))).toEqual(seen);
  });

  test.each(Object.entries(refused))('is refused by name: %s', (name, props) => {
    expect(() => { const stack = testStack({ context }); new SecureBucket(stack, 'Data', props(stack)); }).toThrow(`'${name}' must be left out, got `);
  });
});

describe('lifecycle rules', () => {
  const rules = (lifecycleRules: s3.LifecycleRule[]) =>
    propertiesOf(new SecureBucket(testStack(), 'Data', { lifecycleRules })).LifecycleConfiguration.Rules as Record<string, unknown>[];
  const ours = expect.objectContaining({ Id: 'AbortStaleUploads' });

  test('of the user stay, with the one that ends stale uploads beside them', () => {
    expect(rules([{ id: 'Mine', expiration: Duration.days(9) }])).toEqual([expect.objectContaining({ Id: 'Mine' }), ours]);
  });

  test('that end stale uploads themselves get no second one', () => {
    expect(rules([{ id: 'Mine', abortIncompleteMultipartUploadAfter: Duration.days(1) }])).toHaveLength(1);
  });

  test.each<[string, s3.LifecycleRule]>([
    ['for a prefix', { prefix: 'tmp/' }],
    ['for a tag', { tagFilters: { temporary: 'yes' } }],
    ['for large objects', { objectSizeGreaterThan: 1 }],
    ['for small objects', { objectSizeLessThan: 1000 }],
    ['disabled', { enabled: false }],
  ])('that end stale uploads only %s do not count', (__, rule) => {
    expect(rules([{ ...rule, abortIncompleteMultipartUploadAfter: Duration.days(1) }])).toContainEqual(ours);
  });

  test('that are added later stay', () => {
    const bucket = new SecureBucket(testStack(), 'Data');
    bucket.addLifecycleRule({ id: 'Later', expiration: Duration.days(9) });
    expect(propertiesOf(bucket).LifecycleConfiguration.Rules).toHaveLength(2);
  });
});

test('autoDeleteObjects lets its handler empty the bucket', () => {
  const bucket = new SecureBucket(testStack(), 'Data', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
  const [allowed] = bucketPolicyOf(bucket).filter(({ Effect }) => Effect === 'Allow');
  expect(allowed.Action).toEqual(expect.arrayContaining(['s3:DeleteObject*', 's3:List*', 's3:PutBucketPolicy']));
  expect(resourceOf(bucket).DeletionPolicy).toBe('Delete');
});

test('autoDeleteObjects without DESTROY is refused as in s3.Bucket', () => {
  expect(() => new SecureBucket(testStack(), 'Data', { autoDeleteObjects: true })).toThrow("removal policy to 'DESTROY'");
});

test('a SecureBucket with DESTROY retains its key, so that copies of the objects stay readable', () => {
  const bucket = new SecureBucket(testStack(), 'Data', { removalPolicy: RemovalPolicy.DESTROY });
  expect(resourceOf(bucket.encryptionKey!).DeletionPolicy).toBe('Retain');
});

function property(name: string): (bucket: s3.Bucket) => unknown {
  return (bucket) => propertiesOf(bucket)[name];
}

function encryption(name: string): (bucket: s3.Bucket) => unknown {
  return (bucket) => propertiesOf(bucket).BucketEncryption.ServerSideEncryptionConfiguration[0][name];
}

function custom(type: string): (bucket: s3.Bucket) => unknown {
  return (bucket) => {
    const found = Object.values(Template.fromStack(Stack.of(bucket)).findResources(type)) as Resource[];
    return found.length === 0 ? undefined : found.map(({ Properties }) => Properties);
  };
}

function replication(stack: Stack): s3.BucketProps {
  const key = kms.Key.fromKeyArn(stack, 'ThereKey', 'arn:aws:kms:eu-west-1:111111111111:key/there');
  const destination = s3.Bucket.fromBucketName(stack, 'There', 'there');
  return { replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey: key }] };
}
