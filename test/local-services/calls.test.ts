import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Statement } from './local-cloud';
import { SLEEPER, useMachines } from './machines';

const local = useMachines();
let sleeper: string;
beforeAll(async () => { sleeper = await local.machine('sleeper', SLEEPER); });

describe('calls of the SDK', () => {
  test('give Java names, dates as text, and nothing of the SDK itself', async () => {
    const { KeyMetadata: key } = await local.cloud.kms().send(new CreateKeyCommand({}));
    const { status, output } = await local.task('aws-sdk:kms:describeKey', { KeyId: key!.KeyId });
    expect(status).toBe('SUCCEEDED');
    expect(Object.keys(output)).toEqual(['KeyMetadata']);
    expect(output.KeyMetadata).toMatchObject({ Arn: key!.Arn, Enabled: true, CreationDate: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/) });
  });

  test('put and get objects, with bodies as text', async () => {
    await local.cloud.s3().send(new CreateBucketCommand({ Bucket: 'bodies' }));
    const { KeyMetadata: key } = await local.cloud.kms().send(new CreateKeyCommand({}));
    const put = await local.task('aws-sdk:s3:putObject', { Bucket: 'bodies', Key: 'k', Body: { a: 1 }, ServerSideEncryption: 'aws:kms', SsekmsKeyId: key!.Arn });
    expect(put.output).toMatchObject({ ServerSideEncryption: 'aws:kms', SsekmsKeyId: key!.Arn, ETag: expect.any(String) });
    const got = await local.task('aws-sdk:s3:getObject', { Bucket: 'bodies', Key: 'k' });
    expect(got.output).toMatchObject({ Body: '{"a":1}', LastModified: expect.stringMatching(/Z$/), SsekmsKeyId: key!.Arn });
    expect((await local.task('aws-sdk:s3:getBucketVersioning', { Bucket: 'bodies' })).output).toEqual({});
    expect((await local.task('aws-sdk:s3control:listJobs', { AccountId: '123456789012' })).output).toEqual({ Jobs: [] });
  });

  test.each([
    ['aws-sdk:kms:describeKey', { KeyId: '11111111-2222-3333-4444-555555555555' }, 'Kms.NotFoundException', 400],
    ['aws-sdk:s3:getObject', { Bucket: 'never-made-bucket', Key: 'k' }, 'S3.NoSuchBucketException', 404],
    ['aws-sdk:s3:headObject', { Bucket: 'bodies', Key: 'missing' }, 'S3.NoSuchKeyException', 404],
    ['aws-sdk:s3:getObject', { Bucket: 'bodies', Key: 'missing' }, 'S3.NoSuchKeyException', 404],
    ['aws-sdk:s3:getBucketPolicy', { Bucket: 'bodies' }, 'S3.S3Exception', 404],
    ['aws-sdk:s3control:createJob', { AccountId: '123456789012', Priority: 1, RoleArn: 'x', ClientRequestToken: 't', Operation: {}, Report: { Enabled: false } }, 'S3Control.BadRequestException', 400],
    ['aws-sdk:sfn:describeExecution', { ExecutionArn: 'arn:aws:states:us-east-1:123456789012:execution:x:y' }, 'Sfn.ExecutionDoesNotExistException', 400],
  ])('%s fails with the name that a Catch takes', async (resource, parameters, error, status) => {
    expect(await local.task(resource, parameters)).toMatchObject({ status: 'FAILED', error, cause: expect.stringContaining(`Status Code: ${status}`) });
  });

  test('do not take a value of another type, which no Catch gets', async () => {
    const extra = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] };
    const definition = { StartAt: 'T', States: { T: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:kms:describeKey', Parameters: { 'KeyId.$': '$.key' }, End: true, ...extra }, C: { Type: 'Pass', End: true } } };
    expect(await local.cloud.run(await local.machine('types', definition), { key: 7 })).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining("'.KeyId' must be a string, got 7") });
  });

  test('start and follow other machines', async () => {
    const { output } = await local.task('aws-sdk:sfn:startExecution', { StateMachineArn: sleeper, Input: '{"stop":true}' });
    expect(output).toEqual({ ExecutionArn: expect.stringContaining(':execution:sleeper:'), StartDate: expect.any(String) });
    await local.cloud.settled(output.ExecutionArn);
    expect((await local.task('aws-sdk:sfn:describeExecution', output.ExecutionArn && { ExecutionArn: output.ExecutionArn })).output).toMatchObject({ Status: 'SUCCEEDED', Output: '{"stop":true}' });
  });
});

describe('the role of a machine', () => {
  const denied = async (resource: string, parameters: object, statements: readonly Statement[]) => {
    const { status, error, cause } = await local.task(resource, parameters, statements);
    return `${status} ${error ?? ''} ${cause ?? ''}`;
  };
  const allow = (action: string, resource = '*', rest: object = {}): Statement[] => [{ Effect: 'Allow', Action: action, Resource: resource, ...rest }];
  const topic = async (name: string) => (await new SNSClient({ endpoint: local.cloud.emulator.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }).send(new CreateTopicCommand({ Name: name }))).TopicArn!;

  test('is all that its calls have, for services that the local AWS guards', async () => {
    const { KeyMetadata: key } = await local.cloud.kms().send(new CreateKeyCommand({}));
    await local.cloud.s3().send(new CreateBucketCommand({ Bucket: 'guarded' }));
    await local.cloud.s3().send(new PutObjectCommand({ Bucket: 'guarded', Key: 'k', Body: 'x' }));
    expect(await denied('aws-sdk:kms:describeKey', { KeyId: key!.Arn }, [])).toMatch(/^FAILED Kms.KmsException .*kms:DescribeKey/);
    expect(await denied('aws-sdk:kms:describeKey', { KeyId: key!.Arn }, allow('kms:DescribeKey', key!.Arn))).toMatch(/^SUCCEEDED/);
    expect(await denied('aws-sdk:s3:getObject', { Bucket: 'guarded', Key: 'k' }, allow('s3:GetObject', 'arn:aws:s3:::guarded/other'))).toMatch(/^FAILED S3.AccessDeniedException .*s3:GetObject/);
    expect(await denied('aws-sdk:s3control:listJobs', { AccountId: '123456789012' }, allow('s3:GetObject'))).toMatch(/^FAILED S3Control.S3ControlException .*s3:ListJobs/);
    expect(await denied('aws-sdk:sfn:startExecution', { StateMachineArn: sleeper }, allow('states:StartExecution', 'arn:aws:states:*:*:stateMachine:other'))).toMatch(/^FAILED Sfn.SfnException .*states:StartExecution/);
  });

  test('is all that its calls have, for the others', async () => {
    const topicArn = await topic('guarded-topic');
    const metric = { Namespace: 'Mine', MetricData: [{ MetricName: 'M', Value: 1 }] };
    const events = { Entries: [{ Source: 'mine', DetailType: 't', Detail: { a: 1 } }] };
    expect(await denied('aws-sdk:cloudwatch:putMetricData', metric, allow('cloudwatch:PutMetricData', '*', { Condition: { StringEquals: { 'cloudwatch:namespace': 'Other' } } }))).toMatch(/^FAILED CloudWatch.CloudWatchException .*PutMetricData/);
    expect(await denied('aws-sdk:cloudwatch:putMetricData', metric, allow('cloudwatch:PutMetricData', '*', { Condition: { StringEquals: { 'cloudwatch:namespace': 'Mine' } } }))).toMatch(/^SUCCEEDED/);
    expect(await denied('sns:publish', { TopicArn: topicArn, Message: { a: 1 } }, allow('sns:Publish', `${topicArn}-other`))).toMatch(/^FAILED SNS.AmazonSNSException .*sns:Publish/);
    expect(await denied('sns:publish', { TopicArn: topicArn, Message: { a: 1 } }, allow('sns:Publish', topicArn))).toMatch(/^SUCCEEDED/);
    expect(await denied('aws-sdk:sns:publish', { TopicArn: topicArn, Message: 'm' }, [])).toMatch(/^FAILED Sns.SnsException/);
    expect(await denied('events:putEvents', events, allow('events:PutEvents', 'arn:aws:events:us-east-1:123456789012:event-bus/other'))).toMatch(/^FAILED EventBridge.AccessDeniedException .*events:PutEvents/);
    expect(await denied('events:putEvents', events, allow('events:PutEvents', 'arn:aws:events:us-east-1:123456789012:event-bus/default'))).toMatch(/^SUCCEEDED/);
  });
});

describe('events:putEvents', () => {
  test('fails if one of the entries does', async () => {
    const entries = [{ Source: 'mine', DetailType: 'Done', Detail: { a: 1 } }, { Source: 'mine', DetailType: '', Detail: {} }];
    expect(await local.task('events:putEvents', { Entries: entries })).toMatchObject({ status: 'FAILED', error: 'EventBridge.FailedEntry' });
    expect(await local.task('events:putEvents', { Entries: entries.slice(0, 1) })).toMatchObject({ status: 'SUCCEEDED', output: { FailedEntryCount: 0 } });
  });
});

describe('lambda:invoke', () => {
  test('gives the payload as it is, and fails by the type of the error', async () => {
    const arn = await local.addFunction('echo', 'exports.handler = async (e) => { if (e.fail) throw new RangeError("too far"); return { got: e }; };');
    const invoke = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn }];
    expect(await local.task('lambda:invoke', { FunctionName: arn, Payload: { a: [1] } }, invoke)).toMatchObject({
      status: 'SUCCEEDED', output: { ExecutedVersion: '$LATEST', Payload: { got: { a: [1] } }, StatusCode: 200 },
    });
    const failed = await local.task('lambda:invoke', { FunctionName: arn, Payload: { fail: true } }, invoke);
    expect(failed).toMatchObject({ status: 'FAILED', error: 'RangeError' });
    expect(JSON.parse(failed.cause!)).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
    expect(await local.task('lambda:invoke', { FunctionName: arn }, [])).toMatchObject({ status: 'FAILED', error: 'Lambda.AWSLambdaException' });
    expect(await local.task('lambda:invoke', { FunctionName: `${arn}-none` })).toMatchObject({ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' });
  });

  test('may be written as the ARN of the function', async () => {
    const arn = await local.addFunction('plain', 'exports.handler = async (e) => e.n + 1;');
    const definition = { StartAt: 'T', States: { T: { Type: 'Task', Resource: arn, End: true } } };
    expect(await local.cloud.run(await local.machine('direct', definition), { n: 41 })).toMatchObject({ status: 'SUCCEEDED', output: '42' });
  });
});
