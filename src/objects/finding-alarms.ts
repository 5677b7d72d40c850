import { createHash } from 'crypto';
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { FINDINGS } from './findings';
import type { ObjectEncryptionReport } from './object-encryption-report';
import type { ObjectFinding } from './object-finding';
import { propOf, type Thresholds } from './tolerance';
import { alarmDescription, type EncryptionAlarms } from '../monitoring';
import { ValidationError } from '../private/errors';

/** A name has 255 characters, of which the report takes 200, `-objects-without-bucket-key-` 28, and a hash 9. */
const LABEL = 16;

export interface FindingAlarmsProps {
  readonly report: ObjectEncryptionReport;
  readonly alarms?: EncryptionAlarms;
  readonly findings: readonly ObjectFinding[];
  readonly thresholds: Thresholds;
  /** What the names of the alarms begin with. */
  readonly name: string;
  readonly prefix?: string;
}

/** A prefix in names and ids: what they cannot hold is left out of it, and what is left out makes the hash another one. */
export function labelOf(prefix: string): string {
  const readable = prefix.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '').slice(0, LABEL).replace(/-$/, '');
  const hash = createHash('sha256').update(prefix).digest('hex').slice(0, 8);
  return readable === '' ? hash : `${readable}-${hash}`;
}

/** An alarm that nothing can set off would look like one that is well. */
export function assertFindings(scope: Construct, known: readonly ObjectFinding[], alarmOn: readonly ObjectFinding[], prefix?: string): void {
  const prop = propOf('alarmOn', prefix);
  for (const [index, finding] of alarmOn.entries()) {
    if (!known.includes(finding)) {
      throw new ValidationError('FindingUnknown', `${prop} must name what this report can find (${known.join(', ')}), got ${finding}: its alarm would never go off; leave it out, or use a source and expectations with which it can be found`, scope);
    }
    if (alarmOn.indexOf(finding) !== index) { throw new ValidationError('FindingTwice', `${prop} must name each finding once, got ${finding} twice: remove one`, scope); }
  }
}

/** Alarms on each finding, by objects, by bytes or by both: of the whole bucket, or under one prefix. */
export function findingAlarms(scope: Construct, { report, alarms, findings, thresholds, name, prefix }: FindingAlarmsProps): cloudwatch.Alarm[] {
  const suffix = prefix === undefined ? '' : `-${labelOf(prefix)}`;
  const where = prefix === undefined ? '' : `under "${prefix}" `;
  return findings.flatMap((finding) => {
    const { severity, title, meaning, objects, bytes } = FINDINGS[finding];
    const alarm = (id: string, what: 'objects' | 'bytes', metric: cloudwatch.Metric) => {
      const threshold = thresholds[what];
      const many = what === 'bytes' ? ', of more bytes than are tolerated' : '';
      return threshold === undefined ? [] : [new cloudwatch.Alarm(scope, id, {
        alarmName: `${name}-${what}-${finding}${suffix}`,
        alarmDescription: alarmDescription(alarms, { id: `objects-${finding}`, severity, title: `${where}${title}${many}`, meaning }),
        metric,
        threshold,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        // No count is no change: that it does not come has an alarm of its own, and must not end this one.
        treatMissingData: cloudwatch.TreatMissingData.IGNORE,
      })];
    };
    const daily = { period: Duration.days(1) };
    return [
      ...alarm(objects, 'objects', report.metricObjects(finding, prefix, daily)),
      ...alarm(bytes, 'bytes', report.metricBytes(finding, prefix, daily)),
    ];
  });
}
