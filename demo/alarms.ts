import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { App } from 'aws-cdk-lib';
import { ADMINISTRATOR, type Place } from './actors';
import type { Check } from './check';
import { detail, say } from './talk';
import { proveAnswers } from './who';
import { deployAssembly } from '../deployer/deploy';
import { JsonApi } from '../deployer/json-api';
import { filterOf } from '../emulator/cloudwatch/filter-pattern';
import { AlarmsStack } from '../examples/alarms/stack';

const LOG_GROUP = 'organization-trail';

type CloudTrailRecord = Record<string, unknown> & { eventSource: string; eventTime: string; eventID: string };

interface Notification { readonly message: string; readonly mailedTo: string[] }

/** Deploys examples/alarms, lets an attack happen to what it watches, and shows what the security team gets. */
export async function proveAlarms(place: Place, account: string, work: string): Promise<Check[]> {
  say('Synthesizing and deploying examples/alarms');
  const logs = new JsonApi(place.endpoint, place.region, ADMINISTRATOR);
  await logs.call('logs', 'Logs_20140328.CreateLogGroup', { logGroupName: LOG_GROUP });
  const app = new App({ outdir: join(work, 'alarms.out') });
  const stack = new AlarmsStack(app, 'Alarms', { env: { account, region: place.region }, trailLogGroupName: LOG_GROUP });
  const deployment = await deployAssembly(app.synth().directory, { ...place, account, credentials: ADMINISTRATOR });
  const { BucketName: bucket, KeyArn: keyArn } = deployment.outputs(stack.stackName) as Record<string, string>;

  const { title, records } = attack(account, place.region, bucket, keyArn);
  say(`Letting it happen: ${title}, ${records.length} calls`);
  for (const record of records) { await feed(place, asEvent(record, account, place.region)); }
  const told = await notifications(place);
  const alarms = await alarmsFor(place, logs, records);
  say(`What security@example.com gets, ${told.length + alarms.length} notifications:`);
  for (const { message } of told) { detail(`\n${readable(message).split('\n').map((line) => `    ${line}`).join('\n')}`); }
  for (const { alarm: { AlarmName: name, AlarmDescription: description, Threshold: threshold, Period: period }, count } of alarms) {
    detail(`\n    ALARM: ${name}\n    ${description}\n    ${count} within ${(period ?? 0) / 60} minutes, from ${threshold} on it is an alarm`);
  }

  const before = told.length;
  const elsewhere = attack(account, place.region, 'another-bucket', keyArn.replace(/[^/]*$/, '99999999-9999-9999-9999-999999999999'));
  for (const record of elsewhere.records.filter(({ eventSource }) => /^(s3|kms)\./.test(eventSource))) {
    await feed(place, asEvent(record, account, place.region));
  }
  const more = (await notifications(place)).length - before;

  const heard = (promise: string, pattern: RegExp): Check => {
    const found = told.find(({ message }) => pattern.test(message));
    return { promise, found: found === undefined ? 'nobody heard' : readable(found.message).split('\n')[0], ok: found !== undefined && found.mailedTo.length === 1 };
  };
  const counted = (promise: string, id: string): Check => {
    const found = alarms.find(({ alarm }) => alarm.MetricName === id);
    return { promise, found: found === undefined ? 'no alarm' : `an alarm, ${found.count} counted`, ok: found !== undefined };
  };
  const quiet = (promise: string, id: string): Check => {
    const { ok } = counted(promise, id);
    return { promise, found: ok ? 'an alarm' : 'no alarm', ok: !ok };
  };
  return [
    heard('told: the deletion of the key is scheduled', /^"CRITICAL: ScheduleKeyDeletion/),
    heard('told: SSE-C is unblocked', /^"HIGH: SSE-C unblocked/),
    heard('told: the trail is stopped', /^"CRITICAL: trail stopped/),
    heard('told: disabling the key was tried and denied', /^"MEDIUM: attempt to change a key denied/),
    counted('alarm: 150 objects moved to the key of another account', 'objects-rekeyed'),
    counted('alarm: an upload under a key of the client', 'sse-c-uploads'),
    quiet('quiet: 14 denied decrypts are below the 50 that this stack chose', 'decrypts-denied'),
    { promise: 'quiet: the same done to another bucket and key', found: `${more} notifications`, ok: more === 0 },
    ...await proveAnswers(work, bucket, keyArn, records),
  ];
}

/** The story of the tests, about this bucket and this key. */
function attack(account: string, region: string, bucket: string, keyArn: string): { title: string; records: CloudTrailRecord[] } {
  const text = readFileSync(join(__dirname, '../test/events/story.json'), 'utf8')
    .replaceAll('finance-data', bucket)
    .replaceAll('arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab', keyArn)
    .replaceAll('111122223333', account).replaceAll('eu-west-1', region);
  const { title, events } = JSON.parse(text) as { title: string; events: { repeat?: number; event: CloudTrailRecord }[] };
  return { title, records: events.flatMap(({ repeat = 1, event }) => Array.from({ length: repeat }, () => event)) };
}

function asEvent(record: CloudTrailRecord, account: string, region: string): object {
  return {
    'version': '0',
    'id': record.eventID,
    'detail-type': 'AWS API Call via CloudTrail',
    'source': `aws.${record.eventSource.split('.')[0]}`,
    account,
    'time': record.eventTime,
    region,
    'resources': [],
    'detail': record,
  };
}

async function feed({ endpoint }: Place, event: object): Promise<void> {
  const answer = await fetch(`${endpoint}/_s3truth/events`, { method: 'POST', body: JSON.stringify(event) });
  if (!answer.ok) { throw new Error(`the local EventBridge took no event: ${await answer.text()}`); }
}

async function notifications({ endpoint }: Place): Promise<Notification[]> {
  const answer = await fetch(`${endpoint}/_s3truth/notifications`);
  const { notifications: all } = await answer.json() as { notifications: Notification[] };
  return all.filter(({ mailedTo }) => mailedTo.includes('security@example.com'));
}

/** What CloudWatch would do: counts the records in its periods with the deployed filters, and compares with the deployed thresholds. */
async function alarmsFor(place: Place, logs: JsonApi, records: readonly CloudTrailRecord[]): Promise<{ alarm: MetricAlarm; count: number }[]> {
  const { metricFilters = [] } = await logs.call('logs', 'Logs_20140328.DescribeMetricFilters', { logGroupName: LOG_GROUP }) as {
    metricFilters?: { filterPattern: string; metricTransformations: { metricName: string }[] }[];
  };
  const cloudwatch = new CloudWatchClient({ ...place, credentials: ADMINISTRATOR });
  const { MetricAlarms: alarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
  cloudwatch.destroy();
  return alarms.flatMap((alarm) => {
    const filters = metricFilters.filter(({ metricTransformations: [{ metricName }] }) => metricName === alarm.MetricName);
    const matches = filters.map(({ filterPattern }) => filterOf(filterPattern));
    const periods = new Map<number, number>();
    for (const record of records.filter((one) => matches.some((match) => match(one)))) {
      const period = Math.floor(Date.parse(record.eventTime) / 1000 / alarm.Period!);
      periods.set(period, (periods.get(period) ?? 0) + 1);
    }
    const count = Math.max(0, ...periods.values());
    return matches.length > 0 && count >= alarm.Threshold! ? [{ alarm, count }] : [];
  });
}

/** Each line of the message is a JSON string. */
function readable(message: string): string {
  return message.split('\n').map((line) => JSON.parse(line) as string).join('\n');
}
