import { setTimeout as sleep } from 'node:timers/promises';
import { FunctionHost, type FunctionHostOptions, LATEST } from './function-host';
import { Identities } from '../service/identities';
import { LocalServer, type ServiceRequest, type ServiceResponse } from '../service/local-server';
import { ServiceError } from '../service/service-error';

const MOST_BYTES = 6 * 1024 ** 2;
const MOST_BYTES_OF_AN_EVENT = 1024 ** 2;
/** Lambda tries an asynchronous invocation three times: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const TRIES = 3;

export interface LambdaOptions extends FunctionHostOptions {
  /**
   * How long an asynchronous invocation waits before it is tried again. Lambda waits a minute, then two.
   *
   * @default - 10 milliseconds
   */
  readonly retryMilliseconds?: number;
}

/** A running local Lambda. */
export interface LocalLambda {
  readonly endpoint: string;
  readonly host: FunctionHost;
  /** Ends the server and every process of a function. Safe to call more than once. */
  stop(): Promise<void>;
}

/** Starts a local Lambda that speaks the Invoke API; functions are added to its host. */
export async function startLambda(options: LambdaOptions): Promise<LocalLambda> {
  const host = new FunctionHost(options);
  const identities = new Identities(options);
  const server = await LocalServer.start(async (request) => {
    try {
      return await handle(request, host, identities, options.retryMilliseconds ?? 10);
    } catch (error) {
      if (error instanceof ServiceError) return refusal(error);
      throw error;
    }
  });
  host.setEndpoint('LAMBDA', server.endpoint);
  return {
    endpoint: server.endpoint,
    host,
    stop: async () => {
      await host.close();
      await server.stop();
      identities.close();
    },
  };
}

async function handle(request: ServiceRequest, host: FunctionHost, identities: Identities, retryMilliseconds: number): Promise<ServiceResponse> {
  const [, name, action] = /^\/2015-03-31\/functions\/([^/]+)\/(\w+)$/.exec(request.path) ?? [];
  if (request.method !== 'POST' || name === undefined || action !== 'invocations') {
    throw new ServiceError('NotImplemented', `the local Lambda has the Invoke API only, got ${request.method} ${request.path}`, 501);
  }
  const qualifier = request.query.get('Qualifier');
  const reference = decodeURIComponent(name) + (qualifier === null ? '' : `:${qualifier}`);
  if (request.header('X-Amz-Log-Type') === 'Tail') throw new ServiceError('InvalidParameterValueException', 'the local Lambda keeps no log for LogType Tail');
  const role = await identities.roleOf(request.header('authorization'));
  if (role !== undefined) await identities.require(role, { action: 'lambda:InvokeFunction', resource: resourceOf(reference, host), context: {} });
  if (host.find(reference) === undefined) throw new ServiceError('ResourceNotFoundException', `Function not found: ${reference}`, 404);

  const type = request.header('X-Amz-Invocation-Type') ?? 'RequestResponse';
  if (type === 'DryRun') return { status: 204 };
  const asynchronous = type === 'Event';
  if (!asynchronous && type !== 'RequestResponse') {
    throw new ServiceError('InvalidParameterValueException', `X-Amz-Invocation-Type must be RequestResponse, Event or DryRun, got ${type}`);
  }
  const most = asynchronous ? MOST_BYTES_OF_AN_EVENT : MOST_BYTES;
  if (request.body.length > most) {
    throw new ServiceError('RequestTooLargeException', `${request.body.length} byte payload is too large for the ${type} invocation type (limit ${most} bytes)`, 413);
  }
  const event = parse(request.body);
  if (asynchronous) {
    void deliver(host, reference, event, retryMilliseconds);
    return { status: 202 };
  }
  const outcome = await host.invoke(reference, event);
  const tooLarge = Buffer.byteLength(outcome.payload) > MOST_BYTES;
  const error = tooLarge ? 'Unhandled' : outcome.functionError;
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'X-Amz-Executed-Version': outcome.version, ...error !== undefined && { 'X-Amz-Function-Error': error } },
    body: tooLarge ? JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage: `Response payload size exceeded maximum allowed payload size (${MOST_BYTES} bytes).` })
      : outcome.payload,
  };
}

async function deliver(host: FunctionHost, reference: string, event: unknown, retryMilliseconds: number): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const outcome = await host.invoke(reference, event).catch((error: Error) => ({ functionError: error.name }));
    if (outcome.functionError === undefined) return;
    await sleep(retryMilliseconds);
  }
}

/** IAM knows a function by its ARN, with the version that the call names. */
function resourceOf(reference: string, host: FunctionHost): string {
  if (reference.startsWith('arn:')) return reference;
  const [, version = LATEST] = reference.split(':', 2);
  const arn = host.find(reference)?.arn ?? reference;
  return reference.includes(':') ? `${arn}:${version}` : arn;
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new ServiceError('InvalidRequestContentException', `Could not parse request body into json: ${(error as Error).message}`);
  }
}

function refusal(error: ServiceError): ServiceResponse {
  return {
    status: error.status,
    headers: { 'Content-Type': 'application/json', 'X-Amzn-ErrorType': error.code },
    body: JSON.stringify({ Type: 'User', Message: error.message, message: error.message }),
  };
}
