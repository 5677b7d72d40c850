import { randomUUID } from 'node:crypto';
import type { StateMachine } from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import { readDefinition } from './definition';
import { Execution, type Status } from './execution';
import { MOST_BYTES_BETWEEN_STATES } from './interpreter';
import { Machine, type MachineSettings } from './machine';
import { page } from './paging';
import { partitionOf } from './permissions';
import type { Endpoints } from './services';
import { type Identities, nameOfRole } from '../service/identities';
import { ServiceError } from '../service/service-error';

export type Answer = Record<string, unknown>;
type Input = Readonly<Record<string, unknown>>;

interface Operation {
  /** What policies name. */
  readonly resource: (input: Input) => string;
  /** The members that are taken. Any other one is refused. */
  readonly takes: readonly string[];
  readonly run: (input: Input) => Answer | Promise<Answer>;
}

export interface ApiOptions {
  readonly endpoints: Endpoints;
  readonly identities: Identities;
  readonly interpreter: typeof StateMachine;
}

const LOG_DELIVERY = [
  'CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups',
];
const SETTINGS = ['definition', 'roleArn', 'loggingConfiguration', 'tracingConfiguration'];

/** @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html */
export class Api {
  private readonly machines = new Map<string, Machine>();
  private readonly executions = new Map<string, Execution>();
  private readonly operations: Readonly<Record<string, Operation>>;

  constructor(private readonly options: ApiOptions) {
    const ofMachine = ({ stateMachineArn }: Input) => text(stateMachineArn);
    const ofExecution = ({ executionArn }: Input) => text(executionArn);
    const ofResource = ({ resourceArn }: Input) => text(resourceArn);
    this.operations = {
      CreateStateMachine: { resource: ({ name }) => this.machineArn(text(name)), takes: ['name', 'type', 'tags', ...SETTINGS], run: async (input) => this.create(input) },
      UpdateStateMachine: { resource: ofMachine, takes: ['stateMachineArn', ...SETTINGS], run: async (input) => this.update(input) },
      DescribeStateMachine: { resource: ofMachine, takes: ['stateMachineArn'], run: (input) => this.machine(input.stateMachineArn).described() },
      DeleteStateMachine: { resource: ofMachine, takes: ['stateMachineArn'], run: (input) => this.delete(input) },
      ListStateMachines: { resource: () => '*', takes: ['maxResults', 'nextToken'], run: (input) => page('stateMachines', [...this.machines.values()].map((machine) => machine.listed()), input) },
      StartExecution: { resource: ofMachine, takes: ['stateMachineArn', 'name', 'input'], run: (input) => this.start(input) },
      DescribeExecution: { resource: ofExecution, takes: ['executionArn'], run: (input) => describe(this.execution(input.executionArn)) },
      StopExecution: { resource: ofExecution, takes: ['executionArn', 'error', 'cause'], run: (input) => this.stopExecution(input) },
      ListExecutions: { resource: ofMachine, takes: ['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken'], run: (input) => this.list(input) },
      GetExecutionHistory: { resource: ofExecution, takes: ['executionArn', 'maxResults', 'nextToken', 'reverseOrder', 'includeExecutionData'], run: (input) => this.history(input) },
      TagResource: { resource: ofResource, takes: ['resourceArn', 'tags'], run: (input) => this.machine(input.resourceArn).tag(input.tags as never) },
      UntagResource: { resource: ofResource, takes: ['resourceArn', 'tagKeys'], run: (input) => this.machine(input.resourceArn).untag(input.tagKeys as never) },
      ListTagsForResource: { resource: ofResource, takes: ['resourceArn'], run: (input) => ({ tags: this.machine(input.resourceArn).tags }) },
    };
  }

  public async call(name: string, input: Input, authorization: string | undefined): Promise<Answer> {
    const operation = Object.hasOwn(this.operations, name) ? this.operations[name] : undefined;
    if (operation === undefined) throw new ServiceError('UnknownOperationException', `the local Step Functions have no ${name}`, 501);
    const unknown = Object.keys(input).find((member) => !operation.takes.includes(member));
    if (unknown !== undefined) throw new ServiceError('ValidationException', `the local Step Functions do not take '${unknown}' of ${name}`);
    const role = await this.options.identities.roleOf(authorization);
    if (role !== undefined) await this.options.identities.require(role, { action: `states:${name}`, resource: operation.resource(input), context: {} });
    return operation.run(input);
  }

  /** Ends every execution. */
  public stop(): void {
    for (const execution of this.executions.values()) execution.stop('Local', 'the local Step Functions were stopped');
  }

  private async create(input: Input): Promise<Answer> {
    const name = text(input.name);
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
    if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/.test(name)) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
    if ((input.type ?? 'STANDARD') !== 'STANDARD') throw new ServiceError('ValidationException', `the local Step Functions run STANDARD workflows, got ${text(input.type)}`);
    const arn = this.machineArn(name);
    const settings = await this.checked(input, arn);
    const existing = this.machines.get(arn);
    if (existing !== undefined && !existing.isSame(settings)) throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    const machine = existing ?? new Machine(arn, name, settings, input.tags as never);
    this.machines.set(arn, machine);
    return { stateMachineArn: arn, creationDate: seconds(machine.creationDate) };
  }

  private async update(input: Input): Promise<Answer> {
    const machine = this.machine(input.stateMachineArn);
    const changes = Object.fromEntries(SETTINGS.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]));
    if (Object.keys(changes).length === 0) throw new ServiceError('MissingRequiredParameter', 'Either the definition, the role ARN, the logging or the tracing configuration must be specified');
    machine.change(await this.checked({ ...machine.settings, ...changes }, machine.arn));
    return { updateDate: seconds(machine.updateDate), revisionId: machine.revisionId };
  }

  private async checked(input: Input, arn: string): Promise<MachineSettings> {
    const definition = text(input.definition);
    const roleArn = text(input.roleArn);
    if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn)) throw new ServiceError('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
    const compiled = readDefinition(definition);
    if (!await this.options.identities.trusts(roleArn, 'states.amazonaws.com', arn)) {
      throw new ServiceError('AccessDeniedException', 'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.', 403);
    }
    await this.checkLogging(input.loggingConfiguration, roleArn);
    return { definition, compiled, roleArn, loggingConfiguration: input.loggingConfiguration, tracingConfiguration: input.tracingConfiguration };
  }

  /** @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html (IAM policies for logging) */
  private async checkLogging(configuration: unknown, roleArn: string): Promise<void> {
    const { level = 'OFF', destinations = [] } = (configuration ?? {}) as { level?: string; destinations?: readonly unknown[] };
    if (level === 'OFF') return;
    if (destinations.length !== 1) throw new ServiceError('InvalidLoggingConfiguration', 'Invalid Logging Configuration: Must specify exactly one Log Destination.');
    for (const action of LOG_DELIVERY) {
      try {
        await this.options.identities.require(nameOfRole(roleArn), { action: `logs:${action}`, resource: '*', context: {} });
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        throw new ServiceError('AccessDeniedException', `The state machine IAM Role is not authorized to access the Log Destination: it needs logs:${action}`, 403);
      }
    }
  }

  private delete({ stateMachineArn }: Input): Answer {
    const machine = this.machines.get(text(stateMachineArn));
    if (machine !== undefined) {
      this.machines.delete(machine.arn);
      // AWS lets them go on until their next state.
      for (const execution of this.of(machine.arn)) execution.stop(undefined, undefined);
    }
    return {};
  }

  private start(input: Input): Answer {
    const machine = this.machine(input.stateMachineArn);
    const name = input.name === undefined ? randomUUID() : text(input.name);
    if (!/^[\w.@-]{1,80}$/.test(name)) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
    const given = input.input === undefined ? '{}' : text(input.input);
    checkInput(given);
    const arn = this.executionArn(machine.name, name);
    const existing = this.executions.get(arn);
    if (existing !== undefined) {
      // The same start of an execution that still runs is answered as the first one was.
      if (existing.status === 'RUNNING' && existing.options.input === given) return started(existing);
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const { endpoints, identities, interpreter } = this.options;
    const execution = new Execution({
      arn,
      name,
      input: given,
      interpreter,
      endpoints,
      identities,
      machine: { arn: machine.arn, name: machine.name, roleArn: machine.settings.roleArn, definition: machine.settings.compiled },
    });
    this.executions.set(arn, execution);
    return started(execution);
  }

  private stopExecution({ executionArn, error, cause }: Input): Answer {
    const execution = this.execution(executionArn);
    execution.stop(error === undefined ? undefined : text(error), cause === undefined ? undefined : text(cause));
    return { stopDate: seconds(execution.stopDate!) };
  }

  private list(input: Input): Answer {
    const machine = this.machine(input.stateMachineArn);
    const wanted = this.of(machine.arn).filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter as Status).reverse();
    return page('executions', wanted.map((execution) => listed(execution)), input);
  }

  private history(input: Input): Answer {
    const { events } = this.execution(input.executionArn).history;
    return page('events', input.reverseOrder === true ? [...events].reverse() : events, input);
  }

  private of(stateMachineArn: string): Execution[] {
    return [...this.executions.values()].filter(({ options }) => options.machine.arn === stateMachineArn);
  }

  private machine(arn: unknown): Machine {
    const machine = this.machines.get(text(arn));
    if (machine === undefined) throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${text(arn)}'`);
    return machine;
  }

  private execution(arn: unknown): Execution {
    const execution = this.executions.get(text(arn));
    if (execution === undefined) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${text(arn)}'`);
    return execution;
  }

  private machineArn(name: string): string {
    const { region, account } = this.options.endpoints;
    return `arn:${partitionOf(region)}:states:${region}:${account}:stateMachine:${name}`;
  }

  private executionArn(machine: string, name: string): string {
    return `${this.machineArn(machine).replace(':stateMachine:', ':execution:')}:${name}`;
  }
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > MOST_BYTES_BETWEEN_STATES) throw new ServiceError('InvalidExecutionInput', `The input has more than ${MOST_BYTES_BETWEEN_STATES} bytes`);
  try {
    JSON.parse(input);
  } catch (error) {
    throw new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(error as Error).message}'`);
  }
}

function started({ options, startDate }: Execution): Answer {
  return { executionArn: options.arn, startDate: seconds(startDate) };
}

function listed({ options, startDate, stopDate, status }: Execution): Answer {
  return {
    executionArn: options.arn,
    stateMachineArn: options.machine.arn,
    name: options.name,
    status,
    startDate: seconds(startDate),
    ...stopDate && { stopDate: seconds(stopDate) },
    redriveCount: 0,
  };
}

function describe(execution: Execution): Answer {
  const { options, output, error, cause } = execution;
  return {
    ...listed(execution),
    input: options.input,
    inputDetails: { included: true },
    output,
    ...output !== undefined && { outputDetails: { included: true } },
    error,
    cause,
    redriveStatus: execution.status === 'RUNNING' || execution.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
  };
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new ServiceError('ValidationException', `a string was expected, got ${JSON.stringify(value) ?? 'nothing'}`);
  return value;
}
