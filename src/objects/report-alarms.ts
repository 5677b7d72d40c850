import { Names } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { assertFindings, findingAlarms, type FindingAlarmsProps, labelOf } from './finding-alarms';
import type { ObjectEncryptionReport } from './object-encryption-report';
import type { ObjectFinding } from './object-finding';
import type { ObjectPrefixAlarm } from './object-prefix-alarm';
import { assertNoTolerance, propOf, thresholdsOf, type Tolerance } from './tolerance';
import { alarmDescription, DetectionSeverity, type EncryptionAlarms } from '../monitoring';
import { checkAlarmsHere } from '../private/alarms-here';
import { ValidationError } from '../private/errors';
import { acknowledge } from '../private/findings';

export interface ReportAlarmsProps extends Tolerance {
  readonly alarms?: EncryptionAlarms;
  readonly alarmOn?: readonly ObjectFinding[];
  readonly prefixAlarms?: readonly ObjectPrefixAlarm[];
  readonly lateAfterHours: number;
}

/** Alarms for each finding, of the bucket and of prefixes, and one for a report that does not come. */
export class ReportAlarms extends Construct {
  public readonly all: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, report: ObjectEncryptionReport, props: ReportAlarmsProps) {
    super(scope, id);
    const { alarms, alarmOn = report.findings, lateAfterHours } = props;
    if (alarms !== undefined) { checkAlarmsHere(this, alarms, 'an alarm tells only topics of its own account and region'); }
    assertFindings(this, report.findings, alarmOn);
    if (alarmOn.length === 0) { assertNoTolerance(this, props); }
    const name = Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' });
    const late = new cloudwatch.Alarm(this, 'Late', {
      alarmName: `${name}-object-report-late`,
      alarmDescription: alarmDescription(alarms, {
        id: 'object-report-late', severity: DetectionSeverity.MEDIUM, title: 'the report about objects is late', meaning: 'Nobody knows how objects are encrypted, and no other alarm about them goes off.',
      }),
      metric: report.metricHoursBehind(),
      threshold: lateAfterHours,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      // A count each day, of which one may come after midnight.
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
    const ofBucket = findingAlarms(this, { report, alarms, findings: alarmOn, thresholds: thresholdsOf(props), name });
    // In an order that is not that of the list, so that another order of it changes nothing.
    const sorted = [...props.prefixAlarms ?? []].sort((one, other) => one.prefix < other.prefix ? -1 : 1);
    const ofPrefixes = sorted.flatMap((one) => this.alarmsOf(one, report, { alarms, findings: alarmOn, name }));
    this.all = [...ofBucket, late, ...ofPrefixes];
    for (const alarm of this.all) {
      alarms?._adopt(alarm);
      if (alarms === undefined) {
        acknowledge(alarm, 'NIST.800.53.R5-CloudWatchAlarmAction', 'No alarms were given that it could tell: its owner looks at it, or adds an action.');
      }
    }
  }

  private alarmsOf(
    one: ObjectPrefixAlarm, report: ObjectEncryptionReport, { findings, ...shared }: Pick<FindingAlarmsProps, 'alarms' | 'findings' | 'name'>,
  ): cloudwatch.Alarm[] {
    const { prefix, alarmOn = findings } = one;
    assertFindings(this, report.findings, alarmOn, prefix);
    if (alarmOn.length === 0) {
      throw new ValidationError('PrefixWithoutAlarm', `${propOf('alarmOn', prefix)} must name at least one finding, got none: name those of this prefix, or name it in 'prefixes', which are counted without alarms`, this);
    }
    const place = new Construct(this, `Prefix-${labelOf(prefix)}`);
    return findingAlarms(place, { ...shared, report, findings: alarmOn, thresholds: thresholdsOf(one), prefix });
  }
}
