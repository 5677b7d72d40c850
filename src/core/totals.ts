import type { Engine, ExceptionReason, Outcome } from './outcome';

/** What a run, or a part of it, came to. Plain data: it is what a checkpoint and a summary hold. */
export interface Totals {
  objects: number;
  bytes: number;
  rewritten: Record<Engine, number>;
  /** Bytes that copies had to move inside S3. */
  bytesCopied: number;
  alreadyEncrypted: number;
  notASource: number;
  exceptions: Partial<Record<ExceptionReason, number>>;
  gone: number;
  failed: number;
  /** Old versions that copies left behind, and what they hold. */
  leftVersions: number;
  leftBytes: number;
}

export function noTotals(): Totals {
  return {
    objects: 0,
    bytes: 0,
    rewritten: { 'update': 0, 'copy': 0, 'multipart-copy': 0 },
    bytesCopied: 0,
    alreadyEncrypted: 0,
    notASource: 0,
    exceptions: {},
    gone: 0,
    failed: 0,
    leftVersions: 0,
    leftBytes: 0,
  };
}

export function count(totals: Totals, outcome: Outcome): void {
  totals.objects++;
  totals.bytes += outcome.size;
  switch (outcome.kind) {
    case 'rewritten':
      totals.rewritten[outcome.engine]++;
      if (outcome.engine !== 'update') { totals.bytesCopied += outcome.size; }
      if (outcome.leftVersion !== undefined) { totals.leftVersions++; totals.leftBytes += outcome.size; }
      break;
    case 'skipped':
      if (outcome.reason === 'already-encrypted') { totals.alreadyEncrypted++; } else { totals.notASource++; }
      break;
    case 'exception': totals.exceptions[outcome.reason] = (totals.exceptions[outcome.reason] ?? 0) + 1; break;
    case 'gone': totals.gone++; break;
    case 'failed': totals.failed++; break;
  }
}

export function add(into: Totals, more: Totals): void {
  for (const field of ['objects', 'bytes', 'bytesCopied', 'alreadyEncrypted', 'notASource', 'gone', 'failed', 'leftVersions', 'leftBytes'] as const) {
    into[field] += more[field];
  }
  for (const engine of Object.keys(into.rewritten) as Engine[]) { into.rewritten[engine] += more.rewritten[engine]; }
  for (const [reason, number] of Object.entries(more.exceptions) as [ExceptionReason, number][]) {
    into.exceptions[reason] = (into.exceptions[reason] ?? 0) + number;
  }
}

export function rewrittenIn(totals: Totals): number {
  return totals.rewritten.update + totals.rewritten.copy + totals.rewritten['multipart-copy'];
}

export function exceptionsIn(totals: Totals): number {
  return Object.values(totals.exceptions).reduce((sum, each) => sum + each, 0);
}
