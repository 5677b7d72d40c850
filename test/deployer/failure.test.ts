import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { writeAssembly, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly, type DeployEvent, DeploymentError } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string, options: object = {}) => deployAssembly(directory, { endpoint: aws.endpoint, ...options });
const bucket = (name: string, extra: object = {}) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName: name }, ...extra });
/** An alias of a key that does not exist: it fails when it is created. */
const broken = (after: string) => ({
  Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/broken', TargetKeyId: '00000000-0000-0000-0000-000000000000' }, DependsOn: after,
});

async function failureOf(deployment: Promise<unknown>): Promise<DeploymentError> {
  const error = await deployment.then(() => undefined, (caught: unknown) => caught);
  expect(error).toBeInstanceOf(DeploymentError);
  return error as DeploymentError;
}

const exists = async (Bucket: string) => aws.s3.send(new HeadBucketCommand({ Bucket })).then(() => true, () => false);

describe('a deployment that fails', () => {
  test('lists what it created and rolls it back', async () => {
    const error = await failureOf(deploy(writeStack({ Key: { Type: 'AWS::KMS::Key' }, First: bucket('rolled-back', { DependsOn: 'Key' }), Broken: broken('First') })));
    expect(error.message).toMatch(/^Broken \(AWS::KMS::Alias\) failed: NotFoundException: .*\nit had created Key \(AWS::KMS::Key\) [0-9a-f-]+, First \(AWS::S3::Bucket\) rolled-back$/);
    expect(error.created.map(({ logicalId }) => logicalId)).toEqual(['Key', 'First']);
    expect(error.rollback?.deleted.map(({ logicalId }) => logicalId)).toEqual(['First', 'Key']);
    expect(await exists('rolled-back')).toBe(false);
    const { KeyMetadata: key } = await aws.kms.send(new DescribeKeyCommand({ KeyId: error.created[0].physicalId }));
    expect(key?.KeyState).toBe('PendingDeletion');
  });

  test('rolls back the stacks that were complete too', async () => {
    const directory = writeAssembly({
      A: { template: { Resources: { First: bucket('first-stack') } } },
      B: { template: { Resources: { Second: bucket('second-stack'), Broken: broken('Second') } }, dependencies: ['A'] },
    });
    await failureOf(deploy(directory));
    expect(await exists('first-stack')).toBe(false);
    expect(await exists('second-stack')).toBe(false);
  });

  test('rolls back a resource that exists but could not be configured', async () => {
    const half = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'half-made', Tags: [{ Key: 'aws:reserved', Value: 'x' }] } };
    const error = await failureOf(deploy(writeStack({ Half: half })));
    expect(error.created.map(({ logicalId }) => logicalId)).toEqual(['Half']);
    expect(await exists('half-made')).toBe(false);
  });

  test('rolls back when the last calls fail', async () => {
    const logging = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'logs-nowhere', LoggingConfiguration: { DestinationBucketName: 'no-such-bucket' } } };
    const error = await failureOf(deploy(writeStack({ Logging: logging })));
    expect(error.message).toMatch(/^Logging \(AWS::S3::Bucket\) failed: /);
    expect(await exists('logs-nowhere')).toBe(false);
  });

  test('keeps everything if asked to', async () => {
    const error = await failureOf(deploy(writeStack({ First: bucket('kept-on-failure'), Broken: broken('First') }), { keepOnFailure: true }));
    expect(error.rollback).toBeUndefined();
    expect(error.message).toMatch(/it had created First \(AWS::S3::Bucket\) kept-on-failure$/);
    expect(await exists('kept-on-failure')).toBe(true);
  });

  test('leaves what its DeletionPolicy retains, and says so', async () => {
    const error = await failureOf(deploy(writeStack({ Kept: bucket('retained-on-failure', { DeletionPolicy: 'Retain' }), Broken: broken('Kept') })));
    expect(error.message).toMatch(/their DeletionPolicy retains Kept \(AWS::S3::Bucket\) retained-on-failure$/);
    expect(await exists('retained-on-failure')).toBe(true);
  });

  test('deletes what is retained except on create', async () => {
    await failureOf(deploy(writeStack({ Kept: bucket('except-on-create', { DeletionPolicy: 'RetainExceptOnCreate' }), Broken: broken('Kept') })));
    expect(await exists('except-on-create')).toBe(false);
  });

  test('says what it could not roll back', async () => {
    const code = `
      const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');
      exports.handler = async (e) => {
        if (e.RequestType === 'Create') await new S3Client({}).send(new PutObjectCommand({ Bucket: e.ResourceProperties.Bucket, Key: 'k', Body: 'x' }));
        const response = { Status: e.RequestType === 'Create' ? 'FAILED' : 'SUCCESS', Reason: 'on purpose', PhysicalResourceId: 'x' };
        await fetch(e.ResponseURL, { method: 'PUT', body: JSON.stringify(response) });
      };`;
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };
    const allowed = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] };
    const error = await failureOf(deploy(writeStack({
      Bucket: bucket('filled-meanwhile'),
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'put', PolicyDocument: allowed }] } },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: { Code: { ZipFile: code }, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs22.x', Timeout: 20 },
      },
      Custom: { Type: 'Custom::Fill', Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Bucket: { Ref: 'Bucket' } } },
    })));
    expect(error.message).toMatch(/^Custom \(Custom::Fill\) failed: the handler answered FAILED: on purpose\n/);
    expect(error.message).toMatch(/the rollback of Bucket \(AWS::S3::Bucket\) failed: the bucket filled-meanwhile is not empty/);
    expect(error.rollback?.deleted.map(({ logicalId }) => logicalId)).toEqual(['Custom', 'Function', 'Role']);
    expect(error.rollback?.failed.map(({ resource }) => resource.logicalId)).toEqual(['Bucket']);
  });
});

describe('a deployment', () => {
  test('fails clearly if it is made twice with the same names', async () => {
    const directory = writeStack({ Bucket: bucket('only-once') }, {});
    const west = { region: 'eu-west-1' };
    await deploy(directory, west);
    const error = await failureOf(deploy(directory, west));
    expect(error.message).toMatch(/^Bucket \(AWS::S3::Bucket\) failed: BucketAlready/);
    expect(error.created).toEqual([]);
    expect(await exists('only-once')).toBe(true);
  });

  test('takes what app.synth() returns', async () => {
    const app = new App();
    new s3.Bucket(new Stack(app, 'Direct'), 'Bucket');
    const deployment = await deployAssembly(app.synth(), { endpoint: aws.endpoint });
    expect(deployment.stacks.map(({ stackName }) => stackName)).toEqual(['Direct']);
  });

  test('tells each step', async () => {
    const events: string[] = [];
    const log = ({ kind, stackName, logicalId, type }: DeployEvent) => { events.push([kind, stackName, logicalId, type].join(' ')); };
    const deployment = await deploy(writeStack({ A: bucket('step-a', { DeletionPolicy: 'Retain' }), B: bucket('step-b') }), { log });
    await deployment.destroy();
    expect(events).toEqual([
      'creating Stack A AWS::S3::Bucket', 'created Stack A AWS::S3::Bucket', 'creating Stack B AWS::S3::Bucket', 'created Stack B AWS::S3::Bucket',
      'deleting Stack B AWS::S3::Bucket', 'deleted Stack B AWS::S3::Bucket', 'retained Stack A AWS::S3::Bucket',
    ]);
  });

  test('fails on questions about what it did not deploy', async () => {
    const deployment = await deploy(writeStack({ Bucket: bucket('questions') }));
    expect(deployment.physicalId('Stack', 'Bucket')).toBe('questions');
    expect(deployment.attribute('Stack', 'Bucket', 'Arn')).toBe('arn:aws:s3:::questions');
    expect(() => deployment.outputs('Other')).toThrow('no stack Other was deployed');
    expect(() => deployment.physicalId('Stack', 'Other')).toThrow('stack Stack has no resource Other');
    expect(() => deployment.attribute('Stack', 'Bucket', 'Color')).toThrow('Bucket has no attribute Color');
  });
});

describe('destroying a deployment', () => {
  test('goes in reverse, and leaves and lists what is retained', async () => {
    const deployment = await deploy(writeStack({
      Kept: bucket('destroy-kept', { DeletionPolicy: 'Retain' }),
      AlsoKept: bucket('destroy-also-kept', { DeletionPolicy: 'RetainExceptOnCreate' }),
      First: bucket('destroy-first'),
      Second: bucket('destroy-second', { DependsOn: 'First' }),
    }));
    const report = await deployment.destroy();
    expect(report.deleted.map(({ logicalId }) => logicalId)).toEqual(['Second', 'First']);
    expect(report.retained.map(({ logicalId }) => logicalId)).toEqual(['AlsoKept', 'Kept']);
    expect(report.failed).toEqual([]);
    expect(await exists('destroy-kept')).toBe(true);
    expect(await exists('destroy-first')).toBe(false);
  });

  test('fails on a bucket that is not empty, as CloudFormation does, and on what the bucket needs', async () => {
    const deployment = await deploy(writeStack({ Needed: bucket('needed-bucket'), Full: bucket('full-bucket', { DependsOn: 'Needed' }), Free: bucket('free-bucket') }));
    await aws.s3.send(new PutObjectCommand({ Bucket: 'full-bucket', Key: 'k', Body: 'x' }));
    const report = await deployment.destroy();
    expect(report.failed.map(({ resource, reason }) => [resource.logicalId, reason])).toEqual([
      ['Full', 'the bucket full-bucket is not empty, and CloudFormation deletes empty buckets only: empty it first'],
      ['Needed', 'Full, which could not be deleted, needs it'],
    ]);
    expect(report.deleted.map(({ logicalId }) => logicalId)).toEqual(['Free']);
    expect(await exists('needed-bucket')).toBe(true);
  });

  test('deletes nothing twice', async () => {
    const deployment = await deploy(writeStack({ Bucket: bucket('destroy-twice') }));
    expect((await deployment.destroy()).deleted).toHaveLength(1);
    expect(await deployment.destroy()).toEqual({ deleted: [], retained: [], failed: [] });
  });
});
