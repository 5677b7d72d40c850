import { DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand, ListAliasesCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { App, aws_iam as iam, aws_kms as kms, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { synthesize, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string) => deployAssembly(directory, { endpoint: aws.endpoint });

/** Deploys a key with these CloudFormation properties and returns its id. */
async function keyWith(properties: object): Promise<string> {
  return (await deploy(writeStack({ Key: { Type: 'AWS::KMS::Key', Properties: properties } }))).physicalId('Stack', 'Key');
}

describe('a key that CDK synthesizes', () => {
  test('has description, rotation, alias, tags and policy', async () => {
    const deployment = await deploy(synthesize((app: App) => {
      const stack = new Stack(app, 'Keys', { tags: { team: 'blue' } });
      const key = new kms.Key(stack, 'Key', {
        description: 'for objects', alias: 'alias/objects', enableKeyRotation: true, rotationPeriod: Duration.days(180),
      });
      key.addToResourcePolicy(new iam.PolicyStatement({
        sid: 'Extra', actions: ['kms:Decrypt'], principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')], resources: ['*'],
      }));
    }));
    const key = deployment.stacks[0].resources.find(({ type }) => type === 'AWS::KMS::Key')!;
    const KeyId = key.physicalId;
    const { KeyMetadata: metadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId }));
    expect(metadata).toMatchObject({ Arn: key.attributes.Arn, Description: 'for objects', KeySpec: 'SYMMETRIC_DEFAULT', KeyState: 'Enabled' });
    expect(await aws.kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 180 });
    expect((await aws.kms.send(new ListAliasesCommand({ KeyId }))).Aliases).toMatchObject([{ AliasName: 'alias/objects', TargetKeyId: KeyId }]);
    expect((await aws.kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([{ TagKey: 'team', TagValue: 'blue' }]);
    const { Policy: policy } = await aws.kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
    expect(JSON.parse(policy!).Statement).toMatchObject([
      { Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'kms:*' },
      { Sid: 'Extra', Principal: { Service: 'cloudtrail.amazonaws.com' } },
    ]);
  });

  test('is scheduled for deletion after its pending window', async () => {
    const deployment = await deploy(synthesize((app: App) => {
      new kms.Key(new Stack(app, 'Pending'), 'Key', { pendingWindow: Duration.days(7), removalPolicy: RemovalPolicy.DESTROY });
    }));
    const KeyId = deployment.stacks[0].resources[0].physicalId;
    const report = await deployment.destroy();
    expect(report.deleted.map(({ physicalId }) => physicalId)).toEqual([KeyId]);
    const { KeyMetadata: metadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId }));
    expect(metadata?.KeyState).toBe('PendingDeletion');
    const days = (metadata!.DeletionDate!.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6);
    expect(days).toBeLessThan(8);
  });
});

describe('a key of a template', () => {
  test('may be asymmetric, multi-region or of external origin', async () => {
    const KeyId = await keyWith({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', MultiRegion: true });
    expect((await aws.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).toMatchObject({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', MultiRegion: true });
    const external = await keyWith({ Origin: 'EXTERNAL' });
    expect((await aws.kms.send(new DescribeKeyCommand({ KeyId: external }))).KeyMetadata).toMatchObject({ Origin: 'EXTERNAL' });
  });

  test('may be disabled', async () => {
    const KeyId = await keyWith({ Enabled: false, EnableKeyRotation: true });
    expect((await aws.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'Disabled' });
  });

  test('does not rotate unless asked to', async () => {
    const KeyId = await keyWith({ EnableKeyRotation: false });
    expect(await aws.kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({ KeyRotationEnabled: false });
  });

  test('may say that the lockout check stays on', async () => {
    await expect(keyWith({ BypassPolicyLockoutSafetyCheck: false })).resolves.toBeDefined();
  });

  test.each([
    ['the lockout check is off', { BypassPolicyLockoutSafetyCheck: true }, /does not apply 'BypassPolicyLockoutSafetyCheck'/],
    ['a period has no rotation', { RotationPeriodInDays: 90 }, /does not apply 'RotationPeriodInDays'/],
  ])('is refused if %s', async (_, properties, message) => {
    await expect(keyWith(properties)).rejects.toThrow(message);
  });
});
