import { Lazy, Names, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import type { Channels } from './channels';
import type { MadeForDetection, RateSpec, WatchedNames } from './detection-spec';
import { namedBucket } from './filter-clauses';
import type { Watched } from './watched';
import { ValidationError } from '../private/errors';
import { canonical, finalState } from '../private/final-state';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MAX_PATTERN = 1024;
const MAX_FILTERS_OF_A_GROUP = 100;

const AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;

/** The longest names, in place of tokens whose length nobody knows yet. */
const LONGEST: Required<WatchedNames> = { bucketName: 'b'.repeat(63), keyId: 'k'.repeat(36) };

/** Where and how findings are counted. */
export interface Counting {
  readonly logGroup: logs.ILogGroup;
  readonly namespace: string;
  readonly runbook: string;
}

/** The detections that count: metric filters, and one alarm for each. */
export class RateAlarms extends Construct {
  public readonly alarms: cloudwatch.AlarmBase[] = [];
  private readonly alarmPrefix: string;

  /** Which alarms tell of which detections. */
  public get made(): MadeForDetection[] {
    return this.detections.flatMap((spec) => {
      const by = this.node.tryFindChild(`${spec.id}-alarm`);
      return by === undefined ? [] : [{ spec, by, intact: () => this.counts(spec) && this.looksAtCount(spec, by.node.defaultChild) }];
    });
  }

  constructor(
    scope: Construct, private readonly detections: readonly RateSpec[], private readonly watched: Watched, private readonly channels: Channels,
    private readonly counting: Counting,
  ) {
    super(scope, 'Rates');
    this.alarmPrefix = Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' });
    for (const detection of detections) {
      if (detection.scope === 'account') { this.addDetection(detection, 1); }
    }
    this.node.addValidation({ validate: () => this.tooMany() });
  }

  /** Makes the filters that the watched things need and that are not there yet. */
  public grow(): void {
    for (const detection of this.detections) {
      if (detection.scope === 'account') { continue; }
      const filters = this.filtersOf(detection);
      if (filters > 0) { this.addDetection(detection, filters); }
      if (this.watched.account) {
        for (let index = 1; this.node.tryRemoveChild(filterId(detection, index)); index += 1) { /* each further filter */ }
      }
    }
  }

  /** How many filters the detection takes, for what is watched by now. */
  private filtersOf(detection: RateSpec): number {
    if (detection.scope === 'account' || this.watched.account) { return 1; }
    const all = detection.scope === 'key' ? this.watched.keys : this.watched.buckets;
    return Math.ceil(all.length / perFilter(detection));
  }

  private addDetection(detection: RateSpec, filters: number): void {
    for (let index = 0; index < filters; index += 1) {
      if (this.node.tryFindChild(filterId(detection, index)) === undefined) { this.addFilter(detection, index); }
    }
    if (this.node.tryFindChild(`${detection.id}-alarm`) === undefined) { this.addAlarm(detection); }
  }

  private addFilter(detection: RateSpec, index: number): void {
    new logs.CfnMetricFilter(this, filterId(detection, index), this.filterProps(detection, index));
  }

  private filterProps(detection: RateSpec, index: number): logs.CfnMetricFilterProps {
    return {
      logGroupName: this.counting.logGroup.logGroupName,
      filterPattern: Lazy.uncachedString({ produce: () => this.pattern(detection, index) }),
      // No default value: a metric that is not reported costs nothing, and the alarm takes its absence for quiet.
      metricTransformations: [{ metricNamespace: this.counting.namespace, metricName: detection.id, metricValue: '1' }],
    };
  }

  /** Whether each filter of the template counts, in the log group, what it was made for. */
  private counts(detection: RateSpec): boolean {
    return Array.from({ length: this.filtersOf(detection) }, (_, index) => index).every((index) => {
      const filter = this.node.tryFindChild(filterId(detection, index));
      if (!(filter instanceof logs.CfnMetricFilter)) { return false; }
      const { logGroupName, filterPattern, metricTransformations } = this.filterProps(detection, index);
      const [made] = metricTransformations as logs.CfnMetricFilter.MetricTransformationProperty[];
      const wanted = Stack.of(filter).resolve({
        LogGroupName: logGroupName,
        FilterPattern: filterPattern,
        MetricTransformations: [{ MetricNamespace: made?.metricNamespace, MetricName: made?.metricName, MetricValue: made?.metricValue }],
      });
      // A name does not matter. Anything else does: a transformation or a selection of fields may let nothing through.
      return canonical({ ...finalState(filter).properties, FilterName: undefined }) === canonical(wanted);
    });
  }

  /** Whether the alarm of the template looks at what the filters count. Of one that compares with the past nothing is known. */
  private looksAtCount(detection: RateSpec, alarm: IConstruct | undefined): boolean {
    if (!(alarm instanceof cloudwatch.CfnAlarm) || detection.band === true) { return false; }
    const { Namespace, MetricName, Statistic, Dimensions, Metrics, ComparisonOperator } = finalState(alarm).properties;
    const { namespace } = this.counting;
    const wanted = Stack.of(alarm).resolve({ Namespace: namespace, MetricName: detection.id, Statistic: 'Sum', ComparisonOperator: AT_LEAST });
    return canonical({ Namespace, MetricName, Statistic, Dimensions, Metrics, ComparisonOperator }) === canonical(wanted);
  }

  private addAlarm(detection: RateSpec): void {
    const metric = new cloudwatch.Metric({
      namespace: this.counting.namespace, metricName: detection.id, statistic: 'Sum', period: detection.period,
    });
    const props = {
      alarmName: `${this.alarmPrefix}-${detection.id}`,
      alarmDescription: `${detection.severity.toUpperCase()}: ${detection.title}. ${detection.meaning} Runbook: ${this.counting.runbook}#${detection.id}`,
      metric,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    };
    const alarm = detection.band === true
      ? new cloudwatch.AnomalyDetectionAlarm(this, `${detection.id}-alarm`, {
        ...props, stdDevs: detection.threshold, comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
      })
      : new cloudwatch.Alarm(this, `${detection.id}-alarm`, {
        ...props, threshold: detection.threshold, comparisonOperator: AT_LEAST,
      });
    alarm.addAlarmAction(...this.channels.alarmActions());
    this.alarms.push(alarm);
  }

  private pattern(detection: RateSpec, index: number): string {
    if (detection.scope === 'account') { return patternOf(detection, undefined); }
    if (this.watched.account) { return patternOf(detection, undefined); }
    const all = detection.scope === 'key' ? this.watched.keys : this.watched.buckets;
    const size = perFilter(detection);
    return patternOf(detection, all.slice(index * size, (index + 1) * size));
  }

  private tooMany(): string[] {
    const filters = this.node.children.filter((child) => child instanceof logs.CfnMetricFilter).length;
    return filters <= MAX_FILTERS_OF_A_GROUP ? [] : [new ValidationError('TooManyFilters',
      `'watch' has named more than the ${MAX_FILTERS_OF_A_GROUP} metric filters of one log group can tell apart, ${filters} would be needed: watchAccount() needs one for each detection; or leave counting detections out with DetectionChoice.off()`, this).message];
  }
}

function filterId({ id }: RateSpec, index: number): string {
  return index === 0 ? id : `${id}-more-${index + 1}`;
}

/** The filter pattern, for the watched things, or for all. */
export function patternOf(detection: RateSpec, watched: readonly WatchedNames[] | undefined): string {
  if (detection.exactPattern !== undefined) { return detection.exactPattern; }
  const clause = detection.clause ?? namedBucket;
  const clauses = watched?.map((one) => `(${clause(one)})`);
  const about = clauses === undefined ? [] : [clauses.length === 1 ? clauses[0] : `(${clauses.join(' || ')})`];
  return `{ ${[...detection.terms, ...about].join(' && ')} }`;
}

/** How many keys or buckets fit into one pattern, whatever their names. */
function perFilter(detection: RateSpec): number {
  let count = 1;
  while (patternOf(detection, Array.from({ length: count + 1 }, () => LONGEST)).length <= MAX_PATTERN) { count += 1; }
  return count;
}
