import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Credentials } from '../clients';
import type { ResourceContext } from '../resource';
import type { StoredFunction } from './function-store';
import { type CustomResourceResponse, ResponseListener } from './response-listener';

/** The last lines of what a handler printed, for the message of an error. */
const OUTPUT_TAIL = 2000;
const LATE_RESPONSE_MILLISECONDS = 100;
const GRACE_MILLISECONDS = 2000;

/**
 * Calls a function as CloudFormation does: with an event that holds a ResponseURL, waiting for what is put there.
 *
 * The code runs in a Node process of its own, with the credentials of the function's role.
 */
export async function invoke(
  stored: StoredFunction, event: Record<string, unknown>, timeoutSeconds: number, context: ResourceContext,
): Promise<CustomResourceResponse> {
  const listener = await ResponseListener.open();
  const milliseconds = Math.min(timeoutSeconds, stored.timeoutSeconds) * 1000;
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${stored.memoryMegabytes}`, join(__dirname, 'runner.cjs'), stored.directory, stored.handler, stored.arn],
    { env: environment(stored, await assumeRole(stored, context), context), stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let output = '';
  const keep = (chunk: Buffer) => { output = (output + chunk.toString('utf8')).slice(-OUTPUT_TAIL); };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done));
  ended.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    // A child that dies early closes its stdin; its exit says more than the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify({ event: { ...event, ResponseURL: listener.url }, deadline: Date.now() + milliseconds }));
    const response = await Promise.race([
      listener.response,
      ended.then(async (code) => {
        // What the handler sent last may still be on its way when its process has ended.
        await sleep(LATE_RESPONSE_MILLISECONDS);
        throw new Error(`the handler ended with exit code ${code} and sent no response to its ResponseURL; its last output:\n${output}`);
      }),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`the handler sent no response within ${milliseconds / 1000} s; its last output:\n${output}`)), milliseconds);
      }),
    ]);
    await end(child, ended);
    return response;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
    await listener.close();
  }
}

/** Lets the handler finish what it does after its response, but not for ever. */
async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const stop = setTimeout(() => child.kill('SIGKILL'), GRACE_MILLISECONDS);
  await ended;
  clearTimeout(stop);
}

async function assumeRole(stored: StoredFunction, context: ResourceContext): Promise<Credentials> {
  const { Credentials: assumed } = await context.clients.sts.send(new AssumeRoleCommand({ RoleArn: stored.roleArn, RoleSessionName: stored.name }));
  if (!assumed?.AccessKeyId || !assumed.SecretAccessKey) throw new Error(`the endpoint gave no credentials for ${stored.roleArn}`);
  return { accessKeyId: assumed.AccessKeyId, secretAccessKey: assumed.SecretAccessKey, sessionToken: assumed.SessionToken };
}

/** Nothing of this process leaks in: neither a profile nor a proxy of the person who deploys. */
function environment(stored: StoredFunction, credentials: Credentials, context: ResourceContext): NodeJS.ProcessEnv {
  return {
    ...stored.environment,
    PATH: process.env.PATH,
    // The Lambda runtimes of Node hold the SDK, and handlers that CDK bundles rely on it.
    NODE_PATH: sdkDirectory(),
    AWS_ENDPOINT_URL: context.endpoint,
    AWS_REGION: context.env.region,
    AWS_DEFAULT_REGION: context.env.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_LAMBDA_FUNCTION_NAME: stored.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(stored.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${stored.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  };
}

function sdkDirectory(): string {
  return resolve(dirname(require.resolve('@aws-sdk/client-s3/package.json')), '..', '..');
}
