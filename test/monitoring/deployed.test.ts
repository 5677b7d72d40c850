import { CloudWatchClient, DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { aws_kms as kms, aws_logs as logs, aws_s3 as s3, RemovalPolicy } from 'aws-cdk-lib';
import { matching } from './matching/ruler';
import { JsonApi } from '../../deployer/json-api';
import { EncryptionAlarms, Notify } from '../../src';
import { asEvent, corpus, isNative, story, WATCHED } from '../events';
import { LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(120_000);

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

interface Published { readonly topicArn: string; readonly message: string; readonly mailedTo: string[] }

let cloud: LocalCloud;
let made: Record<string, string>;
beforeAll(async () => {
  cloud = await LocalCloud.start();
  ({ outputs: made } = await cloud.deploy((stack) => {
    const alarms = new EncryptionAlarms(stack, 'Alarms', {
      notify: [Notify.email('security@example.com')],
      trailLogGroup: new logs.LogGroup(stack, 'Logs', { removalPolicy: RemovalPolicy.RETAIN }),
    });
    // The key and the bucket of the corpus, which are of another account: their events are what is looked at.
    alarms.watch(s3.Bucket.fromBucketName(stack, 'Data', WATCHED.bucket));
    alarms.watchKey(kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'));
    const { topic, notificationKey: key, deadLetterQueue: queue, dashboard } = alarms;
    return { topic: topic.topicArn, key: key.keyArn, dashboard: dashboard!.dashboardName, queue: queue.queueUrl };
  }));
});
afterAll(async () => cloud?.stop());

/** The corpus speaks of Ireland and of account 111122223333; the local AWS is elsewhere. */
const here = (event: object) => JSON.parse(JSON.stringify(event).replaceAll('111122223333', '123456789012').replaceAll('eu-west-1', 'us-east-1')) as object;

async function door<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${cloud.emulator.endpoint}/_s3truth/${path}`, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) { throw new Error(await answer.text()); }
  return await answer.json() as T;
}
const feed = async (event: object) => (await door<{ rules: string[] }>('POST', 'events', here(event))).rules;
const published = async () => (await door<{ notifications: Published[] }>('GET', 'notifications')).notifications.filter(({ topicArn }) => topicArn === made.topic);

test('the local EventBridge wakes the rules that the engine of AWS says, and each of them publishes once', async () => {
  const events = new EventBridgeClient({ endpoint: cloud.emulator.endpoint, ...CLIENT });
  const { Rules: rules = [] } = await events.send(new ListRulesCommand({}));
  events.destroy();
  expect(rules).toHaveLength(19);
  const patterns = Object.fromEntries(rules.map(({ Name: name, EventPattern: pattern }) => [name!, JSON.parse(pattern!) as object]));
  const samples = corpus().map((sample) => ({ ...sample, envelope: here(asEvent(sample.event)) }));
  const expected = await matching(patterns, samples.map(({ envelope }) => envelope));
  for (const [index, { title, detection, envelope }] of samples.entries()) {
    const before = (await published()).length;
    const woken = await feed(envelope);
    expect([detection, title, woken.sort()]).toEqual([detection, title, expected[index].sort()]);
    expect((await published()).length - before).toBe(woken.length);
  }
  expect(expected.filter((names) => names.length > 0).length).toBeGreaterThan(100);
});

test('the story of an attack reaches people, as a text that they can act on', async () => {
  const before = (await published()).length;
  for (const record of story()) { await feed(asEvent(record)); }
  const messages = (await published()).slice(before);
  expect(messages.every(({ mailedTo }) => mailedTo.join() === 'security@example.com')).toBe(true);
  const headlines = messages.map(({ message }) => message.split('\n')[0]);
  expect(headlines).toEqual([
    '"MEDIUM: attempt to change a key denied (DisableKey)"',
    '"HIGH: bucket encryption changed (PutBucketEncryption)"',
    '"HIGH: SSE-C unblocked (PutBucketEncryption)"',
    '"HIGH: PutBucketPolicy on a watched bucket"',
    '"MEDIUM: PutBucketLifecycle on a watched bucket"',
    '"CRITICAL: trail stopped or deleted (StopLogging)"',
    '"CRITICAL: ScheduleKeyDeletion on a watched key"',
  ]);
  const last = messages.at(-1)!.message.split('\n').map((line) => JSON.parse(line) as string);
  expect(last).toEqual(expect.arrayContaining([
    'Key: arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    'Who: arn:aws:sts::123456789012:assumed-role/Attacker/i-0abc123def4567890 (AssumedRole) ',
    'From: 198.51.100.9',
    'When: 2026-11-24T02:37:00Z',
    expect.stringMatching(/^Runbook: https:\/\/.*\/docs\/runbook\.md#ScheduleKeyDeletion$/),
  ]));
});

test('what cannot be delivered is kept, with the rule and the reason', async () => {
  const [sample] = corpus().filter(({ detection, event }) => detection === 'trail-stopped' && !isNative(event));
  await cloud.kms().send(new DisableKeyCommand({ KeyId: made.key }));
  try {
    const before = (await published()).length;
    await feed(asEvent(sample.event));
    expect((await published()).length).toBe(before);
  } finally {
    await cloud.kms().send(new EnableKeyCommand({ KeyId: made.key }));
  }
  const api = new JsonApi(cloud.emulator.endpoint, CLIENT.region, CLIENT.credentials);
  const text = JSON.stringify(await api.call('sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl: made.queue, MessageAttributeNames: ['All'] }));
  expect(text).toMatch(/the key of the topic cannot be used/);
  expect(text).toMatch(/cloudtrail-critical/);
});

test('alarms are read back with their actions and thresholds, and the dashboard is there', async () => {
  const cloudwatch = new CloudWatchClient({ endpoint: cloud.emulator.endpoint, ...CLIENT });
  const { MetricAlarms: alarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
  expect(alarms).toHaveLength(10);
  expect(alarms.every(({ AlarmActions: actions, TreatMissingData: missing }) => actions?.join() === made.topic && missing === 'notBreaching')).toBe(true);
  const { DashboardBody: body } = await cloudwatch.send(new GetDashboardCommand({ DashboardName: made.dashboard }));
  expect((JSON.parse(body!) as { widgets: unknown[] }).widgets.length).toBeGreaterThan(5);
  cloudwatch.destroy();
});

test('rules, targets, filters, the topic and the policy of its key are read back', async () => {
  const events = new EventBridgeClient({ endpoint: cloud.emulator.endpoint, ...CLIENT });
  const sns = new SNSClient({ endpoint: cloud.emulator.endpoint, ...CLIENT });
  try {
    const { Rules: rules = [] } = await events.send(new ListRulesCommand({}));
    expect(rules.length).toBeGreaterThan(8);
    // Only what asks for calls that read needs the state that delivers them.
    const reading = rules.filter(({ State }) => State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    expect(reading.map(({ EventPattern }) => EventPattern?.includes('"Decrypt"'))).toEqual([true]);
    for (const { Name, State, EventPattern } of rules) {
      expect(State).toMatch(/^ENABLED/);
      expect(JSON.parse(EventPattern ?? '')).toMatchObject({ 'source': expect.any(Array), 'detail-type': expect.any(Array) });
      const { Targets: targets } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
      expect(targets).toEqual([expect.objectContaining({
        Arn: made.topic,
        DeadLetterConfig: { Arn: expect.stringMatching(/^arn:aws:sqs:us-east-1:123456789012:/) },
        InputTransformer: { InputPathsMap: expect.objectContaining({ when: expect.any(String) }), InputTemplate: expect.stringContaining('Runbook: ') },
      })]);
    }
    const { Attributes: attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: made.topic }));
    expect(attributes.KmsMasterKeyId).toBe(made.key);
    const speakers = (policy: string | undefined) => (JSON.parse(policy ?? '') as { Statement: { Effect: string; Principal?: { Service?: string } }[] }).Statement
      .filter(({ Effect }) => Effect === 'Allow').flatMap(({ Principal }) => Principal?.Service ?? []).sort();
    expect(speakers(attributes.Policy)).toEqual(['cloudwatch.amazonaws.com', 'events.amazonaws.com']);
    const { Policy: keyPolicy } = await cloud.kms().send(new GetKeyPolicyCommand({ KeyId: made.key }));
    expect(new Set(speakers(keyPolicy))).toEqual(new Set(['cloudwatch.amazonaws.com', 'events.amazonaws.com']));
    const { metricFilters } = await new JsonApi(cloud.emulator.endpoint, 'us-east-1', CLIENT.credentials).call('logs', 'Logs_20140328.DescribeMetricFilters', {});
    expect((metricFilters as { filterPattern: string }[]).map(({ filterPattern }) => filterPattern)).toContain(
      '{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}');
  } finally {
    events.destroy();
    sns.destroy();
  }
});

test('a key of its own policy alone lets nothing through: the statements for EventBridge are what does', async () => {
  const { KeyMetadata: plain } = await cloud.kms().send(new CreateKeyCommand({}));
  const { outputs } = await cloud.deploy((stack) => {
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('a@example.com')], notificationKey: kms.Key.fromKeyArn(stack, 'Plain', plain!.Arn!) });
    alarms.watchAccount();
    return { topic: alarms.topic.topicArn };
  });
  const [sample] = corpus().filter(({ detection, matches }) => detection === 'key-disabled' && matches);
  await feed(asEvent(sample.event));
  const { notifications } = await door<{ notifications: Published[] }>('GET', 'notifications');
  expect(notifications.filter(({ topicArn }) => topicArn === outputs.topic)).toEqual([]);
});
