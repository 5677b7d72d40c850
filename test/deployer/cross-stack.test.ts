import { GetRolePolicyCommand } from '@aws-sdk/client-iam';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { App, aws_iam as iam, aws_s3 as s3, CrossStackReferences, ReferenceStrength, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { synthesize, writeAssembly } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly, type Deployment } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string) => deployAssembly(directory, { endpoint: aws.endpoint });

function shop(strength: ReferenceStrength): string {
  return synthesize((app: App) => {
    // The consumer comes first, so that only the dependency can put it second.
    const consumer = new Stack(app, 'Consumer');
    const producer = new Stack(app, 'Producer');
    const bucket = new s3.Bucket(producer, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY });
    bucket.grantRead(new iam.Role(consumer, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    CrossStackReferences.of(bucket).produce(strength);
  });
}

const physicalIdOf = (deployment: Deployment, wanted: string) =>
  deployment.stacks.flatMap(({ resources }) => resources).find(({ type }) => type === wanted)!.physicalId;

const named = (name: string, extra: object = {}) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName: name, ...extra } });

describe('a reference to another stack', () => {
  test.each([
    ['strong', ReferenceStrength.STRONG],
    ['weak', ReferenceStrength.WEAK],
    ['both', ReferenceStrength.BOTH],
  ])('that is %s gives the real value', async (_, strength) => {
    const deployment = await deploy(shop(strength));
    expect(deployment.stacks.map(({ stackName }) => stackName)).toEqual(['Producer', 'Consumer']);
    const arn = `arn:aws:s3:::${physicalIdOf(deployment, 'AWS::S3::Bucket')}`;
    const { PolicyDocument: policy } = await aws.iam.send(new GetRolePolicyCommand({
      RoleName: physicalIdOf(deployment, 'AWS::IAM::Role'), PolicyName: physicalIdOf(deployment, 'AWS::IAM::Policy'),
    }));
    expect(JSON.parse(decodeURIComponent(policy!)).Statement[0].Resource).toEqual([arn, `${arn}/*`]);
    const report = await deployment.destroy();
    expect(report.failed).toEqual([]);
    expect(report.deleted.map(({ stackName }) => stackName)).toEqual(['Consumer', 'Consumer', 'Producer']);
  });

  test('fails if nobody exports the value', async () => {
    await expect(deploy(writeAssembly({ A: { template: { Resources: { B: named('x', { BucketName: { 'Fn::ImportValue': 'nothing' } }) } } } })))
      .rejects.toThrow('B (AWS::S3::Bucket) failed: no stack in us-east-1 exports nothing');
  });

  test('fails if the other stack has no such output', async () => {
    const output = { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'No' } };
    await expect(deploy(writeAssembly({ A: { template: {} }, B: { template: { Resources: { B: named('x', { BucketName: output }) } }, dependencies: ['A'] } })))
      .rejects.toThrow('no stack A in us-east-1 has an output No');
  });

  test('is refused if it needs a role to read the output', async () => {
    const output = { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'O', RoleArn: 'arn:aws:iam::123456789012:role/reader' } };
    await expect(deploy(writeAssembly({
      A: { template: { Outputs: { O: { Value: 'x' } } } }, B: { template: { Resources: { B: named('x', { BucketName: output }) } }, dependencies: ['A'] },
    }))).rejects.toThrow('Fn::GetStackOutput with a RoleArn is refused');
  });

  test('does not reach an export of another region', async () => {
    await expect(deploy(writeAssembly({
      A: { environment: 'aws://123456789012/eu-west-1', template: { Outputs: { O: { Value: 'x', Export: { Name: 'shared' } } } } },
      B: { environment: 'aws://123456789012/us-east-1', template: { Resources: { B: named('x', { BucketName: { 'Fn::ImportValue': 'shared' } }) } }, dependencies: ['A'] },
    }))).rejects.toThrow('no stack in us-east-1 exports shared');
  });

  test('reaches an output of another region, if it says so', async () => {
    const output = { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'O', Region: 'eu-west-1' } };
    const deployment = await deploy(writeAssembly({
      Near: { stackName: 'A', environment: 'aws://123456789012/us-east-1', template: { Outputs: { O: { Value: 'near-bucket' } } } },
      A: { environment: 'aws://123456789012/eu-west-1', template: { Outputs: { O: { Value: 'far-bucket' } } }, dependencies: ['Near'] },
      B: { environment: 'aws://123456789012/us-east-1', template: { Resources: { B: named('x', { BucketName: output }) } }, dependencies: ['A'] },
    }));
    expect(deployment.physicalId('B', 'B')).toBe('far-bucket');
  });
});

describe('an export', () => {
  test('fails if its name is taken', async () => {
    const template = { Outputs: { O: { Value: 'x', Export: { Name: 'taken' } } } };
    await expect(deploy(writeAssembly({ A: { template }, B: { template } }))).rejects.toThrow('taken is exported already, by A');
  });

  test('keeps its stack while a stack that imports it could not be deleted', async () => {
    const deployment = await deploy(writeAssembly({
      A: { template: { Resources: { Bucket: named('exporting') }, Outputs: { O: { Value: 'importing', Export: { Name: 'import-me' } } } } },
      B: { template: { Resources: { Bucket: named('x', { BucketName: { 'Fn::ImportValue': 'import-me' } }) } }, dependencies: ['A'] },
    }));
    await aws.s3.send(new PutObjectCommand({ Bucket: 'importing', Key: 'k', Body: 'x' }));
    const report = await deployment.destroy();
    expect(report.failed.map(({ resource, reason }) => [resource.stackName, reason])).toEqual([
      ['B', expect.stringMatching(/the bucket importing is not empty/)],
      ['A', 'Bucket, which could not be deleted, needs it'],
    ]);
    await aws.s3.send(new DeleteObjectCommand({ Bucket: 'importing', Key: 'k' }));
    expect((await deployment.destroy()).deleted.map(({ stackName }) => stackName)).toEqual(['B', 'A']);
  });
});

describe('an output', () => {
  test('is left out if its condition is false', async () => {
    const deployment = await deploy(writeAssembly({
      A: {
        template: {
          Conditions: { Never: { 'Fn::Equals': ['a', 'b'] }, Always: { 'Fn::Not': [{ Condition: 'Never' }] } },
          Outputs: { No: { Value: 'x', Condition: 'Never' }, Yes: { Value: { 'Fn::If': ['Always', 'y', 'z'] }, Condition: 'Always' } },
        },
      },
    }));
    expect(deployment.outputs('A')).toEqual({ Yes: 'y' });
  });
});
