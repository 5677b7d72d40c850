import { Stack, Token } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { CostLine } from './cost-line';
import type { EncryptionBaseline } from './encryption-baseline';
import type { Subject } from './evidence';
import type { ExpectedUsage } from './expected-usage';
import { LIST_PRICES as PRICES } from './list-prices';
import type { WatchParts } from './watch-parts';
import type { EncryptionAuditTrail } from '../audit';
import type { EncryptionCompliance } from '../compliance';
import type { SensitiveDataDiscovery } from '../exposure';
import type { EncryptionAlarms } from '../monitoring';
import type { ObjectEncryptionReport } from '../objects';
import { ValidationError } from '../private/errors';
import { at, finalState } from '../private/final-state';

/** Kilobytes of a record of CloudTrail in a log group: those of S3 and KMS have between one and two. */
const RECORD = 1.5;
const DAYS = 30;

const DEFAULTS: Required<ExpectedUsage> = {
  readsPerMonth: 1_000_000, writesPerMonth: 1_000_000, objects: 1_000_000, managementEventsPerMonth: 500_000, changesPerMonth: 10,
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

/** How much a bucket is used, and whether a trail that is not of this app writes it down too. */
export interface Usage extends Required<ExpectedUsage> {
  readonly recordedElsewhere: boolean;
}

/** Everything that is paid for by the month. */
export function costsOf(scope: EncryptionBaseline, parts: WatchParts, subject: Subject, usage: Usage): CostLine[] {
  const { auditTrail, alarms, compliance, keyAccess, sensitiveData, objectReport } = scope;
  const requests = kmsRequests(subject, usage);
  return [
    ...costOfKey(scope, subject, requests),
    ...auditTrail === undefined ? [] : costOfEvents(usage, requests.count, { writesOnly: auditTrail._writesOnly, where: '' }),
    // Every trail charges for its copy.
    ...usage.recordedElsewhere ? costOfEvents(usage, requests.count, { writesOnly: false, where: ', in the trail elsewhere' }) : [],
    ...compliance === undefined ? [] : costOfCompliance(usage, compliance, subject, parts.isShared('compliance')),
    ...keyAccess?.node.tryFindChild('InternalAccess') === undefined ? [] : [INTERNAL_ACCESS],
    ...sensitiveData === undefined ? [] : costOfDiscovery(sensitiveData, parts.isShared('sensitiveData')),
    ...objectReport === undefined ? [] : costOfReport(usage, objectReport),
    ...auditTrail === undefined ? [] : costOfTrail(usage, auditTrail, parts.isShared('auditTrail')),
    ...alarms === undefined ? [] : costOfAlarms(alarms, parts.isShared('alarms')),
  ];
}

interface Requests {
  readonly count: number;
  readonly basis: string;
}

/**
 * A bucket that is elsewhere, and one that shall be under another key, is taken for one with a Bucket Key, as the backfill leaves its
 * objects.
 */
function kmsRequests({ bucket, keys }: Subject, { readsPerMonth, writesPerMonth }: Required<ExpectedUsage>): Requests {
  const resource = bucket.node.defaultChild;
  const known = resource instanceof s3.CfnBucket;
  const rule = known ? at(finalState(resource).properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0) : undefined;
  const underKms = /^aws:kms/.test(String(at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm')));
  const shallBe = keys.some((key) => key !== bucket.encryptionKey);
  if (keys.length === 0 || (known && !underKms && !shallBe)) { return { count: 0, basis: 'none under SSE-S3' }; }
  if (known && underKms && at(rule, 'BucketKeyEnabled') !== true) {
    const twice = at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm') === 'aws:kms:dsse' ? '; what S3 charges by the GB for two layers is not counted' : '';
    return { count: readsPerMonth + writesPerMonth, basis: `one for each read and write, without an S3 Bucket Key${twice}` };
  }
  const later = known && !underKms ? ', once the bucket is under its key' : '';
  return { count: (readsPerMonth + writesPerMonth) / 100, basis: `one for a hundred reads and writes, with the S3 Bucket Key${later}` };
}

/** How often KMS rotates a key that says nothing about it, in days. */
const YEARLY = 365;

/**
 * A key that is made there. What it costs grows with its first and with its second rotation, and no more:
 * https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
 */
function costOfMadeKey(what: string, home: IConstruct, shared: boolean): CostLine[] {
  const resource = home.node.tryFindChild('Key')?.node.defaultChild;
  if (!(resource instanceof kms.CfnKey)) { return []; }
  const { EnableKeyRotation, RotationPeriodInDays: days = YEARLY } = finalState(resource).properties;
  const [second, third] = [2, 3].map((times) => (times * PRICES.perKey).toFixed(2));
  const basis = EnableKeyRotation !== true ? 'one key, which is not rotated'
    : `one key, until its first rotation${typeof days === 'number' ? ` after ${days} days` : ''}; ${second} until the second, then ${third}`;
  return [{ what, basis, usd: PRICES.perKey, shared }];
}

/** A key that is made here, and what is asked of KMS. */
function costOfKey(scope: EncryptionBaseline, { keys }: Subject, { count, basis }: Requests): CostLine[] {
  return [
    ...costOfMadeKey('key of the bucket', scope, false),
    ...keys.length === 0 ? [] : [{ what: 'requests to KMS', basis, usd: count * PRICES.perKmsRequest, shared: false }],
  ];
}

/** What the trail writes down of the bucket: data events, and the calls of KMS, which are management events. */
function costOfEvents(
  { readsPerMonth, writesPerMonth }: Usage, kmsEvents: number, { writesOnly, where }: { readonly writesOnly: boolean; readonly where: string },
): CostLine[] {
  const events = (writesOnly ? 0 : readsPerMonth) + writesPerMonth;
  return [
    { what: `data events${where}`, basis: `${thousands(events)} ${writesOnly ? 'writes' : 'reads and writes'}`, usd: events * PRICES.perDataEvent, shared: false },
    {
      what: `events in CloudWatch Logs${where}`,
      basis: `those and ${thousands(kmsEvents)} of KMS, ${RECORD} KB for each`,
      usd: gigabytes(events + kmsEvents) * PRICES.perLogGigabyte,
      shared: false,
    },
  ];
}

/** A trail without data events. Of the trails of an account the first copy of management events is free, so it is that of the first one of the account in the app. */
function costOfTrail(usage: Required<ExpectedUsage>, trail: EncryptionAuditTrail, shared: boolean): CostLine[] {
  const events = usage.managementEventsPerMonth;
  const { account } = Stack.of(trail);
  const all = trail.node.root.node.findAll().filter((one): one is CfnTrail => one instanceof CfnTrail && Stack.of(one).account === account);
  const first = all[0] === trail.node.tryFindChild('Resource');
  return [
    ...costOfMadeKey('key of the trail', trail, shared),
    {
      what: 'management events',
      basis: first ? 'their first copy is free; the account has no other trail' : `${thousands(events)}, a further copy beside another trail`,
      usd: first ? 0 : events * PRICES.perFurtherManagementEvent,
      shared,
    },
    { what: 'management events in CloudWatch Logs', basis: `${thousands(events)}, ${RECORD} KB for each`, usd: gigabytes(events) * PRICES.perLogGigabyte, shared },
  ];
}

/** The alarms, as many as there are by now. */
function costOfAlarms(alarms: EncryptionAlarms, shared: boolean): CostLine[] {
  // Those of reports, which it tells of too, are paid for with the report.
  const all = alarms.alarms.filter((alarm) => alarm.node.scopes.includes(alarms));
  const counting = all.filter((alarm) => alarm !== alarms.node.tryFindChild('UndeliveredAlarm'));
  const anomalies = counting.filter((alarm) => alarm instanceof cloudwatch.AnomalyDetectionAlarm).length;
  const plain = all.length - anomalies;
  return [
    ...costOfMadeKey('key of the notifications', alarms, shared),
    { what: 'alarms', basis: `${plain + anomalies} alarms`, usd: plain * PRICES.perAlarm + anomalies * PRICES.perAnomalyAlarm, shared },
    { what: 'metrics of the alarms', basis: `${counting.length} metrics, those that report anything`, usd: counting.length * PRICES.perMetric, shared },
    ...alarms.dashboard === undefined ? [] : [{ what: 'dashboard', basis: 'one, if the account has three others', usd: PRICES.perDashboard, shared }],
  ];
}

/** Evaluations of the rules about a bucket and its key, and of those about the account. */
function costOfCompliance(usage: Required<ExpectedUsage>, compliance: EncryptionCompliance, { bucket, keys }: Subject, shared: boolean): CostLine[] {
  const rules = compliance._rulesAbout(bucket.bucketName, keys.map(({ keyArn }) => keyArn)).map(({ spec }) => spec);
  const own = rules.filter(({ subject }) => subject === 'bucket' || subject === 'key');
  const count = (some: typeof rules) => some.reduce((sum, { periodic }) => sum + (periodic === true ? DAYS : usage.changesPerMonth), 0);
  const others = count(rules.filter((rule) => !own.includes(rule)));
  const changes = (1 + keys.length) * usage.changesPerMonth;
  const those = `the bucket${['', ' and its key'][keys.length] ?? ' and its keys'}`;
  return [
    { what: 'rules of AWS Config', basis: `${count(own)} evaluations of ${those}`, usd: count(own) * PRICES.perEvaluation, shared: false },
    { what: 'recorded changes', basis: `${changes} changes of ${those}`, usd: changes * PRICES.perConfigurationItem, shared: false },
    ...others === 0 ? [] : [{ what: 'rules about the account', basis: `${others} evaluations`, usd: others * PRICES.perEvaluation, shared }],
  ];
}

/** A report with its source. Queries of such sizes cost cents. */
function costOfReport(usage: Required<ExpectedUsage>, report: ObjectEncryptionReport): CostLine[] {
  const prefixes = report._prefixes.length;
  const metrics = 2 * report.findings.length * (1 + prefixes) + 2;
  return [
    ...costOfMadeKey('key of the report', report, false),
    ...costOfSource(usage, report._paidBy),
    { what: 'metrics of the report', basis: `${metrics} metrics, of the whole bucket${prefixes === 0 ? '' : ` and of prefixes: ${prefixes}`}`, usd: metrics * PRICES.perMetric, shared: false },
    { what: 'alarms of the report', basis: `${report.alarms.length} alarms`, usd: report.alarms.length * PRICES.perAlarm, shared: false },
  ];
}

function costOfSource({ objects, writesPerMonth }: Required<ExpectedUsage>, paidBy: ObjectEncryptionReport['_paidBy']): CostLine[] {
  if (paidBy === undefined) { return []; }
  if (paidBy.kind === 'inventories') {
    const times = Math.round(paidBy.perMonth * 10) / 10;
    return [{ what: 'inventories', basis: `${thousands(objects)} objects, ${times} times`, usd: objects * paidBy.perMonth * PRICES.perListedObject, shared: false }];
  }
  return [
    {
      what: 'updates of metadata tables',
      basis: `${thousands(writesPerMonth)} writes, an update for each; deletions are updates too`,
      usd: writesPerMonth * PRICES.perMetadataUpdate,
      shared: false,
    },
    { what: 'filling of metadata tables', basis: `${thousands(objects)} objects, when they are turned on`, usd: objects * PRICES.perMetadataUpdate, shared: false, once: true },
  ];
}

/** That of access from outside is free. */
const INTERNAL_ACCESS: CostLine = { what: 'analysis of access from inside', basis: 'one bucket', usd: PRICES.perBucketOfInternalAccess, shared: false };

/** The most that a job inspects: in one month, or in the first run of one that runs again and again. */
function costOfDiscovery({ _maximumGigabytes: most }: SensitiveDataDiscovery, shared: boolean): CostLine[] {
  return [
    { what: 'Macie, for the bucket', basis: 'one bucket', usd: PRICES.perBucketOfMacie, shared: false },
    ...most === undefined || Token.isUnresolved(most) ? [] : [{
      what: 'Macie, for what it inspects', basis: `at most ${most} GB at first; what is new later is paid by the GB too`, usd: most * PRICES.perInspectedGigabyte, shared, once: true,
    }],
  ];
}

function gigabytes(records: number): number { return records * RECORD / 1024 ** 2; }

function thousands(count: number): string { return Math.round(count).toLocaleString('en-US'); }
