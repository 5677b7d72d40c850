import { checkTemplate, toRequest, toResult } from './model';
import { isProvable, needsOf } from './permissions';
import { type Client, type Operation, operationOf, SERVICES } from './services';
import { nameError, TaskError } from './task-errors';
import { type Identities, type LocalAccount } from '../service/identities';

/** What a task needs of the execution that it is part of. */
export interface TaskContext {
  readonly account: LocalAccount;
  readonly identities: Identities;
  readonly roleName: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** A client with a session of the machine's role. */
  client(service: string): Promise<Client>;
}

/** The work of one kind of Task state. */
export interface Integration {
  /** As the history shows it, such as `aws-sdk:s3` and `getObject`. */
  readonly resourceType: string;
  readonly resource: string;
  /** Throws if the parameters in the definition cannot be right. */
  check(parameters: unknown): void;
  run(parameters: unknown, context: TaskContext): Promise<unknown>;
}

const SDK = /^arn:[\w-]+:states:::aws-sdk:(\w+):(\w+)$/;
const OPTIMIZED = /^arn:[\w-]+:states:::((?:lambda|sns|events):\w+)$/;
const FUNCTION = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:/;

/** What a `Resource` stands for, or an error that says why it is refused. */
export function integrationOf(resource: string): Integration {
  const [, service, action] = SDK.exec(resource) ?? [];
  if (service !== undefined) return sdkIntegration(resource, service, action);
  const [, own] = OPTIMIZED.exec(resource) ?? [];
  if (own === 'lambda:invoke') return lambdaInvoke(resource);
  if (own === 'sns:publish') return snsPublish(resource);
  if (own === 'events:putEvents') return putEvents(resource);
  if (FUNCTION.test(resource)) return functionIntegration(resource);
  throw new Error(`The resource provided ${resource} is not recognized: the local Step Functions have aws-sdk integrations of ${Object.keys(SERVICES).join(', ')}, `
    + 'lambda:invoke, sns:publish, events:putEvents and functions, without .sync and .waitForTaskToken');
}

function sdkIntegration(resource: string, service: string, action: string): Integration {
  const operation = checkedOperation(resource, service, action);
  return {
    resourceType: `aws-sdk:${service}`,
    resource: action,
    check: (parameters) => checkTemplate(operation.input, parameters ?? {}),
    run: async (parameters, context) => call(service, action, operation, parameters, context),
  };
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
function lambdaInvoke(resource: string): Integration {
  const operation = checkedOperation(resource, 'lambda', 'invoke');
  return {
    resourceType: 'lambda',
    resource: 'invoke',
    check: (parameters) => checkTemplate(operation.input, parameters ?? {}),
    run: async (parameters, context) => {
      const { Payload: payload = {}, ...rest } = asRecord(parameters);
      const result = asRecord(await optimized('Lambda', 'AWSLambdaException', async () =>
        call('lambda', 'invoke', operation, { ...rest, Payload: JSON.stringify(payload) }, context)));
      const body = typeof result.Payload === 'string' && result.Payload !== '' ? JSON.parse(result.Payload) as unknown : null;
      if (result.FunctionError !== undefined) throw functionError(body);
      const { StatusCode: status } = result;
      return {
        ...result.ExecutedVersion !== undefined && { ExecutedVersion: result.ExecutedVersion },
        Payload: body,
        SdkHttpMetadata: { HttpStatusCode: status },
        SdkResponseMetadata: { RequestId: 'local' },
        StatusCode: status,
      };
    },
  };
}

function functionIntegration(arn: string): Integration {
  const { run } = lambdaInvoke(arn);
  return {
    resourceType: 'lambda',
    resource: arn,
    check: () => undefined,
    run: async (input, context) => asRecord(await run({ FunctionName: arn, Payload: input }, context)).Payload,
  };
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html */
function snsPublish(resource: string): Integration {
  const operation = checkedOperation(resource, 'sns', 'publish');
  return {
    resourceType: 'sns',
    resource: 'publish',
    check: (parameters) => checkTemplate(operation.input, withoutObject(parameters, 'Message')),
    run: async (parameters, context) => {
      const { Message: message, ...rest } = asRecord(parameters);
      // A message that is an object is sent as JSON.
      const text = message === undefined || typeof message === 'string' ? message : JSON.stringify(message);
      const result = asRecord(await optimized('SNS', 'AmazonSNSException', async () => call('sns', 'publish', operation, { ...rest, ...text !== undefined && { Message: text } }, context)));
      return { ...result, SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: { RequestId: 'local' } };
    },
  };
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html */
function putEvents(resource: string): Integration {
  const operation = checkedOperation(resource, 'eventbridge', 'putEvents');
  return {
    resourceType: 'events',
    resource: 'putEvents',
    check: (parameters) => {
      const { Entries: entries } = asRecord(parameters);
      checkTemplate(operation.input, { ...asRecord(parameters), Entries: Array.isArray(entries) ? entries.map((entry) => withoutObject(entry, 'Detail')) : entries });
    },
    run: async (parameters, context) => {
      const entries = asRecord(parameters).Entries;
      const sent = (Array.isArray(entries) ? entries : []).map((entry) => {
        const { Detail: detail, Resources: resources = [], ...rest } = asRecord(entry);
        return {
          ...rest,
          ...detail !== undefined && { Detail: typeof detail === 'string' ? detail : JSON.stringify(detail) },
          // Step Functions adds where the event came from.
          Resources: [...resources as unknown[], context.executionArn, context.stateMachineArn],
        };
      });
      const result = asRecord(await optimized('EventBridge', 'AmazonEventBridgeException', async () => call('eventbridge', 'putEvents', operation, { ...asRecord(parameters), Entries: sent }, context)));
      if (Number(result.FailedEntryCount) > 0) throw new TaskError('EventBridge.FailedEntry', JSON.stringify(result));
      return { ...result, SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: { RequestId: 'local' } };
    },
  };
}

async function call(name: string, action: string, operation: Operation, parameters: unknown, context: TaskContext): Promise<unknown> {
  const service = SERVICES[name];
  try {
    const given = asRecord(parameters);
    const input = toRequest(operation.input, given);
    if (!service.authorizes) {
      for (const asked of needsOf(name, action, given, context.account)) await context.identities.require(context.roleName, asked);
    }
    const client = await context.client(name);
    return await toResult(operation.output, await client.send(new operation.command(input)));
  } catch (error) {
    throw nameError(error, service, action);
  }
}

/** The older integrations name what the model of the service does not name otherwise. */
async function optimized(prefix: string, unnamed: string, run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof TaskError) || error.name.startsWith('States.')) throw error;
    const [own, exception] = error.name.split('.');
    throw new TaskError(`${prefix}.${exception === `${own}Exception` ? unnamed : exception}`, error.message);
  }
}

function functionError(body: unknown): TaskError {
  const { errorType } = asRecord(body);
  return new TaskError(typeof errorType === 'string' ? errorType : 'Lambda.Unknown', JSON.stringify(body));
}

function checkedOperation(resource: string, service: string, action: string): Operation {
  const known = Object.hasOwn(SERVICES, service) ? SERVICES[service] : undefined;
  const operation = known && operationOf(known, action);
  if (known === undefined || operation === undefined) {
    throw new Error(`The resource provided ${resource} is not recognized: ${known ? `${service} has no action ${action} (actions are in camelCase)`
      : `the local Step Functions call ${Object.keys(SERVICES).join(', ')}`}`);
  }
  if (!known.authorizes && !isProvable(service, action)) {
    throw new Error(`${resource} is refused: the local Step Functions cannot tell which permission it needs`);
  }
  return operation;
}

function withoutObject(parameters: unknown, key: string): unknown {
  return Object.fromEntries(Object.entries(asRecord(parameters)).map(([name, value]) => [name, name === key && typeof value === 'object' ? '' : value]));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : {};
}
