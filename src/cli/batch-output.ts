import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { BackfillOptions } from './backfill-arguments';
import type { MachineOutput } from './machine-output';
import { dollars, grouped } from './numbers';
import { accountLines } from './summary';
import { printable } from './talk';
import { rewrittenIn } from '../core/totals';

export interface BatchShown {
  readonly output: MachineOutput;
  readonly options: BackfillOptions;
  readonly machine: string;
  readonly type: 'plan' | 'summary';
}

/** The same lines as the local engine has, as far as the jobs know them. */
export function batchLines({ output, options, machine, type }: BatchShown): string[] {
  const plan = type === 'plan';
  const { totals, cost, lists } = output;
  const lines = [
    `${plan ? 'Plan for' : 'Backfill of'} ${options.where.bucket}, by ${machine}`,
    `to ${options.target.keyArn}`,
    '',
    ...accountLines({ totals, plan, versioned: output.versioned === true, failures: output.failures, sizes: plan && output.leftBytes !== undefined ? 'about' : 'unknown' }),
    '',
  ];
  if (cost !== undefined) { lines.push(`Cost of the run: ${dollars(cost.total)}`, ...(cost.assumptions === undefined ? [] : [`  ${cost.assumptions}`]), ''); }
  if (lists.length > 0) { lines.push('What needs somebody is listed in', ...lists.map((list) => `  ${list}`)); }
  if (output.report !== undefined) { lines.push(`The summary is ${output.report}`); }
  if (rewrittenIn(totals) === 0) { lines.push(plan ? 'Nothing to re-encrypt. Nothing was written.' : 'Nothing had to be written.'); }
  if (output.verified === true) { lines.push(`Verified: S3 has counted again, and ${still(output.remaining)}.`); }
  if (plan) { lines.push(`The plan is ${output.planId}.`); }
  return lines.map(printable);
}

function still(remaining: number | undefined): string {
  return remaining === undefined || remaining === 0 ? 'found none left to re-encrypt' : `the ${grouped(remaining)} that are left are the exceptions`;
}

export interface BatchEnded {
  readonly options: BackfillOptions;
  readonly type: 'plan' | 'summary';
  readonly executionArn: string;
  readonly execution?: DescribeExecutionCommandOutput;
  readonly output?: MachineOutput;
  readonly exitCode: number;
}

/** The fields of the local engine, as far as the jobs know them, and those of the execution. */
export function batchJson({ options, type, executionArn, execution, output, exitCode }: BatchEnded): Record<string, unknown> {
  const { rewritten, ...totals } = output?.totals ?? {};
  return {
    type,
    bucket: options.where.bucket,
    key: options.target.keyArn,
    engine: 'batch',
    complete: execution?.status === 'SUCCEEDED' && output !== undefined,
    stopped: execution === undefined ? { code: 'Interrupted', message: 'the execution goes on' }
      : execution.status === 'SUCCEEDED' ? null : { code: execution.error ?? execution.status, message: execution.cause ?? '' },
    ...totals,
    // Jobs count objects, and know the size of none.
    bytes: null,
    bytesCopied: null,
    leftBytes: type === 'plan' ? output?.leftBytes ?? null : null,
    ...(rewritten === undefined ? {} : { rewritten: { update: rewritten.update, copy: rewritten.copy, multipartCopy: rewritten['multipart-copy'] } }),
    failures: output?.failures ?? {},
    cost: output?.cost ?? null,
    verified: output?.verified === undefined ? null : {
      complete: true,
      left: output.remaining ?? 0,
      failed: output.verified ? 0 : output.totals.failed,
    },
    planId: output?.planId ?? null,
    report: output?.report ?? null,
    lists: output?.lists ?? [],
    executionArn,
    status: execution?.status ?? 'RUNNING',
    exitCode,
  };
}
