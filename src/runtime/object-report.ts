import { createHash } from 'node:crypto';
import { type AthenaClient, GetQueryExecutionCommand, GetQueryResultsCommand, type Row, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { type CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { S3Client } from '@aws-sdk/client-s3';
import { assertEmpty, HOUR, type ObjectSourceSettings, readiness, timeOf } from './object-source';
import type { Operations } from './operations';

/** What the stack says about a report. */
export interface ReportSettings {
  readonly bucket: string;
  readonly account: string;
  readonly namespace: string;
  readonly workGroup: string;
  readonly source: ObjectSourceSettings;
  readonly countStatement: string;
  readonly listStatement: string;
  /** All that can be found here: what is not found is published as zero. */
  readonly findings: readonly string[];
  /** Those of which a backfill gets a list. */
  readonly listed: readonly string[];
  readonly metrics: Readonly<Record<string, { readonly objects: string; readonly bytes: string }>>;
  readonly prefixes: readonly string[];
  /** Noncurrent versions are not counted. */
  readonly currentOnly: boolean;
}

export interface ReportState {
  readonly done: boolean;
  /** Seconds until the next look. */
  readonly wait: number;
  readonly looks: number;
  readonly step?: 'count' | 'list';
  readonly queryId?: string;
  readonly snapshot?: string;
  readonly hoursBehind?: number;
  readonly report?: ObjectReport;
}

export interface Counted { readonly objects: number; readonly bytes: number }

/** What a run came to. `counted` is absent where there was nothing to count in yet. */
export interface ObjectReport {
  readonly bucket: string;
  readonly run: string;
  readonly ready: boolean;
  readonly reason?: string;
  readonly countedAt?: string;
  readonly snapshot?: string;
  readonly counted?: Counted;
  readonly findings?: Readonly<Record<string, Counted>>;
  readonly prefixes?: Readonly<Record<string, Readonly<Record<string, Counted>>>>;
}

/** What a backfill reads: which list is the newest. */
export interface ObjectList {
  readonly bucket: string;
  readonly run: string;
  readonly countedAt: string;
  /** Of when the list is: an inventory is older than the count that looks into it. Absent in lists of versions before this one. */
  readonly asOf?: string;
  readonly findings: readonly string[];
  /** The rows, one encoded key each behind a line of headings; absent if nothing is to be listed. */
  readonly file?: string;
}

export interface ReportClients {
  readonly athena: Pick<AthenaClient, 'send'>;
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly results: Operations;
  readonly now: Date;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MAX_METRICS = 1000;
const FIRST_WAIT = 10;
const LONGEST_WAIT = 300;
const PATIENT_AFTER = 30;

/** Where the newest list is named. */
export const LIST_POINTER = 'lists/latest.json';

/** One step of a report, short enough for any function; the state machine waits between them. */
export async function advance(settings: ReportSettings, run: string, state: ReportState | null, clients: ReportClients): Promise<ReportState> {
  if (state?.step === undefined) { return begin(settings, run, clients); }
  const { QueryExecution: execution } = await clients.athena.send(new GetQueryExecutionCommand({ QueryExecutionId: state.queryId }));
  const status = execution?.Status;
  switch (status?.State) {
    case 'QUEUED':
    case 'RUNNING':
      return { ...state, looks: state.looks + 1, wait: state.looks < PATIENT_AFTER ? FIRST_WAIT : LONGEST_WAIT };
    case 'SUCCEEDED': break;
    default:
      throw new Error(`the query ${state.queryId} of the workgroup ${settings.workGroup} ended as ${status?.State}: ${status?.StateChangeReason ?? 'Athena gives no reason'}. ${remedy(settings, status?.StateChangeReason)}`);
  }
  if (state.step === 'count') { return counted(settings, run, state, clients); }
  const file = withinBucket(execution?.ResultConfiguration?.OutputLocation, clients.results.bucket);
  await point(settings, run, state, state.report!, clients, file);
  return { ...state, done: true, wait: 0 };
}

async function begin(settings: ReportSettings, run: string, clients: ReportClients): Promise<ReportState> {
  const ready = await readiness(settings.source, settings.bucket, settings.account, clients.s3, clients.now);
  if (!ready.ready) {
    // Nothing is published: zeros would say that all is well with objects that nobody has looked at.
    return { done: true, wait: 0, looks: 0, report: { bucket: settings.bucket, run, ready: false, reason: ready.reason } };
  }
  const queryId = await start(settings, run, 'count', settings.countStatement, ready.snapshot, clients);
  return { done: false, wait: FIRST_WAIT, looks: 0, step: 'count', queryId, snapshot: ready.snapshot, hoursBehind: ready.hoursBehind };
}

async function start(
  settings: ReportSettings, run: string, step: string, statement: string, snapshot: string | undefined, { athena }: ReportClients,
): Promise<string> {
  const { QueryExecutionId: id } = await athena.send(new StartQueryExecutionCommand({
    QueryString: statement.split('{{snapshot}}').join(snapshot ?? ''),
    WorkGroup: settings.workGroup,
    // The same for a step that is repeated, so that nobody pays twice.
    ClientRequestToken: createHash('sha256').update(`${run}/${step}`).digest('hex'),
  }));
  if (id === undefined) { throw new Error('Athena took the query and gave it no id'); }
  return id;
}

async function counted(settings: ReportSettings, run: string, state: ReportState, clients: ReportClients): Promise<ReportState> {
  const rows = await rowsOf(state.queryId!, clients.athena);
  const report = reportOf(settings, run, state, rows, clients.now);
  if (report.counted?.objects === 0) {
    const countedAt = new Date(clients.now.getTime() - (state.hoursBehind ?? 0) * HOUR);
    await assertEmpty(settings.bucket, settings.account, settings.currentOnly, clients.s3, countedAt);
  }
  // First what people look into, then what alarms go by: an alarm without its report would be a riddle.
  await clients.results.putJson(`reports/${run}.json`, report);
  await publish(settings, report, state.hoursBehind ?? 0, clients);
  const listed = settings.listed.some((finding) => (report.findings?.[finding]?.objects ?? 0) > 0);
  if (settings.listed.length === 0 || !listed) {
    await point(settings, run, state, report, clients);
    return { ...state, report, done: true, wait: 0 };
  }
  const queryId = await start(settings, run, 'list', settings.listStatement, state.snapshot, clients);
  return { ...state, report, step: 'list', queryId, looks: 0, wait: FIRST_WAIT };
}

/** Each row of the answer by the names of its columns; the first row of a SELECT is those names. */
async function rowsOf(queryId: string, athena: Pick<AthenaClient, 'send'>): Promise<Record<string, string | undefined>[]> {
  const all: Row[] = [];
  let token: string | undefined;
  do {
    const page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: queryId, NextToken: token }));
    all.push(...page.ResultSet?.Rows ?? []);
    token = page.NextToken;
  } while (token !== undefined);
  const [names, ...rows] = all.map(({ Data }) => (Data ?? []).map(({ VarCharValue }) => VarCharValue));
  if (names === undefined || !names.includes('finding')) { throw new Error(`the answer of the query ${queryId} has no headings: nobody knows what its numbers are of`); }
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name ?? '', row[index]])));
}

function reportOf(
  settings: ReportSettings, run: string, state: ReportState, rows: readonly Record<string, string | undefined>[], now: Date,
): ObjectReport {
  const byFinding = new Map(rows.map((row) => [row.finding ?? '', row]));
  for (const finding of byFinding.keys()) {
    if (finding !== 'as-expected' && !settings.findings.includes(finding)) { throw new Error(`the query ${state.queryId} counted "${finding}", which nobody asked for`); }
  }
  const at = (finding: string, suffix = ''): Counted => {
    const row = byFinding.get(finding);
    return row === undefined ? { objects: 0, bytes: 0 } : { objects: whole(row[`objects${suffix}`]), bytes: whole(row[`bytes${suffix}`]) };
  };
  const each = (suffix = '') => Object.fromEntries(settings.findings.map((finding) => [finding, at(finding, suffix)]));
  const all = [...byFinding.keys()].map((finding) => at(finding));
  return {
    bucket: settings.bucket,
    run,
    ready: true,
    countedAt: now.toISOString(),
    snapshot: state.snapshot,
    counted: { objects: sum(all, 'objects'), bytes: sum(all, 'bytes') },
    findings: each(),
    prefixes: Object.fromEntries(settings.prefixes.map((prefix, index) => [prefix, each(`_${index + 1}`)])),
  };
}

function sum(all: readonly Counted[], what: keyof Counted): number { return all.reduce((total, one) => total + one[what], 0); }

function whole(text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) { throw new Error(`the query counted "${text}", which is no whole number`); }
  return Number(text);
}

/** Zeros too: a metric that is not there looks like one that is well. */
async function publish(settings: ReportSettings, report: ObjectReport, hoursBehind: number, { cloudwatch, now }: ReportClients): Promise<void> {
  const bucket = { Name: 'BucketName', Value: settings.bucket };
  const of = (counts: Readonly<Record<string, Counted>>, prefix?: string): MetricDatum[] => settings.findings.flatMap((finding) => {
    const dimensions = [bucket, ...prefix === undefined ? [] : [{ Name: 'Prefix', Value: prefix }]];
    const names = settings.metrics[finding];
    return [
      { MetricName: names.objects, Value: counts[finding].objects, Unit: 'Count' as const, Dimensions: dimensions, Timestamp: now },
      { MetricName: names.bytes, Value: counts[finding].bytes, Unit: 'Bytes' as const, Dimensions: dimensions, Timestamp: now },
    ];
  });
  const data: MetricDatum[] = [
    ...of(report.findings ?? {}),
    ...settings.prefixes.flatMap((prefix) => of(report.prefixes?.[prefix] ?? {}, prefix)),
    { MetricName: 'ObjectsCounted', Value: report.counted?.objects ?? 0, Unit: 'Count', Dimensions: [bucket], Timestamp: now },
    // Last: it says that the others are there.
    { MetricName: 'HoursBehind', Value: hoursBehind, Unit: 'None', Dimensions: [bucket], Timestamp: now },
  ];
  for (let from = 0; from < data.length; from += MAX_METRICS) {
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: settings.namespace, MetricData: data.slice(from, from + MAX_METRICS) }));
  }
}

/** A run that took long, or was started again, does not put an older list in the place of a newer one. */
async function point(
  settings: ReportSettings, run: string, state: ReportState, report: ObjectReport, { results }: ReportClients, file?: string,
): Promise<void> {
  const countedAt = report.countedAt!;
  const asOf = state.snapshot === undefined ? countedAt : new Date(timeOf(state.snapshot)).toISOString();
  const there = await results.json<ObjectList>(LIST_POINTER);
  const age = (of: Pick<ObjectList, 'asOf' | 'countedAt'>) => `${of.asOf} ${of.countedAt}`;
  if (there?.bucket === settings.bucket && there.asOf !== undefined && age(there) > age({ asOf, countedAt })) { return; }
  const found = { bucket: settings.bucket, run, countedAt, asOf, findings: settings.listed };
  const list: ObjectList = file === undefined ? found : { ...found, file };
  await results.putJson(LIST_POINTER, list);
}

function withinBucket(location: string | undefined, bucket: string): string {
  const root = `s3://${bucket}/`;
  if (location === undefined || !location.startsWith(root)) { throw new Error(`Athena put its answer to ${location ?? 'nowhere'}, not into ${root}: the workgroup was changed`); }
  return location.slice(root.length);
}

/** What people run into, by the words of Athena. */
function remedy({ source }: ReportSettings, reason = ''): string {
  if (/bytes scanned|BYTES_SCANNED|cutoff/i.test(reason)) { return 'Raise queryScanLimit of the ObjectEncryptionReport, which this query would exceed'; }
  if (source.kind === 'metadata' && /not.*(exist|found)|TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|CATALOG|lake ?formation|insufficient|permission|not authorized|access ?denied/i.test(reason)) {
    return 'Integrate the table buckets of this account and region with the AWS analytics services, once, and give the role of this function SELECT on the table in Lake Formation: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-bucket-query-permissions.html';
  }
  return 'Look at the query in Athena, mend the cause, and start the state machine again';
}
