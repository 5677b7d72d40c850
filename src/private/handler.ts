import { join } from 'path';
import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ignoreInLint } from './lint';

/** Where the bundles are, seen from `lib/private` and from `src/private`. */
const BUNDLES = join(__dirname, '..', '..', 'assets');

export interface HandlerOptions {
  readonly description: string;
  readonly environment?: Record<string, string>;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly ephemeralStorageSize?: Size;
  readonly reservedConcurrentExecutions?: number;
}

/**
 * A function with a role and a log group of its own, and with no more rights than to write that log.
 *
 * @param bundle of `assets`, as `backfill/reencrypt`
 */
export function makeHandler(scope: Construct, id: string, bundle: string, options: HandlerOptions): lambda.Function {
  const logGroup = new logs.LogGroup(scope, `${id}Log`, { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN });
  const role = new iam.Role(scope, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description: options.description });
  logGroup.grantWrite(role);
  const handler = new lambda.Function(scope, id, {
    ...options,
    code: lambda.Code.fromAsset(join(BUNDLES, `${bundle}.lambda`)),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    role,
    logGroup,
    loggingFormat: lambda.LoggingFormat.JSON,
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN }, // a job that runs still calls it
  });
  ignoreInLint(handler, 'W3005'); // the CDK has it depend on its role, which it names as well
  return handler;
}
