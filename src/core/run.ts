import type { Checkpoint, Ledger } from './checkpoint';
import type { ListedVersion } from './object';
import type { Outcome } from './outcome';
import { type NumberedPage, pagesOf } from './pages';
import { inParallel } from './pool';
import { type Job, rewrite } from './rewrite';
import type { Marker } from './store';
import { StoreError } from './store-error';
import { add, count, noTotals, rewrittenIn, type Totals } from './totals';
import { type OpenPage, Watermark } from './watermark';

export interface RunOptions {
  readonly job: Job;
  readonly prefix: string;
  /**
   * Old versions too; those that only a copy could encrypt are reported. S3 lists the newest version of a key first, and
   * to turn that round the versions of one key, which may be millions, would have to be kept. Nobody could tell: an
   * update changes no version but its own, nor the order of versions, and only the current one is ever copied.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
   */
  readonly noncurrent: boolean;
  readonly concurrency: number;
  readonly ledger: Ledger;
  /** What makes this run this run, for the checkpoint. */
  readonly fingerprint: string;
  /** These objects and no others, instead of the listing. */
  readonly only?: (after?: Marker) => AsyncIterable<NumberedPage>;
  readonly listener?: RunListener;
  readonly signal?: AbortSignal;
}

export interface RunListener {
  onOutcome?(outcome: Outcome, soFar: Readonly<Totals>): void;
  /** A checkpoint was found, and the run goes on behind it. */
  onResume?(checkpoint: Checkpoint): void;
}

export interface RunResult {
  readonly totals: Totals;
  /** The end of the listing was reached. */
  readonly complete: boolean;
  /** Why it was not. */
  readonly stopped?: { readonly code: string; readonly message: string };
}

/** So many failures and nothing that worked: the next ten million would not work either. */
const HOPELESS = 100;

/** Goes through a bucket once. May be repeated and continued at any time: every object is decided on what it is now. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { job, ledger, listener, fingerprint } = options;
  const before = await ledger.load();
  const resumed = before !== undefined && before.fingerprint === fingerprint && !before.done ? before : undefined;
  if (resumed !== undefined) { listener?.onResume?.(resumed); }

  const soFar = noTotals();
  if (resumed !== undefined) { add(soFar, resumed.totals); }
  const committed = noTotals();
  if (resumed !== undefined) { add(committed, resumed.totals); }
  const watermark = new Watermark(committed, 4 + Math.ceil(options.concurrency / 250));
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  signal.addEventListener('abort', () => watermark.cancel(), { once: true });
  let stopped: RunResult['stopped'];
  let committing: Promise<void> = Promise.resolve();
  let ended = false;

  const commit = (): Promise<void> => {
    committing = committing.then(async () => {
      const front = watermark.advance();
      if (front === undefined) { return; }
      ended ||= front.marker === undefined;
      await ledger.commit({ format: 1, fingerprint, marker: front.marker, totals: structuredClone(committed), done: ended }, front.records);
    });
    return committing;
  };

  const one = async ({ version, page }: { version: ListedVersion; page: OpenPage }): Promise<void> => {
    const outcome = await rewrite(job, { key: version.key, versionId: version.versionId, size: version.size });
    if (outcome.kind === 'failed' && outcome.fatal) {
      stopped ??= { code: outcome.code, message: outcome.message };
      stop.abort();
      return; // not settled: the next run takes it up again
    }
    count(soFar, outcome);
    page.settle(outcome);
    listener?.onOutcome?.(outcome, soFar);
    if (outcome.kind === 'failed' && rewrittenIn(soFar) === 0 && soFar.failed >= HOPELESS) {
      stopped ??= { code: outcome.code, message: `the first ${soFar.failed} objects failed and none succeeded; the last one said: ${outcome.message}` };
      stop.abort();
    }
    if (page.isDone) { await commit(); }
  };

  try {
    await inParallel(versionsOf(options, watermark, resumed?.marker, commit), options.concurrency, one, signal);
  } catch (error) {
    if (!(error instanceof StoreError)) { throw error; }
    stopped ??= { code: error.code, message: error.message }; // the listing itself failed
  }
  await commit();
  if (options.signal?.aborted) { stopped ??= { code: 'Interrupted', message: 'the run was interrupted; the same command goes on where it was' }; }
  return { totals: soFar, complete: ended, stopped };
}

async function* versionsOf(options: RunOptions, watermark: Watermark, after: Marker | undefined, emptyPage: () => Promise<void>):
AsyncGenerator<{ version: ListedVersion; page: OpenPage }, void, undefined> {
  const pages = options.only?.(after) ?? pagesOf(options.job.store, options.prefix, options.noncurrent, after);
  for await (const listed of pages) {
    const page = await watermark.add(listed);
    if (page.isDone) { await emptyPage(); }
    for (const version of listed.versions) { yield { version, page }; }
  }
}
