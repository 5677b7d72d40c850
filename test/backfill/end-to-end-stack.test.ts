import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { type JobListDescriptor, ListJobsCommand, S3ControlClient, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import { ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { aws_kms as kms, type Stack } from 'aws-cdk-lib';
import '../../emulator/localhost-dns.cjs';
import { BackfillWorld } from './end-to-end-world';
import { BackfillSource, BackfillTrigger, EncryptionBackfillJob, type EncryptionBackfillJobProps, SecureBucket } from '../../src';
import { LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(120_000);

let cloud: LocalCloud;
let world: BackfillWorld;
let control: S3ControlClient;
beforeAll(async () => {
  cloud = await LocalCloud.start();
  world = new BackfillWorld(cloud);
  control = new S3ControlClient({
    endpoint: cloud.emulator.endpoint.replace('127.0.0.1', 'localhost'), region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterEach(async () => world.settings({ taskPaceMilliseconds: 0 }));
afterAll(async () => {
  control?.destroy();
  await cloud?.stop();
});

async function deployed(props: (stack: Stack) => Partial<EncryptionBackfillJobProps> = () => ({})) {
  const { outputs, deployment } = await cloud.deploy((stack) => {
    const bucket = new SecureBucket(stack, 'Data', {
      encryptionKey: new kms.Key(stack, 'Key'), allowAnyUploadEncryptionBecause: 'the test puts what was there before',
    });
    const job = new EncryptionBackfillJob(stack, 'Backfill', { bucket, sources: [BackfillSource.sseS3()], ...props(stack) });
    const { stateMachine: { stateMachineArn: machine }, node: { addr: address } } = job;
    return { machine, bucket: bucket.bucketName, key: bucket.encryptionKey!.keyArn, account: stack.account, address };
  });
  return { ...outputs as { machine: string; bucket: string; key: string; account: string; address: string }, deployment };
}

/** By their descriptions, which name the construct. */
async function jobsOf({ account, address }: { account: string; address: string }): Promise<JobListDescriptor[]> {
  const { Jobs: jobs = [] } = await control.send(new ListJobsCommand({ AccountId: account, MaxResults: 1000 }));
  return jobs.filter(({ Description: description }) => description?.includes(address));
}

const executions = async (stateMachineArn: string) => (await cloud.sfn().send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];

/** Waits until something is so. */
async function until<T>(what: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const found = await what();
    if (found !== undefined) { return found; }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come to that within 30 seconds');
}

describe('a stack', () => {
  test('by default starts nothing', async () => {
    const made = await deployed();
    expect(await executions(made.machine)).toEqual([]);
    expect(await jobsOf(made)).toEqual([]);
  });

  test('that is told to plans once, and writes nothing', async () => {
    const made = await deployed(() => ({ trigger: BackfillTrigger.onDeploy() }));
    const [execution] = await executions(made.machine);
    expect(await cloud.settled(execution.executionArn!)).toMatchObject({ status: 'SUCCEEDED', input: expect.stringContaining('"plan"') });
    expect(await executions(made.machine)).toHaveLength(1);
  });

  test('that is deleted stops the run and cancels its jobs', async () => {
    const made = await deployed();
    for (let n = 0; n < 20; n++) { await world.put(made.bucket, `object-${n}`); }
    const plan = await world.plan(made.machine);
    await world.settings({ taskPaceMilliseconds: 300 });
    const { executionArn } = await cloud.sfn().send(new StartExecutionCommand({
      stateMachineArn: made.machine, input: JSON.stringify({ mode: 'run', confirm: plan.planId }),
    }));
    await until(async () => (await jobsOf(made)).find(({ Status: status }) => status === 'Active'));
    const planned = (await jobsOf(made)).filter(({ Status: status }) => !['Complete', 'Failed', 'Cancelled'].includes(status!));
    await made.deployment.destroy();
    const after = await jobsOf(made);
    for (const { JobId: id } of planned) {
      expect(await until(async () => after.concat(await jobsOf(made)).find((job) => job.JobId === id && job.Status === 'Cancelled'))).toBeDefined();
    }
    expect(executionArn).toBeDefined();
    // What was not reached is as it was: nothing is deleted, and nothing goes on.
    const encryptions = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await world.see(made.bucket, `object-${n}`)).encryption));
    expect(encryptions.filter((algorithm) => algorithm === 'AES256').length).toBeGreaterThan(0);
  });
});

test('a key that is disabled midway ends the run as unfinished; enabled again, a further one finishes and nothing is lost', async () => {
  const made = await deployed();
  const names = Array.from({ length: 12 }, (_, n) => `object-${n}`);
  for (const name of names) { await world.put(made.bucket, name); }
  const before = new Map(await Promise.all(names.map(async (name) => [name, (await world.see(made.bucket, name)).body] as const)));
  const plan = await world.plan(made.machine);
  await world.settings({ taskPaceMilliseconds: 150 });
  const { executionArn } = await cloud.sfn().send(new StartExecutionCommand({
    stateMachineArn: made.machine, input: JSON.stringify({ mode: 'run', confirm: plan.planId }),
  }));
  await until(async () => (await jobsOf(made)).find(({ ProgressSummary: progress }) => (progress?.NumberOfTasksSucceeded ?? 0) >= 2));
  await cloud.kms().send(new DisableKeyCommand({ KeyId: made.key }));
  await world.settings({ taskPaceMilliseconds: 0 });
  const ended = await cloud.settled(executionArn!);
  expect(ended.status).toBe('FAILED');
  expect(`${ended.error} ${ended.cause}`).toMatch(/KMS\.Disabled|disabled|BackfillUnfinished/i);

  await cloud.kms().send(new EnableKeyCommand({ KeyId: made.key }));
  const again = await world.plan(made.machine);
  expect(again.objects).toBeGreaterThan(0);
  expect(again.objects).toBeLessThan(names.length);
  expect(await world.confirmed(made.machine, again.planId)).toMatchObject({ verified: true });
  for (const name of names) {
    const seen = await world.see(made.bucket, name);
    expect([name, seen.keyArn, seen.body]).toEqual([name, made.key, before.get(name)]);
  }
});

describe('a run is refused before anything is written', () => {
  test('when somebody cancelled a job of its plan', async () => {
    const made = await deployed();
    await world.put(made.bucket, 'a');
    const plan = await world.plan(made.machine);
    for (const { JobId: id } of (await jobsOf(made)).filter(({ Status: status }) => status === 'Suspended')) {
      await control.send(new UpdateJobStatusCommand({ AccountId: made.account, JobId: id, RequestedJobStatus: 'Cancelled' }));
    }
    expect(await cloud.run(made.machine, { mode: 'run', confirm: plan.planId })).toMatchObject({
      status: 'FAILED', error: 'PlanUsedUp', cause: expect.stringContaining('start a new plan'),
    });
    expect((await world.see(made.bucket, 'a')).encryption).toBe('AES256');
  });

  test('when a source key cannot decrypt any more', async () => {
    const { KeyMetadata: old } = await cloud.kms().send(new CreateKeyCommand({}));
    const made = await deployed((stack) => ({ sources: [BackfillSource.kmsKey(kms.Key.fromKeyArn(stack, 'Old', old!.Arn!))] }));
    await cloud.kms().send(new DisableKeyCommand({ KeyId: old!.Arn! }));
    expect(await cloud.run(made.machine, { mode: 'plan' })).toMatchObject({
      status: 'FAILED', error: 'KeyUnusable', cause: expect.stringContaining(`the source key ${old!.Arn} is Disabled`),
    });
    expect(await jobsOf(made)).toEqual([]);
  });
});
