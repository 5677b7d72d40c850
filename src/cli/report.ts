import type { BackfillOptions } from './backfill-arguments';
import type { Files } from './files';
import type { PassResult } from './pass';
import { EXIT } from './usage';
import type { Cost } from '../core/prices';
import { exceptionsIn } from '../core/totals';

export interface Report {
  readonly options: BackfillOptions;
  readonly endpoint: string;
  readonly versioned: boolean;
  readonly result: PassResult;
  readonly plan: boolean;
  /** The plan is shown to who is asked next. */
  readonly asking?: boolean;
  readonly cost: Cost;
  /** Absent for a plan, which keeps nothing. */
  readonly files?: Files;
  /** What a pass after the run still found; absent when nobody looked. */
  readonly left?: PassResult;
}

export function needsSomebody({ totals }: Pick<PassResult, 'totals'>): number { return totals.failed + exceptionsIn(totals); }

export function leftIn(left: PassResult): number {
  const { update, copy, 'multipart-copy': multipart } = left.totals.rewritten;
  return update + copy + multipart;
}

export function exitCodeOf({ result, plan, left }: Report): number {
  if (!result.complete || left !== undefined && (!left.complete || leftIn(left) > 0)) { return EXIT.failed; }
  if (plan) { return result.totals.failed > 0 ? EXIT.someFailed : EXIT.done; }
  return needsSomebody(result) > 0 ? EXIT.someFailed : EXIT.done;
}

/** The one object that `--json` writes to stdout. Its fields are documented in docs/command.md. */
export function jsonOf(report: Report): Record<string, unknown> {
  const { options, result, files, left, cost } = report;
  const { rewritten, ...totals } = result.totals;
  return {
    type: report.plan ? 'plan' : 'summary',
    bucket: options.where.bucket,
    endpoint: report.endpoint,
    prefix: options.where.prefix,
    key: options.target.keyArn,
    bucketKey: options.target.bucketKey,
    engine: 'local',
    versioned: report.versioned,
    complete: result.complete,
    stopped: result.stopped ?? null,
    ...totals,
    rewritten: { update: rewritten.update, copy: rewritten.copy, multipartCopy: rewritten['multipart-copy'] },
    failures: result.failures,
    cost: { currency: 'USD', requests: cost.requests, kms: cost.kms, total: cost.total, leftVersionsPerMonth: cost.leftVersionsPerMonth, assumptions: cost.assumptions },
    seconds: result.seconds,
    verified: left === undefined ? null : { complete: left.complete, left: leftIn(left), failed: left.totals.failed },
    checkpointFile: files?.checkpoint ?? null,
    // Until the end is reached, what it lists is the business of the run that goes on.
    failuresFile: files !== undefined && result.complete && needsSomebody(result) > 0 ? files.failures : null,
    exitCode: exitCodeOf(report),
  };
}
