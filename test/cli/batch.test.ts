import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type Ended, FakeIo, type FakeOptions, run } from './fake-io';
import { main } from '../../src/cli/command';
import { useMachines } from '../local-services/machines';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it makes names under localhost known to this process
require('../../emulator/localhost-dns.cjs');

const ACCOUNT = '123456789012';
const OBJECTS = 60;
const local = useMachines();
let keyArn: string;
let serial = 0;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });
  keyArn = (await local.cloud.kms().send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
});

const CONTROL = 'arn:aws:states:::aws-sdk:s3control';

/** A machine that plans what it is told, and makes and confirms one job when the plan is confirmed. */
async function machineFor(bucket: string, plan: object, endless = false): Promise<string> {
  const role = await local.cloud.role(`job-${bucket}`, 'batchoperations.s3.amazonaws.com', [{ Effect: 'Allow', Action: ['s3:*', 'kms:*'], Resource: '*' }]);
  const job = {
    AccountId: ACCOUNT,
    ClientRequestToken: `token-${bucket}`,
    ConfirmationRequired: true,
    Priority: 10,
    RoleArn: role,
    Operation: { S3UpdateObjectEncryption: { ObjectEncryption: { Ssekms: { KmsKeyArn: keyArn, BucketKeyEnabled: true } } } },
    Report: { Enabled: false },
    ManifestGenerator: {
      S3JobManifestGenerator: { SourceBucket: `arn:aws:s3:::${bucket}`, EnableManifestOutput: false, Filter: { MatchAnyObjectEncryption: [{ Sses3: {} }] } },
    },
  };
  const output = { ...plan, rewritten: { update: OBJECTS }, objects: OBJECTS };
  const definition = {
    StartAt: 'Mode',
    States: {
      Mode: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.mode', StringEquals: 'plan', Next: endless ? 'Slowly' : 'Planned' },
          { And: [{ Variable: '$.confirm', IsPresent: true }, { Variable: '$.confirm', StringEquals: 'plan-1' }], Next: 'Create' },
        ],
        Default: 'NotConfirmed',
      },
      ...(endless ? {
        Slowly: { Type: 'Wait', Seconds: 1, Next: 'Enough' }, Enough: { Type: 'Choice', Choices: [{ Variable: '$.enough', IsPresent: true, Next: 'Planned' }], Default: 'Slowly' },
      } : {}),
      Planned: { Type: 'Pass', Result: output, End: true },
      NotConfirmed: { Type: 'Fail', Error: 'NotConfirmed', Cause: 'the plan has to be confirmed' },
      Create: { Type: 'Task', Resource: `${CONTROL}:createJob`, Parameters: job, ResultPath: '$.job', Next: 'Wait' },
      Wait: { Type: 'Wait', Seconds: 1, Next: 'Describe' },
      Describe: {
        Type: 'Task',
        Resource: `${CONTROL}:describeJob`,
        Parameters: { 'AccountId': ACCOUNT, 'JobId.$': '$.job.JobId' },
        ResultSelector: { 'JobId.$': '$.Job.JobId', 'Status.$': '$.Job.Status' },
        ResultPath: '$.job',
        Next: 'Ended',
      },
      Ended: {
        Type: 'Choice',
        Choices: [{ Variable: '$.job.Status', StringEquals: 'Complete', Next: 'Summary' }, { Variable: '$.job.Status', StringEquals: 'Suspended', Next: 'Confirm' }],
        Default: 'Wait',
      },
      Confirm: {
        Type: 'Task', Resource: `${CONTROL}:updateJobStatus`, Parameters: { 'AccountId': ACCOUNT, 'JobId.$': '$.job.JobId', 'RequestedJobStatus': 'Ready' }, ResultPath: null, Next: 'Wait',
      },
      Summary: { Type: 'Pass', Result: { ...output, failed: 0 }, End: true },
    },
  };
  return local.machine(`machine-${bucket}`, definition);
}

async function bucketWith(objects: number): Promise<string> {
  serial += 1;
  const Bucket = `batch-${serial}`;
  const s3 = local.cloud.s3();
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (let number = 0; number < objects; number += 1) { await s3.send(new PutObjectCommand({ Bucket, Key: `k${number}`, Body: 'x' })); }
  return Bucket;
}

const env = (): Record<string, string> => ({
  AWS_ENDPOINT_URL_SFN: local.cloud.stepFunctions.endpoint,
  AWS_ENDPOINT_URL_S3_CONTROL: local.cloud.emulator.endpoint.replace('127.0.0.1', 'localhost'),
});
const argv = (bucket: string, machine: string, ...args: string[]): string[] =>
  ['backfill', '--engine', 'batch', '--state-machine', machine, '--bucket', bucket, '--key', keyArn, ...args];
const batch = async (bucket: string, machine: string, args: readonly string[], options: FakeOptions = {}): Promise<Ended> =>
  run(argv(bucket, machine, ...args), { env: env(), longestPause: 20, ...options });
const encryption = async (Bucket: string): Promise<string | undefined> =>
  (await local.cloud.s3().send(new HeadObjectCommand({ Bucket, Key: 'k7' }))).ServerSideEncryption;

test('--plan starts an execution, prints what it found, and nothing is written', async () => {
  const bucket = await bucketWith(8);
  const machine = await machineFor(bucket, { planId: 'plan-1', bucket, keyArn, cost: { total: 1.5, assumptions: 'list prices' }, exceptions: { locked: 2 } });
  const { code, out } = await batch(bucket, machine, ['--plan']);
  expect(code).toBe(0);
  expect(out).toMatch(/To re-encrypt +60/);
  expect(out).toMatch(/ {2}locked +2 /);
  expect(out).toContain('Cost of the run: $1.50\n  list prices');
  expect(out).toContain('The plan is plan-1.');
  const json = await batch(bucket, machine, ['--plan', '--json']);
  expect({ code: json.code, json: JSON.parse(json.out) as unknown }).toMatchObject({
    code: 0, json: { type: 'plan', engine: 'batch', complete: true, planId: 'plan-1', rewritten: { update: 60, copy: 0, multipartCopy: 0 }, status: 'SUCCEEDED' },
  });
  expect(await encryption(bucket)).toBe('AES256');
});

test('a run confirms the plan that was shown, and the bar is that of the jobs', async () => {
  const bucket = await bucketWith(OBJECTS);
  const machine = await machineFor(bucket, { planId: 'plan-1', bucket, keyArn });
  const no = await batch(bucket, machine, [], { answers: ['n'] });
  expect({ code: no.code, questions: no.io.questions }).toEqual({ code: 1, questions: [`Re-encrypt 60 objects in ${bucket}? [y/N] `] });
  expect(no.err).toMatch(/To re-encrypt +60/);
  expect(await encryption(bucket)).toBe('AES256');

  const yes = await batch(bucket, machine, [], { answers: ['y'] });
  expect({ code: yes.code, err: yes.err }).toMatchObject({ code: 0 });
  expect(yes.err).toMatch(/Re-encrypting \[=+\] 60 of 60 /);
  expect(yes.out).toMatch(/Re-encrypted +60/);
  expect(await encryption(bucket)).toBe('aws:kms');
});

test('--yes plans too, because a run needs the name of a plan', async () => {
  const bucket = await bucketWith(OBJECTS);
  const machine = await machineFor(bucket, { planId: 'plan-1', bucket, keyArn });
  const { code, out, io } = await batch(bucket, machine, ['--yes', '--json']);
  expect({ code, json: JSON.parse(out) as unknown }).toMatchObject({ code: 0, json: { type: 'summary', engine: 'batch', complete: true, stopped: null } });
  expect(io.jsonLines.at(-1)).toMatchObject({ type: 'progress', doing: 'Re-encrypting', objects: 60, total: 60, failed: 0, jobs: 1, tasks: 60 });
  expect(await encryption(bucket)).toBe('aws:kms');
});

test('an execution that is running is followed, not doubled', async () => {
  const bucket = await bucketWith(8);
  const machine = await machineFor(bucket, { planId: 'plan-1', bucket, keyArn }, true);
  const io = new FakeIo({ env: env(), longestPause: 20 });
  const first = main(argv(bucket, machine, '--plan', '--json'), io);
  const executions = async (): Promise<string[]> =>
    ((await local.cloud.sfn().send(new ListExecutionsCommand({ stateMachineArn: machine }))).executions ?? []).map(({ executionArn }) => executionArn ?? '');
  while ((await executions()).length === 0) { await new Promise((resolve) => setTimeout(resolve, 10)); }
  io.signal();
  expect(await first).toBe(1);
  expect(JSON.parse(io.out)).toMatchObject({ complete: false, status: 'RUNNING', stopped: { code: 'Interrupted' } });
  expect(io.err).toContain('The execution goes on without this command');

  const second = new FakeIo({ env: env(), longestPause: 20 });
  const following = main(argv(bucket, machine, '--plan', '--json'), second);
  while (!second.err.includes('Following the execution')) { await new Promise((resolve) => setTimeout(resolve, 10)); }
  expect(await executions()).toHaveLength(1);
  await local.cloud.sfn().send(new StopExecutionCommand({ executionArn: (await executions())[0], error: 'Enough', cause: 'for today' }));
  expect(await following).toBe(1);
  expect(second.err).toMatch(/ended with ABORTED: Enough for today/);
});

test.each<[string, (bucket: string) => object, RegExp]>([
  ['another bucket', () => ({ planId: 'plan-1', bucket: 'other' }), /--bucket is "batch-\d+", and the state machine was deployed for "other"/],
  ['another key', () => ({ planId: 'plan-1', keyArn: 'arn:other' }), /--key is arn:aws:kms.*deployed for arn:other/],
])('refuses a machine that was deployed for %s', async (_, plan, message) => {
  const bucket = await bucketWith(8);
  const { code, err } = await batch(bucket, await machineFor(bucket, plan(bucket)), ['--yes']);
  expect({ code, err }).toEqual({ code: 64, err: expect.stringMatching(message) as string });
  expect(await encryption(bucket)).toBe('AES256');
});

test.each<[string, object, RegExp]>([
  ['with something it does not understand', {}, /something that this version does not understand/],
  ['with a failure', { planId: 'plan-2' }, /ended with FAILED: NotConfirmed the plan has to be confirmed/],
])('an execution that ends %s is a failure', async (_, plan, message) => {
  const bucket = await bucketWith(8);
  const { code, err } = await batch(bucket, await machineFor(bucket, plan), ['--yes']);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(message) as string });
});

test('a machine that is not there is told in two lines', async () => {
  const { code, out, err } = await batch('data', `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:nobody`, ['--yes']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/StateMachineDoesNotExist.*\nLook at the spelling of --state-machine/);
});
