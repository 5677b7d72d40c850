import { DescribeJobCommand, type S3ControlClient } from '@aws-sdk/client-s3-control';
import {
  DescribeExecutionCommand, type DescribeExecutionCommandOutput, GetExecutionHistoryCommand, type HistoryEvent, ListExecutionsCommand,
  type SFNClient, StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Counters, MachineJobs } from './machine-jobs';

/** What an execution was started to do; anything that is not a plan writes. */
export type Mode = 'plan' | 'run';

/** An execution that has not ended. */
export interface Running {
  readonly executionArn: string;
  readonly mode: Mode;
  /** The plan that it confirms. */
  readonly planId?: string;
}

/** The state machine that EncryptionBackfillJob deployed, and the jobs that it made. */
export class Machine {
  private readonly jobs = new Map<string, { readonly jobs: MachineJobs; newest: number }>();

  constructor(public readonly arn: string, private readonly sfn: SFNClient, private readonly control: S3ControlClient) {}

  /** An execution that has not ended; two would do the same work twice. */
  public async running(): Promise<Running | undefined> {
    const { executions = [] } = await this.sfn.send(new ListExecutionsCommand({ stateMachineArn: this.arn, statusFilter: 'RUNNING', maxResults: 1 }));
    const executionArn = executions[0]?.executionArn;
    if (executionArn === undefined) { return undefined; }
    const { mode, confirm } = JSON.parse((await this.describe(executionArn)).input ?? '{}') as { mode?: unknown; confirm?: unknown };
    return { executionArn, mode: mode === 'plan' ? 'plan' : 'run', planId: typeof confirm === 'string' ? confirm : undefined };
  }

  public async start(input: object): Promise<string> {
    const { executionArn = '' } = await this.sfn.send(new StartExecutionCommand({ stateMachineArn: this.arn, input: JSON.stringify(input) }));
    return executionArn;
  }

  public async describe(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return this.sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  /** What a plan ended with: it has the name of the execution that made it. Undefined when Step Functions has forgotten it, after 90 days. */
  public async planNamed(planId: string): Promise<DescribeExecutionCommandOutput | undefined> {
    try {
      return await this.describe(`${this.arn.replace(':stateMachine:', ':execution:')}:${planId}`);
    } catch (error) {
      if (['ExecutionDoesNotExist', 'InvalidArn'].includes((error as Error).name)) { return undefined; }
      throw error;
    }
  }

  public async counters(executionArn: string, mode: Mode): Promise<Counters> {
    const jobs = await this.findJobs(executionArn);
    const AccountId = this.arn.split(':')[4];
    for (const JobId of jobs.open) { jobs.update(JobId, (await this.control.send(new DescribeJobCommand({ AccountId, JobId }))).Job); }
    return mode === 'plan' ? jobs.listed() : jobs.worked();
  }

  /** The history says which jobs there are, whatever the machine keeps in its state. Only what is new in it is read. */
  private async findJobs(executionArn: string): Promise<MachineJobs> {
    const known = this.jobs.get(executionArn) ?? { jobs: new MachineJobs(), newest: 0 };
    this.jobs.set(executionArn, known);
    const fresh: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page: { events?: HistoryEvent[]; nextToken?: string } = await this.sfn.send(new GetExecutionHistoryCommand({
        executionArn, reverseOrder: true, includeExecutionData: true, maxResults: 200, nextToken,
      }));
      const before = fresh.length;
      fresh.push(...(page.events ?? []).filter(({ id = 0 }) => id > known.newest));
      nextToken = fresh.length - before === page.events?.length ? page.nextToken : undefined;
    } while (nextToken !== undefined);
    for (const event of fresh.reverse()) { known.jobs.note(event); }
    known.newest = fresh.at(-1)?.id ?? known.newest;
    return known.jobs;
  }
}
