import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { runInsights } from '../../emulator/cloudwatch/insights';
import { EncryptionAlarms, Notify, RotatingS3Key } from '../../src';
import { corpus, isNative, story, WATCHED } from '../events';
import { keepReportsQuiet } from '../helpers/quiet';

keepReportsQuiet();

const ATTACKER = 'arn:aws:sts::111122223333:assumed-role/Attacker/i-0abc123def4567890';
const RECORDS = [...corpus().flatMap(({ event }) => (isNative(event) ? [] : [event])), ...story()];

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly properties: { readonly title: string; readonly query: string; readonly alarms: string[] };
}

function widgetsOf(stack: Stack): Widget[] {
  const [{ Properties: { DashboardBody: body } }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  const text = typeof body === 'string' ? body : (body['Fn::Join'][1] as unknown[]).map((part) => (typeof part === 'string' ? part : 'token')).join('');
  return (JSON.parse(text) as { widgets: Widget[] }).widgets;
}

/** The questions of the dashboard of the watched bucket and key, by their titles. */
function questions(): Map<string, string> {
  const stack = new Stack(new App(), 'Watching', { env: { account: WATCHED.account, region: WATCHED.region } });
  const alarms = new EncryptionAlarms(stack, 'Alarms', {
    notify: [Notify.email('security@example.com')], trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'LogGroup', 'audit'),
  });
  alarms.watch(s3.Bucket.fromBucketAttributes(stack, 'Data', { bucketName: WATCHED.bucket, encryptionKey: RotatingS3Key.fromKeyArn(stack, 'Key', WATCHED.key) }));
  return new Map(widgetsOf(stack).filter(({ type }) => type === 'log').map(({ properties: { title, query } }) => [title, query]));
}

test.each([[98, [[0, 24, 99]]], [99, [[0, 24, 100]]], [100, [[0, 12, 100], [12, 12, 1]]], [299, [[0, 8, 100], [8, 8, 100], [16, 8, 100]]]])(
  'the states of %s alarms and its own are in widgets of a hundred', (count, expected) => {
    const stack = new Stack(new App(), 'Watching');
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
    const metric = new cloudwatch.Metric({ namespace: 'Test', metricName: 'Test' });
    for (let index = 0; index < count; index += 1) { alarms._adopt(new cloudwatch.Alarm(stack, `Alarm${index}`, { metric, threshold: 1, evaluationPeriods: 1 })); }
    const states = widgetsOf(stack).filter(({ type }) => type === 'alarm');
    expect(states.map(({ x, width, properties }) => [x, width, properties.alarms.length])).toEqual(expected);
    expect(states.every(({ y }) => y === 0)).toBe(true);
  },
);

describe('the questions of the dashboard', () => {
  const asked = questions();
  const answer = (title: string) => {
    const [, query] = /^SOURCE 'audit' \| (.*)$/s.exec(asked.get(title) ?? '') ?? [];
    return runInsights(query as string, RECORDS.map((record) => ({ timestamp: Date.parse(record.eventTime), record })), Date.parse('2026-11-25T00:00:00Z'));
  };

  test('are four', () => {
    expect([...asked.keys()]).toEqual(['Decrypts by result', 'Denied, by principal', 'Who decrypts', 'Keys scheduled for deletion, disabled or kept']);
  });

  test('decrypts by result', () => {
    const rows = answer('Decrypts by result');
    const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
    const decrypts = RECORDS.filter(({ eventSource, eventName, resources }) => eventSource === 'kms.amazonaws.com' && eventName === 'Decrypt'
      && (resources as { ARN: string }[] | undefined)?.[0]?.ARN === WATCHED.key);
    expect([sum('succeeded'), sum('failed')]).toEqual([
      decrypts.filter(({ errorCode }) => errorCode === undefined).length, decrypts.filter(({ errorCode }) => errorCode !== undefined).length,
    ]);
    expect(sum('failed')).toBeGreaterThan(0);
    expect(rows.every(({ bin }) => Number(bin) % 300_000 === 0)).toBe(true);
  });

  test('who is denied, the most first', () => {
    const rows = answer('Denied, by principal');
    expect(rows[0]).toMatchObject({ 'userIdentity.arn': ATTACKER, 'eventName': 'Decrypt' });
    expect(Number(rows[0].denied)).toBeGreaterThanOrEqual(14);
  });

  test('who decrypts, of which bucket', () => {
    expect(answer('Who decrypts')).toEqual(expect.arrayContaining([
      expect.objectContaining({ 'userIdentity.arn': 'arn:aws:sts::111122223333:assumed-role/App/app', 'requestParameters.encryptionContext.aws:s3:arn': 'arn:aws:s3:::finance-data' }),
    ]));
  });

  test('which keys are near their end, and who brought them there', () => {
    const [newest] = answer('Keys scheduled for deletion, disabled or kept');
    expect(Object.keys(newest)).toEqual(expect.arrayContaining(['@timestamp', 'eventName', 'userIdentity.arn']));
    expect(answer('Keys scheduled for deletion, disabled or kept').map(({ eventName }) => eventName)).toContain('ScheduleKeyDeletion');
  });
});
