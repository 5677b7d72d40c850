import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionDefinition } from '../../emulator/lambda/function-definition';
import { type LocalLambda, startLambda } from '../../emulator/lambda/server';
import { type Emulator, startEmulator } from '../../emulator/server';
import { type Credentials, Identities, ROOT } from '../../emulator/service/identities';

const ACCOUNT = { account: '123456789012', region: 'us-east-1' };
let aws: Emulator;
let lambda: LocalLambda;
let identities: Identities;
beforeAll(async () => {
  aws = await startEmulator();
  lambda = await startLambda({ endpoint: aws.endpoint, ...ACCOUNT });
  identities = new Identities({ endpoint: aws.endpoint, ...ACCOUNT });
});
afterAll(async () => {
  identities?.close();
  await lambda?.stop();
  await aws?.stop();
});

const client = (credentials: Credentials = ROOT) =>
  new LambdaClient({ endpoint: lambda.endpoint, region: ACCOUNT.region, credentials, maxAttempts: 1 });

async function role(name: string, ...actions: [action: string, resource: string][]): Promise<string> {
  const iam = new IAMClient({ endpoint: aws.endpoint, region: ACCOUNT.region, credentials: ROOT });
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  if (actions.length > 0) {
    const Statement = actions.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource }));
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  }
  return Role!.Arn!;
}

async function define(name: string, source: string, rest: Partial<FunctionDefinition> = {}): Promise<FunctionDefinition> {
  const directory = join(mkdtempSync(join(tmpdir(), 'lambda-')), name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'index.js'), source);
  const definition = {
    arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    name,
    directory,
    handler: 'index.handler',
    roleArn: rest.roleArn ?? await role(`${name}-role`),
    timeoutSeconds: 10,
    memoryMegabytes: 128,
    environment: {},
    ...rest,
  };
  lambda.host.add(definition);
  return definition;
}

async function invoke(name: string, payload: unknown = {}, rest: Partial<InvokeCommandInput> = {}, credentials?: Credentials) {
  const answer = await client(credentials).send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload), ...rest }));
  const text = answer.Payload?.transformToString() ?? '';
  return { status: answer.StatusCode, error: answer.FunctionError, version: answer.ExecutedVersion, payload: text === '' ? undefined : JSON.parse(text) };
}

/** Waits until the file of a function says what is wanted: what an asynchronous invocation did is seen nowhere else. */
async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > 10_000) throw new Error('it did not come to be within 10 seconds');
    await sleep(20);
  }
}

describe('Invoke', () => {
  test('runs the function with its environment, role, region and context', async () => {
    await define('hello', `
      const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
      exports.handler = async (event, context) => ({
        event, own: process.env.OWN, region: process.env.AWS_REGION, name: process.env.AWS_LAMBDA_FUNCTION_NAME, leaked: process.env.LEAK ?? null,
        arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 0,
        who: (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn,
      });`, { environment: { OWN: 'yes' } });
    process.env.LEAK = 'of the person who tests';
    expect(await invoke('hello', { a: [1] })).toEqual({
      status: 200,
      error: undefined,
      version: '$LATEST',
      payload: {
        event: { a: [1] },
        own: 'yes',
        region: 'us-east-1',
        name: 'hello',
        leaked: null,
        arn: 'arn:aws:lambda:us-east-1:123456789012:function:hello',
        left: true,
        who: expect.stringContaining(':assumed-role/hello-role/hello'),
      },
    });
  });

  test('takes a name, a partial ARN and an ARN, each with a version', async () => {
    const { arn } = await define('named', 'exports.handler = async (e, c) => c.invokedFunctionArn + " " + c.functionVersion;');
    expect(lambda.host.publish(arn)).toBe('1');
    expect(await invoke('named')).toMatchObject({ version: '$LATEST', payload: `${arn} $LATEST` });
    for (const name of [arn, '123456789012:function:named']) expect(await invoke(name)).toMatchObject({ version: '$LATEST' });
    for (const name of [`${arn}:1`, 'named:1']) expect(await invoke(name)).toMatchObject({ version: '1', payload: `${arn}:1 1` });
    expect(await invoke('named', {}, { Qualifier: '1' })).toMatchObject({ version: '1' });
    await expect(invoke('named:2')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(invoke('other')).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } });
  });

  test('keeps one process warm for hundreds of invocations', async () => {
    await define('warm', 'let calls = 0; exports.handler = async () => [process.pid, ++calls];');
    const answers: [number, number][] = [];
    for (let index = 0; index < 200; index += 1) answers.push((await invoke('warm')).payload);
    expect(new Set(answers.map(([pid]) => pid)).size).toBe(1);
    expect(answers.at(-1)![1]).toBe(200);
  });

  test('runs invocations at the same time in processes of their own, and refuses one above the reserved concurrency', async () => {
    await define('two', 'exports.handler = () => new Promise((done) => setTimeout(() => done(process.pid), 300));', { reservedConcurrency: 2 });
    const answers = await Promise.allSettled([invoke('two'), invoke('two'), invoke('two')]);
    const pids = answers.flatMap((answer) => answer.status === 'fulfilled' ? [answer.value.payload] : []);
    expect(new Set(pids).size).toBe(2);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } } });
  });

  test.each([
    ['throws', 'exports.handler = async () => { throw new TypeError("no"); };', { errorType: 'TypeError', errorMessage: 'no' }],
    ['throws before its first promise', 'exports.handler = () => { throw new RangeError("early"); };', { errorType: 'RangeError' }],
    ['calls back with an error', 'exports.handler = (e, c, callback) => { callback(new Error("back")); };', { errorMessage: 'back' }],
    ['throws what is no error', 'exports.handler = async () => { throw "text"; };', { errorType: 'string', errorMessage: 'text' }],
    ['takes too long', 'exports.handler = () => new Promise((done) => setTimeout(done, 60_000));',
      { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1.00 seconds$/) }],
    ['ends its process', 'exports.handler = async () => process.exit(3);', { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') }],
    ['does not load', 'nonsense(', { errorType: 'Runtime.UserCodeSyntaxError' }],
    ['needs what is not there', 'require("./missing");', { errorMessage: expect.stringContaining('./missing') }],
    ['has no such handler', 'exports.other = 1;', { errorType: 'Runtime.HandlerNotFound' }],
  ])('answers with a FunctionError if the function %s, and runs again', async (title, source, payload) => {
    const name = title.replace(/\W/g, '-');
    await define(name, source, { timeoutSeconds: 1 });
    for (const _ of [1, 2]) {
      expect(await invoke(name)).toMatchObject({ status: 200, error: 'Unhandled', payload });
    }
  });

  test.each([
    ['a callback', 'exports.handler = (e, c, callback) => { setTimeout(() => callback(null, "back"), 10); };', 'back'],
    ['nothing, when there is nothing more to do', 'exports.handler = () => { setTimeout(() => {}, 10); };', null],
    ['undefined', 'exports.handler = async () => undefined;', null],
  ])('takes an answer by %s', async (title, source, payload) => {
    const name = `by-${title.replace(/\W/g, '-')}`;
    await define(name, source);
    for (const _ of [1, 2]) expect(await invoke(name)).toMatchObject({ error: undefined, payload });
  });

  test('answers an Event at once, and tries it three times in all', async () => {
    const { directory } = await define('later', `
      const { appendFileSync } = require('node:fs');
      exports.handler = async (event) => { appendFileSync(__dirname + '/tries', event.text); if (event.fail) throw new Error('no'); };`);
    const tries = () => existsSync(join(directory, 'tries')) ? readFileSync(join(directory, 'tries'), 'utf8') : '';
    expect(await invoke('later', { text: 'a' }, { InvocationType: 'Event' })).toMatchObject({ status: 202, payload: undefined });
    await until(() => tries() === 'a');
    await invoke('later', { text: 'b', fail: true }, { InvocationType: 'Event' });
    await until(() => tries() === 'abbb');
    await sleep(200);
    expect(tries()).toBe('abbb');
  });

  test('refuses a payload that is too large', async () => {
    await define('large', 'exports.handler = async (n) => "x".repeat(n);');
    await expect(invoke('large', 'x'.repeat(6 * 1024 ** 2))).rejects.toMatchObject({ name: 'RequestTooLargeException' });
    await expect(invoke('large', 'x'.repeat(1024 ** 2), { InvocationType: 'Event' })).rejects.toMatchObject({ name: 'RequestTooLargeException' });
    expect(await invoke('large', 6 * 1024 ** 2)).toMatchObject({ error: 'Unhandled', payload: { errorType: 'Function.ResponseSizeTooLarge' } });
    expect((await invoke('large', 1000)).payload).toHaveLength(1000);
  });

  test('reaches buckets by the name of the host and S3 Control by the account, as on AWS', async () => {
    await define('names', `
      const { S3Client, CreateBucketCommand, PutObjectCommand } = require('@aws-sdk/client-s3');
      const { S3ControlClient, ListJobsCommand } = require('@aws-sdk/client-s3-control');
      exports.handler = async () => {
        await new S3Client({}).send(new CreateBucketCommand({ Bucket: 'by-host' }));
        await new S3Client({}).send(new PutObjectCommand({ Bucket: 'by-host', Key: 'k', Body: 'x' }));
        return (await new S3ControlClient({}).send(new ListJobsCommand({ AccountId: '123456789012' }))).Jobs;
      };`, { roleArn: await role('names-role', ['s3:*', '*']) });
    expect(await invoke('names')).toMatchObject({ error: undefined, payload: [] });
  });

  test('reaches other functions, if its role allows', async () => {
    const source = `
      const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
      exports.handler = async () => new TextDecoder().decode((await new LambdaClient({ maxAttempts: 1 }).send(new InvokeCommand({ FunctionName: 'inner' }))).Payload);`;
    const { arn } = await define('inner', 'exports.handler = async () => "inside";');
    await define('outer', source, { roleArn: await role('outer-role', ['lambda:InvokeFunction', arn]) });
    await define('outsider', source);
    expect(await invoke('outer')).toMatchObject({ payload: '"inside"' });
    expect(await invoke('outsider')).toMatchObject({ error: 'Unhandled', payload: { errorType: 'AccessDeniedException' } });
  });
});

describe('authorization', () => {
  test('asks the policies of the role whose session calls, for the ARN with its version', async () => {
    const { arn } = await define('guarded', 'exports.handler = async () => 1;');
    lambda.host.publish(arn);
    const allowed = await identities.session(await role('caller', ['lambda:InvokeFunction', arn]), 's');
    expect(await invoke('guarded', {}, {}, allowed)).toMatchObject({ payload: 1 });
    await expect(invoke('guarded:1', {}, {}, allowed)).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining(`${arn}:1`) });
    const stranger = await identities.session(await role('stranger'), 's');
    await expect(invoke('guarded', {}, {}, stranger)).rejects.toMatchObject({
      name: 'AccessDeniedException', message: expect.stringMatching(/assumed-role\/stranger.*not authorized to perform: lambda:InvokeFunction on resource: .*guarded/),
    });
  });
});

describe('the policy of a function', () => {
  test('says which service may invoke it, and for what', async () => {
    const { arn } = await define('permitted', '');
    const { host } = lambda;
    host.permit(arn, { id: 'a', action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com', sourceAccount: '123456789012' });
    expect(host.mayInvoke(arn, 'events.amazonaws.com', 'arn:any')).toBe(true);
    expect(host.mayInvoke(arn, 's3.amazonaws.com', 'arn:any')).toBe(false);
    host.forbid(arn, 'a');
    host.permit(arn, { id: 'b', action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com', sourceAccount: '999999999999' });
    host.permit(arn, { id: 'c', action: 'lambda:GetFunction', principal: 'events.amazonaws.com' });
    expect(host.mayInvoke(arn, 'events.amazonaws.com', 'arn:any')).toBe(false);
  });
});

describe('what is not the Invoke API', () => {
  test('is refused, and so is a log that nobody keeps', async () => {
    expect((await fetch(`${lambda.endpoint}/2015-03-31/functions/hello`)).status).toBe(501);
    await expect(invoke('hello', {}, { LogType: 'Tail' })).rejects.toThrow('keeps no log');
    await expect(invoke('hello', {}, { InvocationType: 'Sometimes' as 'Event' })).rejects.toThrow('X-Amz-Invocation-Type must be');
  });
});

describe('stop', () => {
  test('ends every process, by its id, also one that is busy', async () => {
    const own = await startLambda({ endpoint: aws.endpoint, ...ACCOUNT });
    const { directory } = await define('shared-code', 'exports.handler = (wait) => new Promise((done) => setTimeout(done, wait));');
    const roleArn = await role('own-role');
    own.host.add({ arn: 'arn:aws:lambda:us-east-1:123456789012:function:own', name: 'own', directory, handler: 'index.handler', roleArn, timeoutSeconds: 60, memoryMegabytes: 128, environment: {} });
    await own.host.invoke('own', 0);
    const busy = own.host.invoke('own', 50_000);
    const alsoBusy = own.host.invoke('own', 50_000);
    await until(() => own.host.pids().length === 2);
    const pids = own.host.pids();
    await own.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    await expect(busy).resolves.toMatchObject({ functionError: 'Unhandled' });
    await expect(alsoBusy).resolves.toMatchObject({ functionError: 'Unhandled' });
    await own.stop();
  });

  test('also ends a process that was about to start', async () => {
    const own = await startLambda({ endpoint: aws.endpoint, ...ACCOUNT });
    const definition = await define('starting', 'exports.handler = () => new Promise((done) => setTimeout(done, 20_000));');
    own.host.add(definition);
    const invocation = own.host.invoke(definition.arn, {});
    await own.stop();
    // It does not get the time that its function has.
    await Promise.race([invocation.catch(() => undefined), sleep(5000, undefined, { ref: false })]);
    expect(own.host.pids()).toEqual([]);
    await expect(own.host.invoke(definition.arn, {})).rejects.toThrow('the local Lambda has been stopped');
  });
});
