import { noTotals } from '../core';
import { rowsOf } from './csv';
import { decodeKey, manifestKey } from './keys';
import { ListFile } from './list-file';
import type { Operations } from './operations';
import { outcomeOfFunction, outcomeOfS3, type TaskLine, taskLine, type TaskOutcome } from './outcome-of-task';
import type { JobEntry, ManifestEntry, ReadState } from './shapes';

export interface ReadRequest {
  readonly planId: string;
  /** 0 for the jobs of the plan, 1 for what was tried again. */
  readonly attempt: number;
  /** Nothing is tried again any more. */
  readonly final: boolean;
  readonly jobs: readonly JobEntry[];
  readonly state: ReadState | null;
}

/** What is tried again: of lists apart from the rest, since what is said of an object differs. */
interface Again {
  readonly source: 'retry' | 'listed-retry';
  readonly versioned: boolean;
  readonly rows: ListFile;
}

interface Lists {
  readonly again: readonly Again[];
  readonly people: ListFile;
}

/** The next job is of the same source: `$.manifest.source` in src/backfill/machine/work.ts. */
interface RetryEntry extends ManifestEntry { readonly source: Again['source'] }

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html */
interface ReportManifest {
  readonly Results?: readonly { readonly Bucket: string; readonly Key: string; readonly TaskExecutionStatus?: string }[];
}

/**
 * Reads what the jobs reported: `Complete` says that a job has ended, not that its tasks succeeded.
 *
 * Stops after a whole result file when `enough` says so, and goes on from there in the next call.
 */
export async function readReports(request: ReadRequest, operations: Operations, enough: () => boolean): Promise<ReadState> {
  const state = request.state ?? start();
  const base = `${request.planId}/${request.attempt}-${state.calls}`;
  state.calls++;
  const lists: Lists = {
    again: [
      { source: 'retry', versioned: true, rows: new ListFile(`retries/${base}-versions.csv`) },
      { source: 'retry', versioned: false, rows: new ListFile(`retries/${base}.csv`) },
      { source: 'listed-retry', versioned: true, rows: new ListFile(`retries/${base}-listed-versions.csv`) },
      { source: 'listed-retry', versioned: false, rows: new ListFile(`retries/${base}-listed.csv`) },
    ],
    people: new ListFile(`exceptions/${base}.csv`),
  };
  try {
    while (state.cursor.job < request.jobs.length) {
      const job = request.jobs[state.cursor.job];
      if (state.cursor.file === 0) { countSuccesses(state, job); }
      const files = await resultFiles(operations, job);
      for (; state.cursor.file < files.length; state.cursor.file++) {
        if (enough()) { return await put(state, lists, operations); }
        await readFile(request, job, await operations.stream(files[state.cursor.file].Bucket, files[state.cursor.file].Key), state, lists);
      }
      state.cursor = { job: state.cursor.job + 1, file: 0 };
    }
    state.done = true;
    return await put(state, lists, operations);
  } finally {
    for (const list of [lists.people, ...lists.again.map(({ rows }) => rows)]) { list.discard(); }
  }
}

function start(): ReadState {
  return { done: false, cursor: { job: 0, file: 0 }, calls: 0, totals: noTotals(), failures: {}, manifests: [], lists: [] };
}

/** Of jobs by S3 only failures are reported; their successes are a number. */
function countSuccesses(state: ReadState, job: JobEntry): void {
  if (job.engine === 'lambda' || job.engine === 'count') { return; }
  state.totals.rewritten[job.engine] += job.succeeded ?? 0;
  state.totals.objects += job.succeeded ?? 0;
}

async function resultFiles(operations: Operations, job: JobEntry): Promise<NonNullable<ReportManifest['Results']>> {
  const tasks = (job.succeeded ?? 0) + (job.failed ?? 0);
  const expected = job.engine === 'lambda' ? tasks > 0 : (job.failed ?? 0) > 0;
  if (job.engine === 'count' || job.status === 'NotRun' || !expected) { return []; }
  const key = `reports/job-${job.jobId}/manifest.json`;
  const manifest = await operations.json<ReportManifest>(key);
  if (manifest === undefined) {
    throw new Error(`job ${job.jobId} (${job.name}) has ${job.failed} failed tasks and no report at s3://${operations.bucket}/${key}: `
      + 'nobody knows which. Let the batch role put objects under reports/, also in the policy of that bucket, and start a new plan');
  }
  return manifest.Results ?? [];
}

async function readFile(request: ReadRequest, job: JobEntry, content: AsyncIterable<Uint8Array>, state: ReadState, lists: Lists): Promise<void> {
  for await (const row of rowsOf(content)) {
    if (row.length === 1 && row[0] === '') { continue; }
    const line = taskLine(row);
    const outcome = job.engine === 'lambda' ? outcomeOfFunction(line) : outcomeOfS3(line);
    await note(request, line, ofList(job) ? asListed(outcome) : outcome, state, lists, ofList(job));
  }
}

function ofList({ source }: JobEntry): boolean { return source.startsWith('listed'); }

/** Somebody found something wrong with it, so that it is none of the sources does not make it right. */
function asListed(outcome: TaskOutcome): TaskOutcome {
  return outcome.kind !== 'skipped' || outcome.reason !== 'not-a-source' ? outcome : {
    kind: 'exception', reason: 'not-admitted', message: 'a report listed it, and it is under a key or a type of encryption that is none of the sources',
  };
}

async function note({ final }: ReadRequest, line: TaskLine, outcome: TaskOutcome, state: ReadState, lists: Lists, listed: boolean): Promise<void> {
  const { totals } = state;
  const tellPeople = async (why: string, message: string): Promise<void> =>
    lists.people.add([line.bucket, decodeKey(line.key), line.versionId, why, message]);
  if (outcome.kind === 'again' && !final) {
    const list = lists.again.find(({ source, versioned }) => source === (listed ? 'listed-retry' : 'retry') && versioned === (line.versionId !== ''));
    await list!.rows.add([line.bucket, manifestKey(decodeKey(line.key)), ...line.versionId === '' ? [] : [line.versionId]]);
    return; // counted when it was tried again
  }
  totals.objects++;
  switch (outcome.kind) {
    case 'rewritten':
      totals.rewritten[outcome.engine]++;
      totals.bytes += outcome.size;
      if (outcome.engine !== 'update') { totals.bytesCopied += outcome.size; }
      if (outcome.left) { totals.leftVersions++; totals.leftBytes += outcome.size; }
      break;
    case 'skipped':
      if (outcome.reason === 'already-encrypted') { totals.alreadyEncrypted++; } else { totals.notASource++; }
      break;
    case 'gone': totals.gone++; break;
    case 'exception':
      totals.exceptions[outcome.reason] = (totals.exceptions[outcome.reason] ?? 0) + 1;
      if (listed) { state.listedExceptions = (state.listedExceptions ?? 0) + 1; }
      await tellPeople(outcome.reason, outcome.message);
      break;
    default:
      totals.failed++;
      state.failures[outcome.code] = (state.failures[outcome.code] ?? 0) + 1;
      await tellPeople(outcome.code, outcome.message);
  }
}

async function put(state: ReadState, lists: Lists, operations: Operations): Promise<ReadState> {
  for (const { source, versioned, rows } of lists.again) {
    const made = await rows.deliver(operations);
    if (made === undefined) { continue; }
    const entry: RetryEntry = { objectArn: made.objectArn, etag: made.etag, rows: made.rows, versioned, source };
    state.manifests.push(entry);
  }
  const people = await lists.people.deliver(operations);
  if (people !== undefined) { state.lists.push(people.address); }
  return state;
}
