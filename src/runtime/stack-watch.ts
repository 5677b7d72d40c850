import { ListJobsCommand, type ListJobsCommandOutput, type S3ControlClient, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import { ListExecutionsCommand, type ListExecutionsCommandOutput, type SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';

export interface WatchProperties {
  readonly StateMachineArn: string;
  readonly AccountId: string;
  /** Tells one configuration from another. */
  readonly Configuration: string;
  /** What the descriptions of this construct's jobs begin with. */
  readonly JobDescription: string;
  /** The input of an execution to start; absent if nothing starts. */
  readonly Input?: string;
}

export interface WatchServices {
  readonly sfn: Pick<SFNClient, 'send'>;
  readonly control: Pick<S3ControlClient, 'send'>;
  log(line: object): void;
}

const ALIVE = ['New', 'Preparing', 'Suspended', 'Ready', 'Active', 'Pausing', 'Paused'] as const;
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const NAME_LENGTH = 80;

/** Starts what the deployment asked for, once for each configuration. Never waits for its end. */
export async function start({ StateMachineArn, Configuration, Input }: WatchProperties, { sfn, log }: WatchServices): Promise<string> {
  if (Input === undefined) { return 'nothing starts with a deployment'; }
  const name = `deploy-${Configuration}`.slice(0, NAME_LENGTH);
  try {
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: StateMachineArn, name, input: Input }));
    log({ message: 'started', executionArn });
    return `started ${name}`;
  } catch (error) {
    // The same name and another state: this configuration was started before.
    if ((error as Error).name !== 'ExecutionAlreadyExists') { throw error; }
    log({ message: 'started before', name });
    return `${name} was started before`;
  }
}

/** Ends the executions, and then every job that has not ended. What the jobs have done stays done. */
export async function end(properties: WatchProperties, services: WatchServices): Promise<string> {
  const executions = await stopExecutions(properties, services);
  const { cancelled, refused } = await cancelJobs(properties, services);
  if (refused.length > 0) {
    throw new Error(`jobs of S3 Batch Operations could not be cancelled, and go on: ${refused.join('; ')}. Cancel them in the console of S3, then delete the stack again`);
  }
  return `stopped ${executions} executions and cancelled ${cancelled} jobs`;
}

async function stopExecutions({ StateMachineArn }: WatchProperties, { sfn, log }: WatchServices): Promise<number> {
  let stopped = 0;
  let nextToken: string | undefined;
  do {
    let page: ListExecutionsCommandOutput;
    try {
      page = await sfn.send(new ListExecutionsCommand({ stateMachineArn: StateMachineArn, statusFilter: 'RUNNING', nextToken }));
    } catch (error) {
      if ((error as Error).name === 'StateMachineDoesNotExist') { return stopped; }
      throw error;
    }
    for (const { executionArn } of page.executions ?? []) {
      await sfn.send(new StopExecutionCommand({ executionArn, error: 'StackDeleted', cause: 'the stack of this state machine is being deleted' }));
      log({ message: 'stopped execution', executionArn });
      stopped++;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return stopped;
}

async function cancelJobs(properties: WatchProperties, { control, log }: WatchServices): Promise<{ cancelled: number; refused: string[] }> {
  const { AccountId, JobDescription } = properties;
  const refused: string[] = [];
  let cancelled = 0;
  let nextToken: string | undefined;
  do {
    const page: ListJobsCommandOutput = await control.send(new ListJobsCommand({
      AccountId, JobStatuses: [...ALIVE], MaxResults: 1000, NextToken: nextToken,
    }));
    for (const { JobId: jobId, Description: description, Status: status } of page.Jobs ?? []) {
      if (description?.startsWith(JobDescription) !== true) { continue; }
      try {
        await control.send(new UpdateJobStatusCommand({ AccountId, JobId: jobId, RequestedJobStatus: 'Cancelled', StatusUpdateReason: 'The stack of its backfill is deleted' }));
        log({ message: 'cancelled job', jobId, description, status });
        cancelled++;
      } catch (error) {
        const { name, message } = error as Error;
        // It ended in the meantime.
        if (name === 'JobStatusException' || name === 'NotFoundException' || name === 'NoSuchJob') { continue; }
        refused.push(`${jobId} (${name}: ${message})`);
      }
    }
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return { cancelled, refused };
}
