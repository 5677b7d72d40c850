import { Annotations, Names } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { RUNBOOK } from './alarm-text';
import { Channels } from './channels';
import { type Chosen, chosen } from './chosen';
import { addDashboard } from './dashboard';
import type { DetectionSpec, MadeForDetection } from './detection-spec';
import type { EncryptionAlarmsProps } from './encryption-alarms-props';
import { EventRules } from './event-rules';
import type { FindingRule } from './finding-rule';
import type { Notify } from './notify';
import { RateAlarms } from './rate-alarms';
import { groupsOf } from './rule-groups';
import { trailFindings, type TrailNeeds } from './trail-check';
import { Watched } from './watched';
import type { EncryptionBackfillJob } from '../backfill';
import { ValidationError } from '../private/errors';
import { isKeyless } from '../private/keyless';
import { madeElsewhere } from '../private/once-in-region';

/** A name of a rule has at most 64 characters, and the longest group takes 40 of them. */
const PREFIX_LENGTH = 23;

/**
 * Tells somebody within seconds when encryption at rest is tampered with, and who did it.
 *
 * Single events (a key disabled or scheduled for deletion, a bucket downgraded, SSE-C unblocked, a
 * policy changed, the trail stopped) reach EventBridge rules; what has to be counted (denied decrypts,
 * objects moved to another key in bulk) is counted in the log group of the trail. Each notification
 * says what happened, to which key or bucket, who did it, from where, when, and what to do.
 *
 * EventBridge hears of calls only while a trail logs in this account and region: without one nothing
 * but the deletion of a key is heard of. It covers its own account and region.
 *
 * Costs the key (1 USD a month), each alarm that counts (0.10 USD and up to 0.30 USD for its metric),
 * the dashboard (3 USD beyond three) and notifications. Rules cost nothing. It grows by 7 rules for
 * every 12 keys and 7 for every 18 buckets, and by one metric filter for every few: 100 buckets with
 * a key each take about 230 of the 500 resources that a stack may have.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 * @example
 * const data = new SecureBucket(this, 'Data');
 * const alarms = new EncryptionAlarms(this, 'Alarms', {
 *   notify: [Notify.email('security@example.com')],
 * });
 * alarms.watch(data);
 */
export class EncryptionAlarms extends Construct {
  /** Where findings are published as text for people: subscribe more of them here. */
  public readonly topic: sns.Topic;

  /** The key that encrypts both topics. */
  public readonly notificationKey: kms.IKey;

  /** What could not be delivered, kept for 14 days. An alarm of its own watches it. */
  public readonly deadLetterQueue: sqs.Queue;

  /**
   * The dashboard.
   *
   * Undefined when `dashboard` is false.
   */
  public readonly dashboard?: cloudwatch.Dashboard;

  /**
   * Where findings are counted.
   *
   * @internal
   */
  public readonly _trailLogGroup?: logs.ILogGroup;

  /** @internal */
  public readonly _runbook: string;

  private readonly channels: Channels;
  private readonly watched: Watched;
  private readonly rules: EventRules;
  private readonly rates?: RateAlarms;
  private readonly backfills: EncryptionBackfillJob[] = [];
  private readonly deliveryAlarm: cloudwatch.Alarm;
  private readonly adopted: cloudwatch.Alarm[] = [];
  private readonly chosen: Chosen;
  private hears = false;

  constructor(scope: Construct, id: string, props: EncryptionAlarmsProps) {
    super(scope, id);
    this.chosen = chosen(props);
    const { events, rates, exceptRoles, warnings } = this.chosen;
    for (const { id: warning, text } of warnings) { Annotations.of(this).addWarningV2(warning, text); }

    const runbook = props.runbookUrl ?? RUNBOOK;
    const prefix = Names.uniqueResourceName(this, { maxLength: PREFIX_LENGTH, separator: '-' });
    const channels = new Channels(this, props.notify, props.notificationKey, prefix);
    this._runbook = runbook;
    this.channels = channels;
    this.topic = channels.topic;
    this._trailLogGroup = props.trailLogGroup;
    this.notificationKey = channels.key;
    this.deadLetterQueue = channels.deadLetters;
    this.watched = new Watched(this);
    this.rules = new EventRules(this, groupsOf(events, exceptRoles), this.watched, channels, prefix, runbook);
    if (props.trailLogGroup !== undefined) {
      const namespace = props.metricNamespace ?? `S3Encryption/${prefix}`;
      this.countAlone(namespace);
      this.rates = new RateAlarms(this, rates, this.watched, channels, { logGroup: props.trailLogGroup, namespace, runbook });
    }
    this.deliveryAlarm = this.watchDelivery(channels, runbook);
    if (props.dashboard !== false) {
      this.dashboard = addDashboard(this, {
        watched: this.watched,
        ruleNames: this.rules.names,
        channels,
        logGroup: props.trailLogGroup,
        backfills: this.backfills,
        alarms: () => this.alarms,
      });
    }
    this.node.addValidation({ validate: () => this.problems() });
    if (props.trailLogGroup !== undefined) {
      const detections = [...events, ...rates].map(({ id: detection }) => detection);
      const needs = { logGroup: props.trailLogGroup, buckets: this.watched.bucketsThemselves, detections };
      this.node.addValidation({ validate: () => this.problemsOfTrail(needs) });
    }
  }

  /**
   * Where findings are published in the schema of Amazon Q Developer in chat applications.
   *
   * Undefined unless `Notify.slack()` asked for it.
   */
  public get chatTopic(): sns.Topic | undefined {
    return this.channels.chatTopic;
  }

  /** Every alarm: of what is counted, of reports about objects, and of notifications that could not be delivered. */
  public get alarms(): cloudwatch.IAlarm[] {
    return [...this.rates?.alarms ?? [], ...this.adopted, this.deliveryAlarm];
  }

  /**
   * Watches a bucket and its key.
   *
   * A bucket of another account or region is refused with an error: its events are delivered there.
   * Where the key is not known, as of an imported bucket, a warning asks for `watchKey`.
   *
   * @param bucket a `SecureBucket`, any other bucket of this app, or an imported one
   */
  public watch(bucket: s3.IBucket): void {
    this.watched.addBucket(bucket);
    if (bucket.encryptionKey !== undefined) {
      this.watched.addKey(bucket.encryptionKey);
    } else if (!(bucket instanceof s3.Bucket) && !isKeyless(bucket)) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:EncryptionAlarms.keyNotWatched',
        `the key of the imported bucket ${bucket.node.path} is not known, so only the bucket is watched: call watchKey() with its key, or import it with s3.Bucket.fromBucketAttributes() and encryptionKey`);
    }
    this.grow();
  }

  /**
   * Watches a key alone.
   *
   * A key known by an alias only, and one of another account or region, is refused with an error.
   */
  public watchKey(key: kms.IKey): void {
    this.watched.addKey(key);
    this.grow();
  }

  /**
   * Watches every key and every bucket of the account in this region, those of other stacks too.
   *
   * The number of rules then no longer grows. Expect more findings: keys that are not for S3 alone are
   * used directly, which `Detection.KEY_USED_DIRECTLY` reports.
   */
  public watchAccount(): void {
    this.watched.account = true;
    this.grow();
  }

  /** Shows on the dashboard how a backfill goes on. It watches nothing: the backfill has notifications of its own. */
  public watchBackfill(job: EncryptionBackfillJob): void {
    if (this.dashboard === undefined) {
      throw new ValidationError('NoDashboard', '\'watchBackfill\' shows the backfill on the dashboard, which \'dashboard: false\' left out: remove one of them', this);
    }
    if (!this.backfills.includes(job)) { this.backfills.push(job); }
  }

  /**
   * Lets people hear of findings of another service, as other areas of this library have them.
   *
   * @internal
   */
  public _hear(rule: FindingRule): void {
    this.hears = true;
    this.rules.addFindings(rule);
  }

  /**
   * Takes back what `_hear` was told.
   *
   * @internal
   */
  public _hearNoMore(name: string): void { this.rules.dropFindings(name); }

  /**
   * Lets further people hear, where several share the alarms. Who hears already does not hear twice.
   *
   * @internal
   */
  public _alsoNotify(notify: readonly Notify[]): void {
    const actions = this.channels.also(notify);
    if (actions.length === 0) { return; }
    for (const alarm of [...this.rates?.alarms ?? [], ...this.adopted, this.deliveryAlarm]) { alarm.addAlarmAction(...actions); }
  }

  /**
   * The detections that a standard asks for, each with what tells of it: nothing where it is off, or cannot be counted.
   *
   * @internal
   */
  public _answering(): { readonly spec: DetectionSpec; readonly offBecause?: string; readonly made: readonly MadeForDetection[] }[] {
    const made = [...this.rules.made, ...this.rates?.made ?? []];
    return this.chosen.all.filter(({ mappings }) => Object.keys(mappings).length > 0).map(({ id, _spec: spec }) => (
      { spec, offBecause: this.chosen.offBecause(id), made: made.filter((one) => one.spec.id === id) }));
  }

  /**
   * Tells people when an alarm goes off that another area of this library made, and shows it with the others.
   *
   * @internal
   */
  public _adopt(alarm: cloudwatch.Alarm): void {
    this.hears = true;
    this.adopted.push(alarm);
    alarm.addAlarmAction(...this.channels.alarmActions());
  }

  private grow(): void {
    this.rules.grow();
    this.rates?.grow();
  }

  private problems(): string[] {
    return this.watched.nothing && !this.hears ? [new ValidationError('NothingWatched',
      'nothing is watched, so no finding about a key or a bucket is ever made: call watch(bucket), watchKey(key) or watchAccount()', this).message] : [];
  }

  /** Only the end knows what is watched, and what others made of the trail. */
  private problemsOfTrail(needs: TrailNeeds): string[] {
    const { errors, warnings } = trailFindings(this, needs);
    for (const { id, text } of warnings) { Annotations.of(this).addWarningV2(id, text); }
    return errors.map((error) => new ValidationError('TrailBlind', error, this).message);
  }

  /** The topic may be what is broken: whoever must not miss it looks at the alarm itself, or gives a second topic. */
  private watchDelivery(channels: Channels, runbook: string): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, 'UndeliveredAlarm', {
      alarmName: `${Names.uniqueResourceName(this, { maxLength: 200, separator: '-' })}-notifications-undelivered`,
      alarmDescription: `Findings about encryption could not be delivered and wait in the dead-letter queue. Runbook: ${runbook}#notifications-undelivered`,
      metric: channels.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...channels.alarmActions());
    return alarm;
  }

  /** Metrics of one name in one namespace are one metric: each of two alarms would go off at what the other one counts. */
  private countAlone(namespace: string): void {
    const other = madeElsewhere(this, `metrics in ${namespace}`);
    if (other !== undefined) {
      throw new ValidationError('NamespaceTwice', `'metricNamespace' must be another one for each EncryptionAlarms of an account and region, got '${namespace}', in which ${other.node.path} counts: leave it out`, this);
    }
  }
}
