import { EXCEPTIONS } from './exceptions';
import { bytes, dollars, grouped } from './numbers';
import type { ExceptionReason } from '../core/outcome';
import type { Cost } from '../core/prices';
import { exceptionsIn, rewrittenIn, type Totals } from '../core/totals';

/** What a plan and a run both come to. */
export interface Account {
  readonly totals: Totals;
  /** Nothing was written: what would be. */
  readonly plan: boolean;
  readonly versioned: boolean;
  readonly cost?: Cost;
  /** Jobs of S3 Batch Operations know no size, and an average may stand for that of what copies leave. */
  readonly sizes?: 'about' | 'unknown';
  /** Failures of this process, by error code. */
  readonly failures: Readonly<Record<string, number>>;
}

type Row = readonly [indent: number, label: string, count: number, ...more: readonly (string | undefined)[]];

/** The same lines for a plan and for a run, so that the one can be laid beside the other. */
export function accountLines(account: Account): string[] {
  const { totals, cost } = account;
  const rows = rowsOf(account);
  const width = Math.max(...rows.map(([, , count]) => grouped(count).length));
  const label = Math.max(...rows.map(([indent, text]) => indent + text.length));
  const lines = rows.flatMap(([indent, text, count, ...more]) => {
    const [first, ...others] = more.filter((each) => each !== undefined);
    const row = `${' '.repeat(indent)}${text.padEnd(label - indent)}  ${grouped(count).padStart(width)}`;
    return [first === undefined ? row : `${row}  ${first}`, ...others.map((each) => `${' '.repeat(row.length + 2)}${each}`)];
  });
  if (cost !== undefined) {
    lines.push('', `${account.plan ? 'Cost of the run' : 'Cost'}: ${dollars(cost.total)} (requests ${dollars(cost.requests)}, KMS ${dollars(cost.kms)})`
      + (totals.bytesCopied > 0 && account.versioned ? `, then ${dollars(cost.leftVersionsPerMonth)} a month for the old versions until they expire` : ''));
    lines.push(`  ${cost.assumptions}`);
  }
  return lines;
}

function rowsOf({ totals, plan, versioned, failures, sizes }: Account): Row[] {
  const { rewritten, exceptions } = totals;
  const rows: Row[] = [
    [0, 'Objects', totals.objects, sizes === undefined ? bytes(totals.bytes) : undefined],
    [0, plan ? 'To re-encrypt' : 'Re-encrypted', rewrittenIn(totals)],
  ];
  if (rewritten.update > 0) { rows.push([2, 'in place', rewritten.update, 'no data moves, no new version, dates and ETags stay']); }
  if (rewritten.copy > 0) { rows.push([2, 'by copy', rewritten.copy, 'new date; metadata, tags and class stay']); }
  if (rewritten['multipart-copy'] > 0) { rows.push([2, 'by multipart copy', rewritten['multipart-copy'], 'new date; metadata, tags and class stay']); }
  rows.push([0, 'Already encrypted so', totals.alreadyEncrypted]);
  if (totals.notASource > 0) { rows.push([0, 'Not a source', totals.notASource, 'left as they are, as --source says']); }
  if (totals.gone > 0) { rows.push([0, 'Gone meanwhile', totals.gone]); }
  rows.push([0, 'Exceptions', exceptionsIn(totals), exceptionsIn(totals) > 0 ? 'not touched' : undefined]);
  for (const [reason, count] of Object.entries(exceptions) as [ExceptionReason, number][]) {
    rows.push([2, reason, count, EXCEPTIONS[reason].why, EXCEPTIONS[reason].remedy]);
  }
  rows.push([0, 'Failed', totals.failed]);
  for (const [code, count] of Object.entries(failures)) { rows.push([2, code, count]); }
  const size = (known: number): string[] => sizes === 'unknown' ? [] : sizes === 'about' ? [`about ${bytes(totals.leftBytes)}`] : [bytes(known)];
  const expire = 'a lifecycle rule can expire them';
  if (plan) {
    const copies = rewritten.copy + rewritten['multipart-copy'];
    if (versioned && copies > 0) { rows.push([0, 'Old versions to be left', copies, [...size(totals.bytesCopied), expire].join('; ')]); }
  } else if (totals.leftVersions > 0) {
    rows.push([0, 'Old versions left', totals.leftVersions, `${[...size(totals.leftBytes), 'encrypted as before'].join(', ')}; ${expire}`]);
  }
  return rows;
}
