import { Api, type Answer } from './api';
import { loadInterpreter } from './interpreter';
import type { Endpoints } from './services';
import { Identities } from '../service/identities';
import { LocalServer, type ServiceRequest, type ServiceResponse } from '../service/local-server';
import { ServiceError } from '../service/service-error';

/** Long enough to be seen to wait, and no longer. */
const LONGEST_WAIT_MILLISECONDS = 20;
const TARGET = 'AWSStepFunctions.';

export interface StepFunctionsOptions extends Omit<Endpoints, 'stepFunctions'> {
  /**
   * How long to wait instead, for Wait states and between retries, in milliseconds. TimeoutSeconds are kept.
   *
   * @default - as long as the machine says, but at most 20 milliseconds
   */
  readonly pace?: (milliseconds: number) => number;
}

/** A running local Step Functions. */
export interface LocalStepFunctions {
  readonly endpoint: string;
  /** Ends the server and all executions. Safe to call more than once. */
  stop(): Promise<void>;
}

/** Starts a local Step Functions that speaks the API of Standard workflows, and calls the local AWS with sessions of the machines' roles. */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<LocalStepFunctions> {
  const identities = new Identities(options);
  const interpreter = loadInterpreter({ pace: options.pace ?? ((milliseconds) => Math.min(milliseconds, LONGEST_WAIT_MILLISECONDS)) });
  let api: Api | undefined;
  const server = await LocalServer.start(async (request) => respond(request, api!));
  api = new Api({ endpoints: { ...options, stepFunctions: server.endpoint }, identities, interpreter });
  return {
    endpoint: server.endpoint,
    stop: async () => {
      api.stop();
      await server.stop();
      identities.close();
    },
  };
}

async function respond(request: ServiceRequest, api: Api): Promise<ServiceResponse> {
  const target = request.header('x-amz-target') ?? '';
  try {
    if (!target.startsWith(TARGET)) throw new ServiceError('UnknownOperationException', `X-Amz-Target must name an operation of Step Functions, got ${target || 'none'}`);
    const input = JSON.parse(request.body.toString('utf8') || '{}') as Record<string, unknown>;
    return json(200, await api.call(target.slice(TARGET.length), input, request.header('authorization')));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return json(error.status === 403 ? 400 : error.status, { __type: error.code, message: error.message });
  }
}

function json(status: number, body: Answer): ServiceResponse {
  return { status, headers: { 'Content-Type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}
