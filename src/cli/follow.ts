import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { Io } from './io';
import type { Machine, Mode } from './machine';
import { type Counters, NOTHING } from './machine-jobs';
import { Progress } from './progress';
import type { Talk } from './talk';
import { storeErrorFrom } from '../core/sdk-errors';
import { StoreError } from '../core/store-error';

export interface FollowOptions {
  readonly io: Io;
  readonly talk: Talk;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly doing: string;
  readonly mode: Mode;
  /** Known from a plan; the jobs know it only when they have made their manifests. */
  readonly total?: number;
}

/** Jobs take minutes to hours, and a request is billed. */
const PAUSE = 5000;

/** Watches an execution until it ends; undefined when a signal came first, which the execution does not notice. */
export async function follow(machine: Machine, executionArn: string, options: FollowOptions): Promise<DescribeExecutionCommandOutput | undefined> {
  const { io, signal, json, doing, mode, total } = options;
  let latest: Counters = NOTHING;
  let counted = true;
  const progress = new Progress({
    io,
    json,
    doing,
    total,
    state: () => ({ objects: latest.succeeded + latest.failed, failed: latest.failed, more: { jobs: latest.jobs, tasks: latest.tasks } }),
  });
  try {
    for (;;) {
      const execution = await machine.describe(executionArn);
      if (counted) {
        try {
          latest = await machine.counters(executionArn, mode);
        } catch (error) {
          counted = false;
          options.talk.warn(withoutCounters(error));
        }
      }
      if (execution.status !== 'RUNNING') { return execution; }
      await io.clock.sleep(PAUSE, signal);
      if (signal.aborted) { return undefined; }
    }
  } finally {
    progress.end();
  }
}

/** The execution can be followed without its numbers. */
function withoutCounters(error: unknown): string {
  const known = storeErrorFrom(error);
  if (!(known instanceof StoreError)) { throw error; }
  return `the numbers of the jobs cannot be read (${known.message}): allow states:GetExecutionHistory on the executions and s3:DescribeJob on the jobs. The execution is followed without them.`;
}
