import { runSimulation } from '@cloud-copilot/iam-simulate';
import { Template } from 'aws-cdk-lib/assertions';
import { EncryptionAlarms, Notify, SecureBucket } from '../../src';
import { IRELAND, OTHER_ACCOUNT, testStack } from '../helpers/stack';
import type { PolicyDocument } from '../proofs/statement';

const TOPIC = `arn:aws:sns:eu-west-1:${IRELAND.account}:AlarmsTopic`;
const QUEUE = `arn:aws:sqs:eu-west-1:${IRELAND.account}:AlarmsDeadLetters`;
const KEY = `arn:aws:kms:eu-west-1:${IRELAND.account}:key/AlarmsKey`;

/** The policies of the template, with references as the ARNs of what they mean. */
function policies() {
  const stack = testStack({ env: IRELAND });
  new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] }).watch(new SecureBucket(stack, 'Data'));
  const template = Template.fromStack(stack);
  const known = (id: string) => id.startsWith('AlarmsTopic') ? TOPIC : id.startsWith('AlarmsDeadLetters') ? QUEUE : id === 'AWS::Partition' ? 'aws' : id;
  const flat = (value: any): any => {
    if (typeof value !== 'object' || value === null) { return value; }
    if (Array.isArray(value)) { return value.map(flat); }
    if ('Ref' in value) { return known(value.Ref as string); }
    if ('Fn::GetAtt' in value) { return known(value['Fn::GetAtt'][0] as string); }
    if ('Fn::Join' in value) { return (flat(value['Fn::Join'][1]) as string[]).join(value['Fn::Join'][0] as string); }
    return Object.fromEntries(Object.entries(value as object).map(([name, nested]) => [name, flat(nested)]));
  };
  const only = (type: string, prefix: string, field: string) => {
    const [found] = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(prefix));
    return flat(found[1].Properties[field]) as PolicyDocument;
  };
  const rule = Object.values(template.findResources('AWS::Events::Rule'))[0].Properties.Name as string;
  return {
    rule,
    [TOPIC]: only('AWS::SNS::TopicPolicy', 'AlarmsTopic', 'PolicyDocument'),
    [QUEUE]: only('AWS::SQS::QueuePolicy', 'AlarmsDeadLetters', 'PolicyDocument'),
    [KEY]: only('AWS::KMS::Key', 'AlarmsKey', 'KeyPolicy'),
  };
}
const POLICIES = policies();

async function decide(
  service: string, action: string, resource: typeof TOPIC | typeof QUEUE | typeof KEY, source?: { arn: string; account: string },
): Promise<boolean> {
  const result = await runSimulation({
    request: {
      principal: service,
      action,
      resource: { resource, accountId: IRELAND.account },
      contextVariables: {
        ...action.startsWith('kms:') ? {} : { 'aws:SecureTransport': 'true' },
        ...source === undefined ? {} : { 'aws:SourceArn': source.arn, 'aws:SourceAccount': source.account },
      },
    },
    identityPolicies: [],
    resourcePolicy: POLICIES[resource],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {});
  if (result.resultType !== 'single') { throw new Error(`${action} could not be simulated: ${JSON.stringify(result)}`); }
  return result.overallResult === 'Allowed';
}

const alarm = (account: string, region = 'eu-west-1') => ({ arn: `arn:aws:cloudwatch:${region}:${account}:alarm:any`, account });
const rule = (name: string, account = IRELAND.account) => ({ arn: `arn:aws:events:eu-west-1:${account}:rule/${name}`, account });
const CLOUDWATCH = 'cloudwatch.amazonaws.com';
const EVENTBRIDGE = 'events.amazonaws.com';

describe('CloudWatch', () => {
  test.each<[string, boolean, { arn: string; account: string } | undefined]>([
    ['for an alarm of this account and region', true, alarm(IRELAND.account)],
    ['for an alarm of another account', false, alarm(OTHER_ACCOUNT)],
    ['for an alarm of another region', false, alarm(IRELAND.account, 'us-east-1')],
    ['for nobody', false, undefined],
  ])('%s: publishes and uses the key, or neither: %s', async (_, expected, source) => {
    expect(await decide(CLOUDWATCH, 'sns:Publish', TOPIC, source)).toBe(expected);
    expect(await decide(CLOUDWATCH, 'kms:GenerateDataKey', KEY, source)).toBe(expected);
    expect(await decide(CLOUDWATCH, 'kms:Decrypt', KEY, source)).toBe(expected);
  });

  test('administers nothing, and does not reach the queue', async () => {
    expect(await decide(CLOUDWATCH, 'sns:SetTopicAttributes', TOPIC, alarm(IRELAND.account))).toBe(false);
    expect(await decide(CLOUDWATCH, 'kms:Encrypt', KEY, alarm(IRELAND.account))).toBe(false);
    expect(await decide(CLOUDWATCH, 'sqs:SendMessage', QUEUE, alarm(IRELAND.account))).toBe(false);
  });
});

describe('EventBridge', () => {
  test('publishes and uses the key, without a source, since it gives none', async () => {
    expect(await decide(EVENTBRIDGE, 'sns:Publish', TOPIC)).toBe(true);
    expect(await decide(EVENTBRIDGE, 'kms:GenerateDataKey', KEY)).toBe(true);
    expect(await decide(EVENTBRIDGE, 'kms:Decrypt', KEY)).toBe(true);
    expect(await decide(EVENTBRIDGE, 'kms:Encrypt', KEY)).toBe(false);
    expect(await decide(EVENTBRIDGE, 'sns:Subscribe', TOPIC)).toBe(false);
  });

  test('sends to the dead-letter queue for the rules of these alarms, and for no other', async () => {
    expect(await decide(EVENTBRIDGE, 'sqs:SendMessage', QUEUE, rule(POLICIES.rule))).toBe(true);
    expect(await decide(EVENTBRIDGE, 'sqs:SendMessage', QUEUE, rule('another-rule'))).toBe(false);
    expect(await decide(EVENTBRIDGE, 'sqs:SendMessage', QUEUE, rule(POLICIES.rule, OTHER_ACCOUNT))).toBe(false);
    expect(await decide(EVENTBRIDGE, 'sqs:ReceiveMessage', QUEUE, rule(POLICIES.rule))).toBe(false);
  });
});

test.each(['s3.amazonaws.com', 'lambda.amazonaws.com'])('%s does nothing', async (service) => {
  expect(await decide(service, 'sns:Publish', TOPIC, alarm(IRELAND.account))).toBe(false);
  expect(await decide(service, 'sqs:SendMessage', QUEUE, rule(POLICIES.rule))).toBe(false);
  expect(await decide(service, 'kms:GenerateDataKey', KEY, alarm(IRELAND.account))).toBe(false);
});
