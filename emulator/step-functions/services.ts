import { Agent } from 'node:http';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as s3control from '@aws-sdk/client-s3-control';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import type { SchemaRef } from './model';
import type { Credentials, LocalAccount } from '../service/identities';

/** A client of the SDK, of whatever service. */
export interface Client {
  send(command: unknown): Promise<Record<string, unknown>>;
  destroy(): void;
}

type CommandClass = new (input: unknown) => unknown;

export interface ServiceOfSdk {
  /** The prefix of its errors: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html */
  readonly prefix: string;
  /** Whether the local AWS asks the policies itself; for the others the local Step Functions do. */
  readonly authorizes: boolean;
  readonly module: Readonly<Record<string, unknown>>;
  readonly client: new (config: object) => object;
}

export interface Endpoints extends LocalAccount {
  readonly lambda?: string;
  /** Its own address. */
  readonly stepFunctions: string;
}

/** The services that a state machine may call here, by their name in a resource ARN. */
export const SERVICES: Readonly<Record<string, ServiceOfSdk>> = {
  cloudwatch: { prefix: 'CloudWatch', authorizes: false, module: cloudwatch, client: cloudwatch.CloudWatchClient },
  eventbridge: { prefix: 'EventBridge', authorizes: false, module: eventbridge, client: eventbridge.EventBridgeClient },
  kms: { prefix: 'Kms', authorizes: true, module: kms, client: kms.KMSClient },
  lambda: { prefix: 'Lambda', authorizes: true, module: lambda, client: lambda.LambdaClient },
  s3: { prefix: 'S3', authorizes: true, module: s3, client: s3.S3Client },
  s3control: { prefix: 'S3Control', authorizes: true, module: s3control, client: s3control.S3ControlClient },
  sfn: { prefix: 'Sfn', authorizes: true, module: sfn, client: sfn.SFNClient },
  sns: { prefix: 'Sns', authorizes: false, module: sns, client: sns.SNSClient },
};

export interface Operation {
  readonly command: CommandClass;
  readonly input: SchemaRef;
  readonly output: SchemaRef;
}

/** An operation by its name in camelCase, or `undefined` if the service has none of that name. */
export function operationOf(service: ServiceOfSdk, action: string): Operation | undefined {
  if (!/^[a-z]/.test(action)) return undefined;
  const name = action.slice(0, 1).toUpperCase() + action.slice(1);
  const command = service.module[`${name}Command`];
  const schema = service.module[`${name}$`];
  if (typeof command !== 'function' || !Array.isArray(schema)) return undefined;
  return { command: command as CommandClass, input: schema[4], output: schema[5] };
}

/** A client that calls the local AWS with the credentials of a role. */
export function clientOf(name: string, endpoints: Endpoints, credentials: Credentials): Client {
  const { client: ServiceClient } = SERVICES[name];
  // Step Functions repeats nothing that a Retry does not ask for.
  const shared = { region: endpoints.region, credentials, maxAttempts: 1 };
  if (name === 'lambda') return new ServiceClient({ ...shared, endpoint: endpoints.lambda ?? endpoints.endpoint }) as Client;
  if (name === 'sfn') return new ServiceClient({ ...shared, endpoint: endpoints.stepFunctions }) as Client;
  if (name === 's3') return new ServiceClient({ ...shared, endpoint: endpoints.endpoint, forcePathStyle: true }) as Client;
  if (name !== 's3control') return new ServiceClient({ ...shared, endpoint: endpoints.endpoint }) as Client;
  // Its clients put the account before the host, which has to be a name then, and not every resolver knows that name.
  const httpAgent = new Agent({ keepAlive: true, lookup: (_, options, done) => options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4) });
  return new ServiceClient({ ...shared, endpoint: endpoints.endpoint.replace('//127.0.0.1', '//localhost'), requestHandler: { httpAgent } }) as Client;
}
