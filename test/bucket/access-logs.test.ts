import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { EncryptionMode, SecureBucket } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { FLAG_SETS, IRELAND, testStack } from '../helpers/stack';
import { bucketPolicyOf, logicalIdOf, propertiesOf, resourceOf, resourcesOf, Statement, statement, warningIds, warningText } from '../helpers/template';

const LOGS = { encryptionMode: EncryptionMode.s3Managed(), allowNoAccessLogsBecause: 'it receives the logs' };
const allowed = (bucket: s3.IBucket): Statement[] => bucketPolicyOf(bucket).filter(({ Effect }) => Effect === 'Allow');

describe.each(FLAG_SETS)('the log bucket of a stack, %s', (_, context) => {
  const stack = testStack({ context });
  const one = new SecureBucket(stack, 'One');
  const two = new SecureBucket(new Construct(stack, 'Service'), 'Two');
  const logs = one.accessLogsBucket!;

  test('is shared by its SecureBuckets', () => {
    expect(two.accessLogsBucket).toBe(logs);
    expect(Object.keys(resourcesOf(stack, 'AWS::S3::Bucket'))).toHaveLength(3);
  });

  test('keeps its logical id; a change means that the logs so far are orphaned', () => {
    expect(logicalIdOf(logs)).toBe('SecureBucketAccessLogsE49EB61F');
  });

  test('separates the buckets by their path in the stack', () => {
    expect(propertiesOf(one).LoggingConfiguration.LogFilePrefix).toBe('One/');
    expect(propertiesOf(two).LoggingConfiguration.LogFilePrefix).toBe('Service/Two/');
  });

  test('is under SSE-S3 with SSE-C blocked, since S3 delivers no logs under KMS', () => {
    expect(propertiesOf(logs).BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } },
    ]);
  });

  test('is versioned, private, without ACLs, and retained', () => {
    expect(resourceOf(logs)).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      },
    });
  });

  test('tidies up old versions and unfinished uploads, and expires no log', () => {
    expect(propertiesOf(logs).LifecycleConfiguration.Rules).toEqual([{
      Id: 'TidyUp', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, NoncurrentVersionExpiration: { NoncurrentDays: 90 },
    }]);
  });

  test('denies plain HTTP, old TLS and keys of clients', () => {
    expect(bucketPolicyOf(logs).filter(({ Effect }) => Effect === 'Deny').map(({ Sid }) => Sid)).toEqual(['DenyInsecureTransport', 'DenyOldTls', 'DenyCustomerProvidedKeys']);
  });

  test('admits the log delivery of S3 for buckets of this account only', () => {
    expect(allowed(logs)).toMatchObject([{
      Sid: 'AllowServerAccessLogs',
      Principal: { Service: 'logging.s3.amazonaws.com' },
      Action: 's3:PutObject',
      Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
    }]);
    expect(JSON.stringify(allowed(logs)[0].Condition?.ArnLike)).toMatch(/:s3:::\*"/);
  });

  test('is not logged itself', () => {
    expect(propertiesOf(logs)).not.toHaveProperty('LoggingConfiguration');
  });

  test('admits the delivery before the buckets name it as target', () => {
    expect(resourceOf(one).DependsOn).toEqual([logicalIdOf(logs.node.findChild('Policy'))]);
  });
});

describe('access logs', () => {
  test('go to one bucket per stack', () => {
    const app = new App();
    const buckets = ['A', 'B'].map((id) => new SecureBucket(testStack({ app, id }), 'Data'));
    expect(buckets[0].accessLogsBucket).not.toBe(buckets[1].accessLogsBucket);
    for (const { stack } of buckets) {
      expect(Object.keys(resourcesOf(stack, 'AWS::S3::Bucket'))).toHaveLength(2);
      expect(stack.dependencies).toEqual([]);
    }
  });

  test('in a stage have a prefix without the stage', () => {
    const stack = new Stack(new Stage(new App(), 'Production'), 'Stack', { env: IRELAND });
    expect(propertiesOf(new SecureBucket(stack, 'Data')).LoggingConfiguration.LogFilePrefix).toBe('Data/');
  });

  test('of a bucket in a nested stack go to a bucket of the nested stack', () => {
    const nested = new NestedStack(testStack(), 'Nested');
    const bucket = new SecureBucket(nested, 'Data');
    expect(Stack.of(bucket.accessLogsBucket!)).toBe(nested);
    Template.fromStack(nested).hasResourceProperties('AWS::S3::Bucket', { LoggingConfiguration: { LogFilePrefix: 'Data/' } });
  });

  test('take a prefix of the user in the shared bucket', () => {
    const bucket = new SecureBucket(testStack(), 'Data', { serverAccessLogsPrefix: 'mine/' });
    expect(propertiesOf(bucket).LoggingConfiguration).toMatchObject({ LogFilePrefix: 'mine/', DestinationBucketName: { Ref: 'SecureBucketAccessLogsE49EB61F' } });
    expect(allowed(bucket.accessLogsBucket!)).toHaveLength(1);
  });

  test('take the simple key format', () => {
    const bucket = new SecureBucket(testStack(), 'Data', { targetObjectKeyFormat: s3.TargetObjectKeyFormat.simplePrefix() });
    expect(propertiesOf(bucket).LoggingConfiguration.TargetObjectKeyFormat).toEqual({ SimplePrefix: {} });
  });
});

describe.each(FLAG_SETS)('access logs to a given bucket, %s', (_, context) => {
  keepReportsQuiet();

  // The source waits for the policy of the target, and that policy names the source.
  describe.each<[string, (stack: Stack) => s3.Bucket]>([
    ['a plain bucket', (stack) => new s3.Bucket(stack, 'Logs')],
    ['a SecureBucket under SSE-S3', (stack) => new SecureBucket(stack, 'Logs', LOGS)],
  ])('%s of the same stack', (__, make) => {
    test('make no dependency cycle', () => {
      const stack = testStack({ context });
      new SecureBucket(stack, 'Data', { serverAccessLogsBucket: make(stack) });
      Template.fromStack(stack);
    });

    test('are admitted for this source and prefix only', () => {
      const stack = testStack({ context });
      const logs = make(stack);
      const bucket = new SecureBucket(stack, 'Data', { serverAccessLogsBucket: logs, serverAccessLogsPrefix: 'data/' });
      const [delivery] = allowed(logs);
      expect(delivery).toMatchObject({ Principal: { Service: 'logging.s3.amazonaws.com' }, Action: 's3:PutObject' });
      expect(JSON.stringify(delivery.Resource)).toContain('/data/*');
      expect(delivery.Condition?.StringEquals).toEqual({ 'aws:SourceAccount': '111111111111' });
      expect(propertiesOf(bucket).LoggingConfiguration).toEqual({ DestinationBucketName: { Ref: logicalIdOf(logs) }, LogFilePrefix: 'data/' });
    });
  });

  test('of another stack make no cycle and are admitted from this account', () => {
    const app = new App({ context });
    const there = testStack({ app, id: 'There' });
    const logs = new s3.Bucket(there, 'Logs');
    const here = testStack({ app, id: 'Here' });
    new SecureBucket(here, 'Data', { serverAccessLogsBucket: logs });
    app.synth();
    Template.fromStack(here);
    expect(there.dependencies).toEqual([]);
    expect(statement(allowed(logs), 'AllowServerAccessLogs').Condition?.StringEquals).toEqual({ 'aws:SourceAccount': '111111111111' });
  });

  test('of two sources and one prefix are admitted once', () => {
    const app = new App({ context });
    const logs = new s3.Bucket(testStack({ app, id: 'There' }), 'Logs');
    const here = testStack({ app, id: 'Here' });
    for (const id of ['One', 'Two']) { new SecureBucket(here, id, { serverAccessLogsBucket: logs, serverAccessLogsPrefix: 'here/' }); }
    expect(allowed(logs)).toHaveLength(1);
  });
});

describe('access logs to a given bucket', () => {
  test('make no shared log bucket', () => {
    const stack = testStack();
    new SecureBucket(stack, 'Data', { serverAccessLogsBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'logs') });
    expect(Object.keys(resourcesOf(stack, 'AWS::S3::Bucket'))).toHaveLength(1);
  });

  test('are offered as accessLogsBucket', () => {
    const stack = testStack();
    const logs = s3.Bucket.fromBucketName(stack, 'Logs', 'logs');
    expect(new SecureBucket(stack, 'Data', { serverAccessLogsBucket: logs }).accessLogsBucket).toBe(logs);
  });

  test('that is imported warn and print the statement that its owner must add', () => {
    const stack = testStack();
    const logs = s3.Bucket.fromBucketName(stack, 'Logs', 'logs');
    const bucket = new SecureBucket(stack, 'Data', { serverAccessLogsBucket: logs, serverAccessLogsPrefix: 'data/' });
    const text = warningText(bucket, 'cdk-s3-encryption:SecureBucket.logBucketNotOwned');
    expect(JSON.parse(text.slice(text.indexOf('\n')))).toMatchObject({
      Effect: 'Allow', Principal: { Service: 'logging.s3.amazonaws.com' }, Action: 's3:PutObject', Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
    });
  });

  const refusal = "'serverAccessLogsBucket' must be under SSE-S3, got Stack/Logs, which is under a KMS key: S3 would silently deliver no logs";
  test.each<[string, (stack: Stack) => s3.IBucket]>([
    ['a plain bucket with a key of its own', (stack) => new s3.Bucket(stack, 'Logs', { encryption: s3.BucketEncryption.KMS })],
    ['a SecureBucket under KMS', (stack) => new SecureBucket(stack, 'Logs')],
    ['an imported bucket with a key', (stack) => s3.Bucket.fromBucketAttributes(stack, 'Logs', { bucketName: 'logs', encryptionKey: new kms.Key(stack, 'Key') })],
  ])('are refused under KMS: %s', (_, make) => {
    const stack = testStack();
    expect(() => new SecureBucket(stack, 'Data', { serverAccessLogsBucket: make(stack) })).toThrow(refusal);
  });

  test('are refused under the key that AWS manages', () => {
    const stack = testStack();
    const logs = new s3.Bucket(stack, 'Logs', { encryption: s3.BucketEncryption.KMS_MANAGED });
    expect(() => new SecureBucket(stack, 'Data', { serverAccessLogsBucket: logs })).toThrow("'serverAccessLogsBucket' must be under SSE-S3");
  });
});

describe('a SecureBucket as the log target of a plain s3.Bucket', () => {
  const target = (context: Record<string, unknown>, props: ConstructorParameters<typeof SecureBucket>[2]) => () => {
    const stack = testStack({ context });
    new s3.Bucket(stack, 'Plain', { serverAccessLogsBucket: new SecureBucket(stack, 'Target', props) });
    Template.fromStack(stack);
    return stack;
  };
  const WITH_FLAG = { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true };

  test('is refused under KMS with the bucket policy flag', () => {
    expect(target(WITH_FLAG, {})).toThrow('must be under SSE-S3');
  });

  test('is refused under KMS without the flag', () => {
    expect(target({}, {})).toThrow();
  });

  test('is refused under KMS without the flag, with the reason', () => {
    expect(target({}, {})).toThrow('must be under SSE-S3');
  });

  test('is accepted under SSE-S3 with the bucket policy flag', () => {
    expect(warningIds(target(WITH_FLAG, LOGS)())).toEqual(['cdk-s3-encryption:SecureBucket.noAccessLogs']);
  });

  // Without the flag the CDK asks for an ACL, which a SecureBucket has off.
  test('is accepted under SSE-S3 without the flag', () => {
    expect(target({}, LOGS)).not.toThrow();
  });
});
