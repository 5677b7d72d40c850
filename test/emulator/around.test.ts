import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { type Emulator, startEmulator } from '../../emulator/server';

let emulator: Emulator;
const client = () => ({ endpoint: emulator.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });

beforeAll(async () => { emulator = await startEmulator(); });
afterAll(async () => emulator?.stop());

const event = { Source: 'mine', DetailType: 'Done', Detail: '{}' };

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
describe('PutEvents', () => {
  test('is not a matter of rules that only have a schedule', async () => {
    const events = new EventBridgeClient(client());
    await events.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'rate(1 day)' }));
    await events.send(new PutTargetsCommand({ Rule: 'nightly', Targets: [{ Id: 'machine', Arn: 'arn:aws:states:us-east-1:123456789012:stateMachine:m', RoleArn: 'arn:aws:iam::123456789012:role/r' }] }));
    expect(await events.send(new PutEventsCommand({ Entries: [event] }))).toMatchObject({ FailedEntryCount: 0 });
  });

  test('does not fail with a target that cannot be reached', async () => {
    const events = new EventBridgeClient(client());
    await events.send(new PutRuleCommand({ Name: 'done', EventPattern: JSON.stringify({ source: ['mine'] }) }));
    await events.send(new PutTargetsCommand({ Rule: 'done', Targets: [{ Id: 'function', Arn: 'arn:aws:lambda:us-east-1:123456789012:function:f' }] }));
    expect(await events.send(new PutEventsCommand({ Entries: [event] }))).toMatchObject({ FailedEntryCount: 0 });
  });
});

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
test('a policy may name jobs of S3, whose ARN has a region', async () => {
  const iam = new IAMClient(client());
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }) }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:DescribeJob', Resource: 'arn:aws:s3:us-east-1:123456789012:job/*' }] });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument }));
});
