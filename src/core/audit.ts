import type { Encryption } from './encryption';
import type { ListedVersion } from './object';
import { pagesOf } from './pages';
import { inParallel } from './pool';
import type { ObjectStore } from './store';
import { StoreError } from './store-error';

/** Objects that are stored in the same way. */
export interface AuditRow {
  readonly status: Encryption['status'] | 'UNREADABLE';
  readonly keyArn?: string;
  readonly bucketKey: boolean;
  currentObjects: number;
  currentBytes: number;
  noncurrentVersions: number;
  noncurrentBytes: number;
}

export interface AuditReport {
  readonly rows: readonly AuditRow[];
  readonly versions: number;
  readonly bytes: number;
  /** Versions whose state could not be read, by error code. */
  readonly unreadable: Readonly<Record<string, number>>;
  readonly complete: boolean;
}

export interface AuditOptions {
  readonly store: ObjectStore;
  readonly prefix: string;
  readonly concurrency: number;
  readonly onVersion?: (soFar: number) => void;
  readonly signal?: AbortSignal;
}

/** How many objects and bytes lie under which algorithm and key, versions included. Reads, and writes nothing. */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const rows = new Map<string, AuditRow>();
  const unreadable: Record<string, number> = {};
  let versions = 0;
  let bytes = 0;
  await inParallel(allVersions(options), options.concurrency, async (version) => {
    let encryption: Encryption | undefined;
    try {
      encryption = (await options.store.head(version)).encryption;
    } catch (error) {
      if (!(error instanceof StoreError) || error.meaning === 'fatal') { throw error; }
      if (error.meaning === 'gone') { return; }
      if (error.meaning === 'sse-c') { encryption = { status: 'SSE-C', bucketKey: false }; } else { unreadable[error.code] = (unreadable[error.code] ?? 0) + 1; }
    }
    tally(rows, version, encryption);
    versions++;
    bytes += version.size;
    options.onVersion?.(versions);
  }, options.signal);
  return { rows: [...rows.values()].sort(byWeight), versions, bytes, unreadable, complete: !(options.signal?.aborted ?? false) };
}

async function* allVersions({ store, prefix }: AuditOptions): AsyncGenerator<ListedVersion, void, undefined> {
  for await (const page of pagesOf(store, prefix, true)) { yield* page.versions; }
}

function tally(rows: Map<string, AuditRow>, version: ListedVersion, encryption: Encryption | undefined): void {
  const status = encryption?.status ?? 'UNREADABLE';
  const id = JSON.stringify([status, encryption?.keyArn, encryption?.bucketKey]);
  const row = rows.get(id) ?? {
    status,
    keyArn: encryption?.keyArn,
    bucketKey: encryption?.bucketKey ?? false,
    currentObjects: 0,
    currentBytes: 0,
    noncurrentVersions: 0,
    noncurrentBytes: 0,
  };
  if (version.isLatest) {
    row.currentObjects++;
    row.currentBytes += version.size;
  } else {
    row.noncurrentVersions++;
    row.noncurrentBytes += version.size;
  }
  rows.set(id, row);
}

function byWeight(a: AuditRow, b: AuditRow): number {
  return b.currentObjects + b.noncurrentVersions - a.currentObjects - a.noncurrentVersions || a.status.localeCompare(b.status)
    || (a.keyArn ?? '').localeCompare(b.keyArn ?? '');
}
