import { Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import type { CostLine } from './cost-line';
import type { ExpectedUsage } from './expected-usage';
import { LIST_PRICES as PRICES } from './list-prices';
import type { EncryptionCompliance } from '../compliance';
import type { SensitiveDataDiscovery } from '../exposure';
import type { EncryptionAlarms } from '../monitoring';
import { ValidationError } from '../private/errors';

/** Kilobytes of a record of CloudTrail in a log group: those of S3 and KMS have between one and two. */
const RECORD = 1.5;
const DAYS = 30;

const DEFAULTS: Required<ExpectedUsage> = {
  readsPerMonth: 1_000_000, writesPerMonth: 1_000_000, managementEventsPerMonth: 500_000, changesPerMonth: 10,
};

/** What is assumed where nothing is said. */
export function usageOf(scope: IConstruct, usage: ExpectedUsage = {}): Required<ExpectedUsage> {
  for (const [name, value] of Object.entries(usage) as [keyof ExpectedUsage, number | undefined][]) {
    if (value !== undefined && (Token.isUnresolved(value) || !Number.isInteger(value) || value < 0)) {
      throw new ValidationError('UsageInvalid', `'expectedUsage.${name}' must be a whole number from 0, known at synthesis, got ${Token.isUnresolved(value) ? 'a token' : value}: leave it out for ${DEFAULTS[name]}`, scope);
    }
  }
  return { ...DEFAULTS, ...Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined)) };
}

/** The key of a bucket, and what is asked of KMS. */
export function costOfKey(usage: Required<ExpectedUsage>, made: boolean, bucketKey: boolean): CostLine[] {
  const requests = (usage.readsPerMonth + usage.writesPerMonth) * (bucketKey ? 0.01 : 1);
  return [
    ...made ? [{ what: 'key of the bucket', basis: 'one key, until its second rotation', usd: PRICES.perKey, shared: false }] : [],
    {
      what: 'requests to KMS',
      basis: bucketKey ? 'one for a hundred reads and writes, with the S3 Bucket Key' : 'one for each read and write, without an S3 Bucket Key',
      usd: requests * PRICES.perKmsRequest,
      shared: false,
    },
  ];
}

/** The data events of a bucket. */
export function costOfDataEvents(usage: Required<ExpectedUsage>): CostLine[] {
  const events = usage.readsPerMonth + usage.writesPerMonth;
  return [
    { what: 'data events', basis: `${thousands(events)} reads and writes`, usd: events * PRICES.perDataEvent, shared: false },
    { what: 'data events in CloudWatch Logs', basis: `${RECORD} KB for each`, usd: gigabytes(events) * PRICES.perLogGigabyte, shared: false },
  ];
}

/** A trail that is made, without data events: the first copy of management events is free. */
export function costOfTrail(usage: Required<ExpectedUsage>): CostLine[] {
  const events = usage.managementEventsPerMonth;
  return [
    { what: 'key of the trail', basis: 'one key', usd: PRICES.perKey, shared: true },
    { what: 'management events in CloudWatch Logs', basis: `${thousands(events)}, ${RECORD} KB for each`, usd: gigabytes(events) * PRICES.perLogGigabyte, shared: true },
  ];
}

/** The alarms, as many as there are by now. */
export function costOfAlarms(alarms: EncryptionAlarms, shared: boolean): CostLine[] {
  const counting = alarms.alarms.filter((alarm) => alarm !== alarms.node.tryFindChild('UndeliveredAlarm'));
  const anomalies = counting.filter((alarm) => alarm instanceof cloudwatch.AnomalyDetectionAlarm).length;
  const plain = alarms.alarms.length - anomalies;
  return [
    ...alarms.node.tryFindChild('Key') === undefined ? [] : [{ what: 'key of the notifications', basis: 'one key', usd: PRICES.perKey, shared }],
    { what: 'alarms', basis: `${plain + anomalies} alarms`, usd: plain * PRICES.perAlarm + anomalies * PRICES.perAnomalyAlarm, shared },
    { what: 'metrics of the alarms', basis: `${counting.length} metrics, those that report anything`, usd: counting.length * PRICES.perMetric, shared },
    ...alarms.dashboard === undefined ? [] : [{ what: 'dashboard', basis: 'one, if the account has three others', usd: PRICES.perDashboard, shared }],
  ];
}

/** Evaluations of the rules about a bucket and its key, and of those about the account. */
export function costOfCompliance(
  usage: Required<ExpectedUsage>, compliance: EncryptionCompliance, bucketName: string, keyArn: string | undefined,
): CostLine[] {
  const rules = compliance._rulesAbout(bucketName, keyArn).map(({ spec }) => spec);
  const own = rules.filter(({ subject }) => subject === 'bucket' || subject === 'key');
  const count = (some: typeof rules) => some.reduce((sum, { periodic }) => sum + (periodic === true ? DAYS : usage.changesPerMonth), 0);
  const others = rules.filter((rule) => !own.includes(rule));
  return [
    { what: 'rules of AWS Config', basis: `${count(own)} evaluations of the bucket and its key`, usd: count(own) * PRICES.perEvaluation, shared: false },
    { what: 'recorded changes', basis: `${2 * usage.changesPerMonth} changes of the bucket and its key`, usd: 2 * usage.changesPerMonth * PRICES.perConfigurationItem, shared: false },
    ...others.length === 0 ? [] : [{ what: 'rules about the account', basis: `${count(others)} evaluations`, usd: count(others) * PRICES.perEvaluation, shared: true }],
  ];
}

/** An analyzer of access from inside. That of access from outside is free. */
export function costOfInternalAccess(): CostLine[] {
  return [{ what: 'analysis of access from inside', basis: 'one bucket', usd: PRICES.perBucketOfInternalAccess, shared: false }];
}

/** The most that a job inspects: in one month, or in the first run of one that runs again and again. */
export function costOfDiscovery({ _maximumGigabytes: most }: SensitiveDataDiscovery, shared: boolean): CostLine[] {
  return [
    { what: 'Macie, for the bucket', basis: 'one bucket', usd: PRICES.perBucketOfMacie, shared: false },
    ...most === undefined || Token.isUnresolved(most) ? [] : [{
      what: 'Macie, for what it inspects', basis: `at most ${most} GB, in the month of the first run`, usd: most * PRICES.perInspectedGigabyte, shared,
    }],
  ];
}

function gigabytes(records: number): number { return records * RECORD / 1024 ** 2; }

function thousands(count: number): string { return count.toLocaleString('en-US'); }
