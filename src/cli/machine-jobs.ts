import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** What the jobs of an execution have done until now, added up. */
export interface Counters {
  readonly jobs: number;
  readonly tasks: number;
  readonly succeeded: number;
  readonly failed: number;
}

export const NOTHING: Counters = { jobs: 0, tasks: 0, succeeded: 0, failed: 0 };

const ENDED = new Set(['Complete', 'Failed', 'Cancelled']);

interface Seen {
  /** By this execution. */
  created: boolean;
  confirmed: boolean;
  /** Does not change any more. */
  settled: boolean;
  waits: boolean;
  counters: Counters;
}

/**
 * The jobs of one execution, as its history tells of them: a plan creates jobs that wait for a confirmation, a run confirms
 * them, creates others that try once more, and at the end some that only count.
 */
export class MachineJobs {
  private readonly jobs = new Map<string, Seen>();

  public note({ taskScheduledEventDetails: scheduled, taskSucceededEventDetails: succeeded }: HistoryEvent): void {
    if (succeeded?.resource === 'createJob') { this.found(idIn(succeeded.output), { created: true }); }
    if (scheduled?.resource === 'describeJob') { this.found(idIn(scheduled.parameters), {}); }
    if (scheduled?.resource === 'updateJobStatus' && json(scheduled.parameters).RequestedJobStatus === 'Ready') {
      this.found(idIn(scheduled.parameters), { confirmed: true, settled: false });
    }
  }

  /** Those that have to be asked about. */
  public get open(): string[] { return [...this.jobs].filter(([, { settled }]) => !settled).map(([id]) => id); }

  public update(id: string, job: JobDescriptor | undefined): void {
    const seen = this.jobs.get(id);
    if (seen === undefined) { return; }
    const { TotalNumberOfTasks: tasks = 0, NumberOfTasksSucceeded: succeeded = 0, NumberOfTasksFailed: failed = 0 } = job?.ProgressSummary ?? {};
    seen.counters = { jobs: 1, tasks, succeeded, failed };
    seen.waits = job?.ConfirmationRequired === true && !seen.confirmed;
    // What waits in a plan stays as it is until a run confirms it.
    seen.settled = ENDED.has(job?.Status ?? '') || seen.created && seen.waits && job?.Status === 'Suspended';
  }

  /** How many objects S3 has listed for the jobs that this execution has created. */
  public listed(): Counters {
    const { jobs, tasks } = sum([...this.jobs.values()].filter(({ created }) => created));
    return { jobs, tasks, succeeded: tasks, failed: 0 };
  }

  /** What was done to objects. A second attempt does not count its objects again: it makes failures fewer. */
  public worked(): Counters {
    const all = [...this.jobs.values()].filter(({ created, waits }) => !(created && waits));
    const isRetry = ({ created, confirmed }: Seen): boolean => created && !confirmed;
    const work = sum(all.filter((seen) => !isRetry(seen)));
    const retried = sum(all.filter(isRetry));
    return { ...work, jobs: work.jobs + retried.jobs, succeeded: work.succeeded + retried.succeeded, failed: work.failed - retried.succeeded };
  }

  private found(id: string | undefined, what: Partial<Seen>): void {
    if (id === undefined) { return; }
    const seen = this.jobs.get(id) ?? { created: false, confirmed: false, settled: false, waits: false, counters: NOTHING };
    this.jobs.set(id, { ...seen, ...what });
  }
}

function sum(jobs: readonly Seen[]): Counters {
  return jobs.reduce((all, { counters: { tasks, succeeded, failed } }) => ({
    jobs: all.jobs + 1, tasks: all.tasks + tasks, succeeded: all.succeeded + succeeded, failed: all.failed + failed,
  }), NOTHING);
}

function idIn(text: string | undefined): string | undefined {
  const { JobId: id } = json(text);
  return typeof id === 'string' ? id : undefined;
}

function json(text: string | undefined): Record<string, unknown> { return JSON.parse(text ?? '{}') as Record<string, unknown>; }
