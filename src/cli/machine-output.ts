import { UsageError } from './usage';
import type { Target } from '../core/encryption';
import type { ExceptionReason } from '../core/outcome';
import { noTotals, type Totals } from '../core/totals';

/** What an execution of the state machine ends with. */
export interface MachineOutput {
  /** Names the plan; a run has to confirm it. */
  readonly planId: string;
  readonly bucket?: string;
  readonly keyArn?: string;
  readonly versioned?: boolean;
  readonly totals: Totals;
  /** What copies leave behind, at the average size of the bucket; unknown when CloudWatch does not know that. */
  readonly leftBytes?: number;
  /** A summary: nothing is left that nobody has explained. */
  readonly verified?: boolean;
  /** What S3 still counted at the end. */
  readonly remaining?: number;
  readonly warnings: readonly string[];
  /** US dollars, and what they are about. */
  readonly cost?: { readonly total: number; readonly assumptions?: string };
  readonly report?: string;
  /** Where what needs somebody is listed. */
  readonly lists: readonly string[];
  readonly failures: Readonly<Record<string, number>>;
}

export function machineOutput(text: string | undefined): MachineOutput | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) { return undefined; }
  const output = value as Record<string, unknown> & Partial<Totals>;
  if (typeof output.planId !== 'string') { return undefined; }
  const rewritten = (output.rewritten ?? {}) as Record<string, number>;
  const none = noTotals();
  return {
    planId: output.planId,
    bucket: textIn(output.bucket),
    keyArn: textIn(output.keyArn),
    versioned: output.versioned === true,
    totals: {
      ...none,
      ...Object.fromEntries(Object.keys(none).filter((name) => typeof output[name] === 'number').map((name) => [name, output[name]])),
      rewritten: {
        'update': rewritten.update ?? 0,
        'copy': rewritten.copy ?? 0,
        'multipart-copy': rewritten.multipartCopy ?? rewritten['multipart-copy'] ?? 0,
      },
      exceptions: (output.exceptions ?? {}) as Partial<Record<ExceptionReason, number>>,
    },
    leftBytes: numberIn(output.leftBytes),
    verified: typeof output.verified === 'boolean' ? output.verified : undefined,
    remaining: numberIn(output.remainingTotal),
    warnings: textsIn(output.warnings),
    lists: textsIn(output.lists),
    cost: output.cost as MachineOutput['cost'],
    report: textIn(output.report),
    failures: (output.failures ?? {}) as Record<string, number>,
  };
}

/** The machine works for the bucket and key that it was deployed for, whatever the command was given. */
export function refuseOther({ bucket, keyArn }: MachineOutput, where: { readonly bucket: string }, target: Target): void {
  if (bucket !== undefined && bucket !== where.bucket) {
    throw new UsageError(`--bucket is "${where.bucket}", and the state machine was deployed for "${bucket}": give the --state-machine of that bucket, or --bucket ${bucket}`);
  }
  if (keyArn !== undefined && keyArn !== target.keyArn) {
    throw new UsageError(`--key is ${target.keyArn}, and the state machine was deployed for ${keyArn}: change the key of its EncryptionBackfillJob and deploy, or give --key ${keyArn}`);
  }
}

function numberIn(value: unknown): number | undefined { return typeof value === 'number' ? value : undefined; }

function textsIn(value: unknown): string[] { return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []; }

function textIn(value: unknown): string | undefined { return typeof value === 'string' ? value : undefined; }
