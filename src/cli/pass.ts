import type { BackfillOptions } from './backfill-arguments';
import type { Connection } from './clients';
import type { About } from './explain';
import { LedgerError } from './file-ledger';
import type { Io } from './io';
import type { OnlyFile } from './only-file';
import { Progress, type State } from './progress';
import type { Talk } from './talk';
import type { Checkpoint, Ledger } from '../core/checkpoint';
import type { Outcome } from '../core/outcome';
import type { Preflight } from '../core/preflight';
import { run, type RunResult } from '../core/run';
import { exceptionsIn, noTotals, rewrittenIn, type Totals } from '../core/totals';

/** What every pass over the bucket has in common. */
export interface Ground {
  readonly io: Io;
  readonly talk: Talk;
  readonly about: About;
  readonly options: BackfillOptions;
  readonly connection: Connection;
  readonly found: Preflight;
  readonly only?: OnlyFile;
  readonly fingerprint: string;
  readonly signal: AbortSignal;
}

export interface PassOptions {
  readonly doing: string;
  readonly planOnly: boolean;
  readonly ledger: Ledger;
  readonly total?: number;
  readonly resumed?: Checkpoint;
}

export interface PassResult extends RunResult {
  /** Failures of this process, by code. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Goes through the objects once, with progress. */
export async function pass(ground: Ground, { doing, planOnly, ledger, total, resumed }: PassOptions): Promise<PassResult> {
  const { io, options, connection, found } = ground;
  const failures: Record<string, number> = {};
  let soFar: Readonly<Totals> = resumed?.totals ?? noTotals();
  const progress = new Progress({ io, json: options.json, doing, total, state: () => stateOf(soFar) });
  const began = io.clock.now().getTime();
  const secondsSince = (start: number): number => (io.clock.now().getTime() - start) / 1000;
  try {
    const result = await run({
      job: {
        store: connection.store,
        target: options.target,
        sources: options.sources,
        abilities: found.abilities,
        acls: found.acls,
        objectLock: found.objectLock,
        planOnly,
        readBack: readBack(),
      },
      prefix: options.where.prefix,
      noncurrent: options.noncurrent,
      concurrency: options.where.concurrency,
      fingerprint: ground.fingerprint,
      ledger,
      signal: ground.signal,
      only: ground.only === undefined ? undefined : (after) => (ground.only as OnlyFile).pages(after),
      listener: {
        onOutcome: (outcome, totals) => {
          noteFailure(failures, outcome);
          soFar = totals;
        },
      },
    });
    return { ...result, failures, seconds: secondsSince(began) };
  } catch (error) {
    if (!(error instanceof LedgerError)) { throw error; }
    // What is done is done, in the bucket; only the note of it is missing.
    return { totals: structuredClone(soFar), complete: false, stopped: { code: 'CheckpointNotWritten', message: error.message }, failures, seconds: secondsSince(began) };
  } finally {
    progress.end();
  }
}

const FIRST = 20;
const EVERY = 1000;

/** UpdateObjectEncryption answers with nothing that could be checked, so some of its work is read back. */
export function readBack(): () => boolean {
  let updates = 0;
  return () => {
    updates++;
    return updates <= FIRST || updates % EVERY === 0;
  };
}

function noteFailure(failures: Record<string, number>, outcome: Outcome): void {
  if (outcome.kind === 'failed') { failures[outcome.code] = (failures[outcome.code] ?? 0) + 1; }
}

function stateOf(totals: Readonly<Totals>): State {
  return {
    objects: totals.objects,
    failed: totals.failed,
    more: { bytes: totals.bytes, rewritten: rewrittenIn(totals), exceptions: exceptionsIn(totals) },
  };
}
