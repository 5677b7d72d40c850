import { Duration, Names } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { FINDINGS } from './findings';
import type { ObjectEncryptionReport } from './object-encryption-report';
import type { ObjectFinding } from './object-finding';
import { alarmDescription, DetectionSeverity, type EncryptionAlarms } from '../monitoring';
import { checkAlarmsHere } from '../private/alarms-here';
import { ValidationError } from '../private/errors';
import { acknowledge } from '../private/findings';

export interface ReportAlarmsProps {
  readonly alarms?: EncryptionAlarms;
  readonly alarmOn?: readonly ObjectFinding[];
  readonly tolerated: number;
  readonly lateAfterHours: number;
}

/** One alarm for each finding, and one for a report that does not come. */
export class ReportAlarms extends Construct {
  public readonly all: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, report: ObjectEncryptionReport, { alarms, alarmOn, tolerated, lateAfterHours }: ReportAlarmsProps) {
    super(scope, id);
    if (alarms !== undefined) { checkAlarmsHere(this, alarms, 'an alarm tells only topics of its own account and region'); }
    for (const [index, finding] of (alarmOn ?? []).entries()) {
      if (!report.findings.includes(finding)) {
        throw new ValidationError('FindingUnknown', `'alarmOn' must name what this report can find (${report.findings.join(', ')}), got ${finding}: its alarm would never go off; leave it out, or use a source and expectations with which it can be found`, this);
      }
      if (alarmOn!.indexOf(finding) !== index) { throw new ValidationError('FindingTwice', `'alarmOn' must name each finding once, got ${finding} twice: remove one`, this); }
    }
    const prefix = Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' });
    const findings = alarmOn ?? report.findings;
    const late = new cloudwatch.Alarm(this, 'Late', {
      alarmName: `${prefix}-object-report-late`,
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
    this.all = [...findings.map((finding) => this.alarmOf(finding, prefix, report, tolerated, alarms)), late];
    for (const alarm of this.all) {
      alarms?._adopt(alarm);
      if (alarms === undefined) {
        acknowledge(alarm, 'NIST.800.53.R5-CloudWatchAlarmAction', 'No alarms were given that it could tell: its owner looks at it, or adds an action.');
      }
    }
  }

  private alarmOf(
    finding: ObjectFinding, prefix: string, report: ObjectEncryptionReport, tolerated: number, alarms: EncryptionAlarms | undefined,
  ): cloudwatch.Alarm {
    const { severity, title, meaning, objects } = FINDINGS[finding];
    return new cloudwatch.Alarm(this, objects, {
      alarmName: `${prefix}-objects-${finding}`,
      alarmDescription: alarmDescription(alarms, { id: `objects-${finding}`, severity, title, meaning }),
      metric: report.metricObjects(finding, undefined, { period: Duration.days(1) }),
      threshold: tolerated,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // No count is no change: that it does not come has an alarm of its own, and must not end this one.
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }
}
