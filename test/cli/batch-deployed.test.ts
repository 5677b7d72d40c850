import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { HeadObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { aws_kms as kms, RemovalPolicy } from 'aws-cdk-lib';
import { type Ended, type FakeOptions, run } from './fake-io';
import { BackfillSource, EncryptionBackfillJob, SecureBucket } from '../../src';
import { LocalCloud } from '../local-services/local-cloud';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it makes names under localhost known to this process
require('../../emulator/localhost-dns.cjs');

jest.setTimeout(300_000);

const UPDATED = 40;
const COPIED = 6;
const SSE_C = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 7).toString('base64') };

let cloud: LocalCloud;
let bucket: string;
let keyArn: string;
let oldKeyArn: string;
let machineArn: string;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });
  cloud = await LocalCloud.start();
  oldKeyArn = (await cloud.kms().send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  const because = 'the test puts what was there before';
  const { outputs } = await cloud.deploy((stack) => {
    const data = new SecureBucket(stack, 'Data', { allowAnyUploadEncryptionBecause: because, allowSseCBecause: because, removalPolicy: RemovalPolicy.RETAIN });
    const job = new EncryptionBackfillJob(stack, 'Backfill', {
      bucket: data, sources: [BackfillSource.sseS3(), BackfillSource.kmsKey(kms.Key.fromKeyArn(stack, 'Old', oldKeyArn)), BackfillSource.unencrypted()],
    });
    return { machine: job.stateMachine.stateMachineArn, bucket: data.bucketName, key: data.encryptionKey!.keyArn };
  });
  ({ machine: machineArn, bucket, key: keyArn } = outputs);

  const s3 = cloud.s3();
  const put = async (Key: string, more: object = { ServerSideEncryption: 'AES256' }): Promise<unknown> =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `bytes of ${Key}`, Metadata: { owner: 'orders' }, ...more }));
  for (let number = 0; number < UPDATED; number += 1) { await put(`in place/${number}`); }
  for (let number = 0; number < COPIED; number += 1) {
    await put(`copy/${number}`);
    const { status } = await fetch(`${cloud.emulator.endpoint}/_s3truth/unencrypted`, { method: 'POST', body: JSON.stringify({ bucket, key: `copy/${number}` }) });
    expect(status).toBe(200);
  }
  await put('customer', SSE_C);
});
afterAll(async () => cloud?.stop());

const env = (): Record<string, string> => ({
  AWS_ENDPOINT_URL_SFN: cloud.stepFunctions.endpoint,
  AWS_ENDPOINT_URL_S3_CONTROL: cloud.emulator.endpoint.replace('127.0.0.1', 'localhost'),
});
const batch = async (args: readonly string[], options: FakeOptions = {}): Promise<Ended> =>
  run(['backfill', '--engine', 'batch', '--bucket', bucket, '--key', keyArn, ...args], { env: env(), longestPause: 20, ...options });
const encryption = async (Key: string): Promise<string | undefined> =>
  (await cloud.s3().send(new HeadObjectCommand({ Bucket: bucket, Key }))).ServerSideEncryption;
const versions = async (): Promise<(string | undefined)[]> =>
  ((await cloud.s3().send(new ListObjectVersionsCommand({ Bucket: bucket }))).Versions ?? []).map(({ Key, VersionId, ETag }) => `${Key} ${VersionId} ${ETag}`);

test('the machine that was deployed for the bucket is found', async () => {
  const { code, err, out } = await batch(['--plan']);
  expect({ code, err }).toMatchObject({ code: 0 });
  expect(err).toContain(`The state machine is ${machineArn}`);
  expect(out).toContain(`Plan for ${bucket}, by ${machineArn}`);
  expect(out).toMatch(new RegExp(`in place +${UPDATED} `));
  expect(out).toMatch(new RegExp(`by copy +${COPIED} `));
  expect(out).toMatch(/sse-c +1 /);
  expect(out).toMatch(/^Cost of the run: \$\d/m);
  expect(await encryption('in place/7')).toBe('AES256');

  const nobody = await run(['backfill', '--engine', 'batch', '--bucket', 'nobody', '--key', keyArn, '--plan'], { env: env() });
  expect({ code: nobody.code, err: nobody.err }).toEqual({ code: 64, err: expect.stringMatching(/no EncryptionBackfillJob for the bucket "nobody" in us-east-1: deploy one/) as string });
});

test('a plan in JSON does not know what a job does not know', async () => {
  const { code, out, io } = await batch(['--plan', '--json']);
  expect({ code, json: JSON.parse(out) as unknown }).toMatchObject({
    code: 0,
    json: { type: 'plan', objects: UPDATED + COPIED, bytes: null, rewritten: { update: UPDATED, copy: COPIED, multipartCopy: 0 }, leftVersions: COPIED, exceptions: { 'sse-c': 1 } },
  });
  // All that S3 has listed, the one that nobody can change with them.
  expect(io.jsonLines.filter(({ type }) => type === 'progress').at(-1)).toMatchObject({ doing: 'Planning', objects: UPDATED + COPIED + 1, failed: 0 });
});

test('a run confirms the plan, and its bar ends at what the plan has counted', async () => {
  const before = await versions();
  const { code, out, err, io } = await batch([], { answers: ['y'] });
  expect({ code, err }).toMatchObject({ code: 2 }); // the one under SSE-C needs somebody
  expect(io.questions).toEqual([`Re-encrypt ${UPDATED + COPIED} objects in ${bucket}? [y/N] `]);
  expect(err).toMatch(/\d+ copies leave the versions behind/);
  expect(err).toMatch(new RegExp(`Re-encrypting \\[=+\\] ${UPDATED + COPIED} of ${UPDATED + COPIED} · .*none failed`));
  expect(out).toMatch(new RegExp(`Re-encrypted +${UPDATED + COPIED}`));
  expect(out).toContain('Verified: S3 has counted again, and found none left to re-encrypt.');
  expect(out).toMatch(/^The summary is s3:\/\//m);
  expect(await encryption('in place/7')).toBe('aws:kms');
  expect(await encryption('copy/3')).toBe('aws:kms');
  expect(await versions()).toHaveLength(before.length + COPIED);
});

test('over a finished bucket nothing is written, and who asked for a run is told of what is left', async () => {
  const before = await versions();
  const { code, out } = await batch(['--yes', '--json']);
  expect({ code, json: JSON.parse(out) as unknown }).toMatchObject({ code: 2, json: { type: 'plan', rewritten: { update: 0, copy: 0 }, exceptions: { 'sse-c': 1 }, exitCode: 2 } });
  expect(await versions()).toEqual(before);
  expect((await batch(['--plan'])).code).toBe(0);
});

test('a run that somebody else has started is followed, with the total of its plan, if it is for this bucket and key', async () => {
  await cloud.s3().send(new PutObjectCommand({ Bucket: bucket, Key: 'late', Body: 'late', ServerSideEncryption: 'AES256' }));
  const { planId } = JSON.parse((await batch(['--plan', '--json'])).out) as { planId: string };
  const started = await cloud.sfn().send(new StartExecutionCommand({ stateMachineArn: machineArn, input: JSON.stringify({ mode: 'run', confirm: planId }) }));
  const refused = await run(['backfill', '--engine', 'batch', '--state-machine', machineArn, '--bucket', bucket, '--key', oldKeyArn, '--yes'], { env: env(), longestPause: 20 });
  expect({ code: refused.code, err: refused.err }).toEqual({ code: 64, err: expect.stringContaining(`--key is ${oldKeyArn}, and the state machine was deployed for ${keyArn}`) as string });
  const planned = await batch(['--plan']);
  expect({ code: planned.code, err: planned.err }).toEqual({ code: 1, err: expect.stringContaining('a run is on its way') as string });

  const { code, io, out } = await batch(['--yes', '--json']);
  expect({ code, json: JSON.parse(out) as unknown }).toMatchObject({ code: 2, json: { type: 'summary', executionArn: started.executionArn, rewritten: { update: 1 } } });
  expect(io.jsonLines.filter(({ type }) => type === 'progress').at(-1)).toMatchObject({ doing: 'Re-encrypting', objects: 1, total: 1, failed: 0, jobs: 1 });
  expect(await encryption('late')).toBe('aws:kms');
});
