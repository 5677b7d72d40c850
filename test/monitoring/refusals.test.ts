import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  BackfillSource, Detection, DetectionChoice, DetectionSeverity, EncryptionAlarms, type EncryptionAlarmsProps, EncryptionBackfillJob, Notify,
  SecureBucket,
} from '../../src';
import { appOf, IRELAND, OTHER_ACCOUNT, testStack } from '../helpers/stack';

const mail = Notify.email('security@example.com');
const about = { severity: DetectionSeverity.MEDIUM, title: 'something', meaning: 'Something happened.' };
const event = (id: string, calls = ['PutBucketLogging']) => Detection.onEvent(id, { ...about, source: 'aws.s3', calls });
const rate = (options: { threshold?: number; period?: Duration }) => Detection.onRate('own', { ...about, filterPattern: logs.FilterPattern.exists('$.errorCode'), ...options });
const someRole = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${stack.account}:role/Deploy`);

function make(props: (stack: Stack) => Partial<EncryptionAlarmsProps>, also?: (alarms: EncryptionAlarms, stack: Stack) => void): void {
  const stack = testStack({ env: IRELAND });
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [mail], ...props(stack) });
  also?.(alarms, stack);
}

describe('is refused, with the prop, the value and the remedy', () => {
  test.each<[string, string, RegExp, (stack: Stack) => Partial<EncryptionAlarmsProps>]>([
    ['nobody who hears', 'NobodyHears', /'notify' must name at least one.*got none/, () => ({ notify: [] })],
    ['something that is no address', 'AddressInvalid', /'address' must be an email address, got 'security'/, () => ({ notify: [Notify.email('security')] })],
    ['the name of a channel', 'SlackIdInvalid', /'channelId' must be an id.*got '#alerts'/, () => ({ notify: [Notify.slack({ workspaceId: 'T1', channelId: '#alerts' })] })],
    ['the name of a response plan', 'ResponsePlanInvalid', /full ARN of a response plan.*got 'plan'/, () => ({ notify: [Notify.incident('plan')] })],
    ['a FIFO topic', 'TopicFifo', /must be a standard topic/, (stack) => ({ notify: [Notify.topic(new sns.Topic(stack, 'Fifo', { fifo: true }))] })],
    ['a topic twice', 'NotifiedTwice', /each topic and response plan once, got arn:aws:sns:eu-west-1:\d+:t again/, (stack) => ({
      notify: ['One', 'Two'].map((id) => Notify.topic(sns.Topic.fromTopicArn(stack, id, `arn:aws:sns:eu-west-1:${stack.account}:t`))),
    })],
    ['more than five targets', 'TooManyTargets', /at most 5 targets of a rule, got 6/, (stack) => ({
      notify: [1, 2, 3, 4, 5].map((n) => Notify.topic(sns.Topic.fromTopicArn(stack, `T${n}`, `arn:aws:sns:eu-west-1:${stack.account}:t${n}`))),
    })],
    ['a detection that nobody knows', 'UnknownDetection', /got 'own-one' which is in neither: add it/, () => ({ choices: [DetectionChoice.off(event('own-one'), 'because')] })],
    ['an id of the catalogue', 'DetectionTwice', /got 'key-disabled' again: choose another id/, () => ({ ownDetections: [event('key-disabled')] })],
    ['an id that is none', 'DetectionIdInvalid', /lower-case letters.*got 'My Detection'/, () => ({ ownDetections: [event('My Detection')] })],
    ['a detection of every call', 'NoCalls', /'calls' of the detection 'own' must name at least one/, () => ({ ownDetections: [event('own', [])] })],
    ['no threshold', 'ThresholdInvalid', /whole number from 1, got 0: turn it off/, () => ({ ownDetections: [rate({ threshold: 0 })] })],
    ['half a minute', 'PeriodInvalid', /whole minutes, from 1 minute to 1 day, got 30 seconds/, () => ({ ownDetections: [rate({ period: Duration.seconds(30) })] })],
    ['two days', 'PeriodInvalid', /got 2 days/, () => ({ ownDetections: [rate({ period: Duration.days(2) })] })],
    ['no reason', 'ReasonMissing', /'because' must say why 'key-disabled'/, () => ({ choices: [DetectionChoice.off(Detection.KEY_DISABLED, ' ')] })],
    ['a threshold of a single event', 'NotCounted', /'key-disabled' has no threshold: each single event/, () => ({ choices: [DetectionChoice.threshold(Detection.KEY_DISABLED, { count: 2 })] })],
    ['a threshold of a band', 'NotCounted', /see DetectionChoice.anomalyBand/, () => ({ choices: [DetectionChoice.threshold(Detection.DECRYPT_VOLUME, { count: 2 })] })],
    ['a count of none', 'ThresholdInvalid', /got 0/, () => ({ choices: [DetectionChoice.threshold(Detection.SSE_C_UPLOADS, { count: 0 })] })],
    ['a band without width', 'BandInvalid', /from 1 to 10 standard deviations, got 0/, () => ({ choices: [DetectionChoice.anomalyBand(0)] })],
    ['a role left out of a count', 'NoRole', /it counts, and a count names nobody/, (stack) => ({ choices: [DetectionChoice.exceptRole(Detection.DECRYPTS_DENIED, someRole(stack), 'x')] })],
    ['a role left out of an event without one', 'NoRole', /its event names nobody/, (stack) => ({ choices: [DetectionChoice.exceptRole(Detection.KEY_DELETED, someRole(stack), 'x')] })],
    ['off and tuned', 'OffAndTuned', /turn the detection 'key-disabled' off and tune it/, () => ({
      choices: [DetectionChoice.off(Detection.KEY_DISABLED, 'x'), DetectionChoice.severity(Detection.KEY_DISABLED, DetectionSeverity.HIGH)],
    })],
  ])('%s', (_, code, message, props) => {
    expect(() => make(props)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test.each<[string, string, RegExp, (alarms: EncryptionAlarms, stack: Stack) => void]>([
    ['a bucket of another region', 'WatchedElsewhere', /'bucket' must be in the region of the stack that watches it, 'eu-west-1', got 'us-east-1'/, (alarms, stack) => {
      alarms.watch(s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' }));
    }],
    ['a key of another account', 'WatchedElsewhere', new RegExp(`'key' must be in the account of the stack that watches it.*got '${OTHER_ACCOUNT}'`), (alarms, stack) => {
      alarms.watchKey(kms.Key.fromKeyArn(stack, 'Theirs', `arn:aws:kms:eu-west-1:${OTHER_ACCOUNT}:key/11111111-2222-3333-4444-555555555555`));
    }],
    ['a key by its alias', 'KeyByAlias', /known by its ARN, got ".*alias\/old": events name keys, never aliases/, (alarms, stack) => {
      alarms.watchKey(kms.Key.fromKeyArn(stack, 'Alias', `arn:aws:kms:eu-west-1:${stack.account}:alias/old`));
    }],
    ['an alias by its name', 'KeyByAlias', /known by its ARN, got "alias\/old": events name keys, never aliases/, (alarms, stack) => {
      alarms.watchKey(kms.Alias.fromAliasName(stack, 'Alias', 'alias/old'));
    }],
  ])('%s', (_, code, message, also) => {
    expect(() => { make(() => ({}), also); }).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test('a backfill without a dashboard to show it on', () => {
    expect(() => {
      make(() => ({ dashboard: false }), (alarms, stack) => {
        alarms.watchBackfill(new EncryptionBackfillJob(stack, 'Backfill', { bucket: new SecureBucket(stack, 'Data'), sources: [BackfillSource.sseS3()] }));
      });
    }).toThrow(/'watchBackfill' shows the backfill on the dashboard, which 'dashboard: false' left out/);
  });

  test.each(['cn-north-1', 'us-gov-west-1'])('a Slack channel where the service is not offered: %s', (region) => {
    const stack = testStack({ env: { account: '111111111111', region } });
    expect(() => new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.slack({ workspaceId: 'T1', channelId: 'C1' })] })).toThrow(`must not name a Slack channel in ${region}`);
  });

  test('alarms that watch nothing, at synthesis', () => {
    const stack = testStack();
    new EncryptionAlarms(stack, 'Alarms', { notify: [mail] });
    expect(() => appOf(stack).synth()).toThrow(/nothing is watched.*watch\(bucket\), watchKey\(key\) or watchAccount\(\)/);
  });

  test('more metric filters than a log group has, at synthesis', () => {
    const stack = testStack();
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [mail], trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail') });
    for (let n = 0; n < 130; n++) {
      alarms.watchKey(kms.Key.fromKeyArn(stack, `Key${n}`, `arn:aws:kms:eu-west-1:${stack.account}:key/11111111-2222-3333-4444-${String(n).padStart(12, '0')}`));
      alarms.watch(s3.Bucket.fromBucketName(stack, `Bucket${n}`, `bucket-${n}`));
    }
    expect(() => appOf(stack).synth()).toThrow(/more than the 100 metric filters.*watchAccount\(\) needs one for each detection/);
  });
});
