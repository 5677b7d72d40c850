import { setImmediate as turn } from 'node:timers/promises';
import type { StateMachine } from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import type { Definition } from './definition';
import type { EventLog } from './event-log';
import { History, MOST_EVENTS } from './history';
import { MOST_BYTES_BETWEEN_STATES } from './interpreter';
import { type Client, clientOf, type Endpoints } from './services';
import type { Integration } from './tasks';
import { type Identities, nameOfRole } from '../service/identities';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** The machine of an execution, as it was when it started. */
export interface StartedMachine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: Definition;
}

export interface ExecutionOptions {
  readonly arn: string;
  readonly name: string;
  /** JSON, as it was given. */
  readonly input: string;
  readonly machine: StartedMachine;
  readonly interpreter: typeof StateMachine;
  readonly endpoints: Endpoints;
  readonly identities: Identities;
}

/** One run of a state machine. It ends in a status and never throws. */
export class Execution {
  public status: Status = 'RUNNING';
  public readonly startDate = new Date();
  public stopDate?: Date;
  public output?: string;
  public error?: string;
  public cause?: string;
  public readonly history: History;
  /** Resolves when it has ended, however. */
  public readonly ended: Promise<void>;

  private readonly clients = new Map<string, Client>();
  private credentials?: ReturnType<Identities['session']>;
  private abort?: () => void;
  private finish?: () => void;

  constructor(public readonly options: ExecutionOptions) {
    this.ended = new Promise((resolve) => { this.finish = resolve; });
    this.history = new History(() => this.end('FAILED', TOO_LONG));
    this.history.add('ExecutionStarted', { executionStartedEventDetails: { input: options.input, inputDetails: { truncated: false }, roleArn: options.machine.roleArn } });
    this.run();
  }

  /** Ends it from outside, as StopExecution does. */
  public stop(error?: string, cause?: string): void {
    this.end('ABORTED', { error, cause });
  }

  private run(): void {
    const { interpreter: Machine, machine, input } = this.options;
    const parsed = JSON.parse(input) as never;
    const running = new Machine(machine.definition.document as never, { validationOptions: { noValidate: true } }).run(parsed, {
      context: this.context(parsed),
      overrides: { taskResourceLocalHandlers: this.handlers() as never },
    });
    this.abort = running.abort;
    const recorded = this.record(running.eventLogs as AsyncGenerator<EventLog>);
    running.result.then(
      async (result) => { await recorded; this.end('SUCCEEDED', { output: JSON.stringify(result) }); },
      async (error: Error) => {
        await recorded;
        if (error.name === 'ExecutionTimeoutError') this.end('TIMED_OUT', {});
        else this.end('FAILED', named(error.cause instanceof Error ? error.cause : error));
      },
    );
  }

  private async record(events: AsyncGenerator<EventLog>): Promise<void> {
    for await (const event of events) {
      if (this.status === 'RUNNING') this.history.record(event);
    }
  }

  /** @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
  private context(input: unknown): never {
    const { arn, name, machine } = this.options;
    return {
      Execution: { Id: arn, Input: input, Name: name, RoleArn: machine.roleArn, StartTime: this.startDate.toISOString(), RedriveCount: 0 },
      StateMachine: { Id: machine.arn, Name: machine.name },
    } as never;
  }

  private handlers(): Record<string, (parameters: unknown) => Promise<unknown>> {
    const { tasks } = this.options.machine.definition;
    return Object.fromEntries([...tasks].map(([name, integration]) => [name, async (parameters: unknown) => this.task(integration, parameters)]));
  }

  private async task(integration: Integration, parameters: unknown): Promise<unknown> {
    // The interpreter tells that the state was entered in a turn of its own.
    await turn();
    // After its end nothing more is called: on AWS there would be nobody left to call.
    if (this.status !== 'RUNNING') throw new Error('the execution has ended');
    const { machine, arn, endpoints, identities } = this.options;
    this.history.taskScheduled(integration, endpoints.region, parameters);
    try {
      const output = await integration.run(parameters, {
        account: endpoints,
        identities,
        roleName: nameOfRole(machine.roleArn),
        executionArn: arn,
        stateMachineArn: machine.arn,
        client: async (service) => this.client(service),
      });
      checkSize(integration, output);
      if (this.status === 'RUNNING') this.history.taskSucceeded(integration, output);
      return output;
    } catch (error) {
      if (this.status === 'RUNNING') this.history.taskFailed(integration, error as Error);
      throw error;
    }
  }

  private async client(service: string): Promise<Client> {
    const { machine, name, endpoints, identities } = this.options;
    this.credentials ??= identities.session(machine.roleArn, name);
    const credentials = await this.credentials;
    const client = this.clients.get(service) ?? clientOf(service, endpoints, credentials);
    this.clients.set(service, client);
    return client;
  }

  private end(status: Status, { output, error, cause }: { output?: string; error?: string; cause?: string }): void {
    if (this.status !== 'RUNNING') return;
    this.status = status;
    this.stopDate = new Date();
    [this.output, this.error, this.cause] = [output, error, cause];
    const details = output === undefined ? { error, cause } : { output, outputDetails: { truncated: false } };
    const [type, key] = EVENTS[status as keyof typeof EVENTS];
    this.history.add(type, { [key]: details });
    this.abort?.();
    for (const client of this.clients.values()) client.destroy();
    this.finish?.();
  }
}

const TOO_LONG = { error: 'States.Runtime', cause: `The execution reached the maximum number of history events (${MOST_EVENTS}).` };

const EVENTS = {
  SUCCEEDED: ['ExecutionSucceeded', 'executionSucceededEventDetails'],
  FAILED: ['ExecutionFailed', 'executionFailedEventDetails'],
  TIMED_OUT: ['ExecutionTimedOut', 'executionTimedOutEventDetails'],
  ABORTED: ['ExecutionAborted', 'executionAbortedEventDetails'],
} as const;

function named({ name, message }: Error): { error: string; cause: string } {
  return { error: name, cause: message };
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html (States.DataLimitExceeded) */
function checkSize({ resourceType, resource }: Integration, output: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(output) ?? '');
  if (bytes <= MOST_BYTES_BETWEEN_STATES) return;
  const message = `The state/task '${resourceType}:${resource}' returned a result with a size exceeding the maximum number of bytes service limit (${bytes} bytes)`;
  // States.ALL does not catch it.
  throw Object.assign(new Error(message), { name: 'States.DataLimitExceeded', isRetryable: false, isCatchable: false });
}
