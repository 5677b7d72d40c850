import { DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand, ListAliasesCommand } from '@aws-sdk/client-kms';
import {
  GetBucketEncryptionCommand, GetBucketLifecycleConfigurationCommand, GetBucketLoggingCommand, GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand, GetBucketVersioningCommand, GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { Duration } from 'aws-cdk-lib';
import { Deployed, LocalAws } from './local-aws';
import { EncryptionMode, KeyRotation, RotatingS3Key, SecureBucket } from '../../src';

let aws: LocalAws;
beforeAll(async () => { aws = await LocalAws.start(); });
afterAll(async () => { await aws?.stop(); });

describe('a SecureBucket with its defaults, deployed and read back', () => {
  let deployed: Deployed;
  let bucket: string;
  let logs: string;
  beforeAll(async () => {
    deployed = await aws.deploy((stack) => {
      const data = new SecureBucket(stack, 'Data');
      return { Bucket: data.bucketName, Key: data.encryptionKey!.keyArn, Logs: data.accessLogsBucket!.bucketName };
    });
    ({ Bucket: bucket, Logs: logs } = deployed.outputs);
  });

  test('encrypts with its own key and a Bucket Key, and blocks SSE-C', async () => {
    const { ServerSideEncryptionConfiguration } = await aws.s3().send(new GetBucketEncryptionCommand({ Bucket: bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules).toEqual([{
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: deployed.outputs.Key },
      BucketKeyEnabled: true,
      BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
    }]);
  });

  test('is versioned, private and without ACLs, as is its log bucket', async () => {
    for (const name of [bucket, logs]) {
      expect((await aws.s3().send(new GetBucketVersioningCommand({ Bucket: name }))).Status).toBe('Enabled');
      expect((await aws.s3().send(new GetPublicAccessBlockCommand({ Bucket: name }))).PublicAccessBlockConfiguration)
        .toEqual({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
      expect((await aws.s3().send(new GetBucketOwnershipControlsCommand({ Bucket: name }))).OwnershipControls?.Rules)
        .toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    }
  });

  test('ends unfinished uploads after a week', async () => {
    const { Rules } = await aws.s3().send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
    expect(Rules).toMatchObject([{ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }]);
  });

  test('logs to the log bucket of the stack, which is under SSE-S3', async () => {
    const { LoggingEnabled } = await aws.s3().send(new GetBucketLoggingCommand({ Bucket: bucket }));
    expect(LoggingEnabled).toMatchObject({ TargetBucket: logs, TargetPrefix: 'Data/' });
    const { ServerSideEncryptionConfiguration } = await aws.s3().send(new GetBucketEncryptionCommand({ Bucket: logs }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0].ApplyServerSideEncryptionByDefault).toEqual({ SSEAlgorithm: 'AES256' });
  });

  test('has a policy in which no reference is left open', async () => {
    const { Policy } = await aws.s3().send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(Policy).toContain(deployed.outputs.Key);
    expect(Policy).not.toMatch(/Fn::|Ref|Token/);
    const sids = (JSON.parse(Policy!) as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid);
    expect(sids.sort()).toEqual([
      'DenyCustomerProvidedKeys', 'DenyInsecureTransport', 'DenyKmsWithoutKey', 'DenyOldTls', 'DenyOtherAlgorithms', 'DenyOtherKeys', 'DenyUpdateWithoutKey',
    ]);
  });

  test('keeps bucket, key and logs when the stack is deleted', async () => {
    const report = await deployed.deployment.destroy();
    expect(report.failed).toEqual([]);
    expect(report.retained.map(({ type }) => type).sort()).toEqual(['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::S3::Bucket']);
    expect((await aws.s3().send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBe('Enabled');
    expect((await aws.kms().send(new DescribeKeyCommand({ KeyId: deployed.outputs.Key }))).KeyMetadata?.KeyState).toBe('Enabled');
  });
});

describe('a RotatingS3Key, deployed and read back', () => {
  test('rotates on its period, and has its alias, description and policy', async () => {
    const { outputs } = await aws.deploy((stack) => ({
      Key: new RotatingS3Key(stack, 'Key', { alias: 'read-back', description: 'for a test', rotation: KeyRotation.every(Duration.days(180)) }).keyArn,
    }));
    const kms = aws.kms();
    const KeyId = outputs.Key;
    expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 180 });
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).toMatchObject({ Description: 'for a test', KeyState: 'Enabled' });
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId }));
    expect(Aliases?.map(({ AliasName }) => AliasName)).toContain('alias/read-back');
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    expect(Policy).toContain('s3.us-east-1.amazonaws.com');
    expect(Policy).not.toMatch(/kms:\*/);
  });

  test('can be multi-region', async () => {
    const { outputs } = await aws.deploy((stack) => ({ Key: new RotatingS3Key(stack, 'Key', { multiRegion: true }).keyArn }));
    expect((await aws.kms().send(new DescribeKeyCommand({ KeyId: outputs.Key }))).KeyMetadata?.MultiRegion).toBe(true);
  });
});

test.each([
  ['dsse', () => EncryptionMode.dsse(), 'aws:kms:dsse'],
  ['s3Managed', () => EncryptionMode.s3Managed(), 'AES256'],
])('EncryptionMode.%s is the default of the deployed bucket', async (_, encryptionMode, algorithm) => {
  const { outputs } = await aws.deploy((stack) => ({ Bucket: new SecureBucket(stack, 'Data', { encryptionMode: encryptionMode() }).bucketName }));
  const { ServerSideEncryptionConfiguration } = await aws.s3().send(new GetBucketEncryptionCommand({ Bucket: outputs.Bucket }));
  expect(ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject({
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm }, BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
  });
});
