/**
 * Deploys the example to a local AWS, uses it as its users would, and proves what it promises.
 * Exits with 1 if anything is not as promised.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { App } from 'aws-cdk-lib';
import Table from 'cli-table3';
import { Actor, ADMINISTRATOR, administrator, inRole, Place } from './actors';
import { proveAlarms } from './alarms';
import { proveBackfill } from './backfill';
import type { Check } from './check';
import { filesBelow, LocalFile } from './files';
import { forEachParallel } from './parallel';
import { progress } from './progress';
import { attempts, tryIt } from './refusals';
import { detail, say } from './talk';
import { deployAssembly } from '../deployer/deploy';
import { startEmulator } from '../emulator/server';
import { DemoStack } from '../examples/demo/stack';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const FILES = 2200;
const WORKERS = 12;

/** What the stack says it made. */
interface Outputs {
  readonly BucketName: string;
  readonly KeyArn: string;
  readonly UploaderRoleArn: string;
  readonly ReaderRoleArn: string;
  readonly WriteOnlyRoleArn: string;
}

async function main(): Promise<number> {
  const started = Date.now();
  const work = mkdtempSync(join(tmpdir(), 'cdk-s3-encryption-demo-'));
  say('Starting the local AWS');
  const emulator = await startEmulator({ log: detail });
  const stop = () => { void emulator.stop().finally(() => { process.exitCode = 130; }); };
  process.once('SIGINT', stop);
  try {
    const place = { endpoint: emulator.endpoint, region: REGION };
    const outputs = await deploy(place, work);
    const actors = {
      administrator: administrator(place),
      uploader: await inRole(place, 'uploader', outputs.UploaderRoleArn),
      reader: await inRole(place, 'reader', outputs.ReaderRoleArn),
      writeOnly: await inRole(place, 'write-only', outputs.WriteOnlyRoleArn),
    };
    const checks = [...await prove(outputs, actors), ...await proveBackfill(place, ACCOUNT, work), ...await proveAlarms(place, ACCOUNT, work)];
    report(checks, started);
    return checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    process.off('SIGINT', stop);
    await emulator.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function deploy(place: Place, work: string): Promise<Outputs> {
  say('Synthesizing and deploying examples/demo');
  const app = new App({ outdir: join(work, 'cdk.out') });
  const stack = new DemoStack(app, 'Demo', { env: { account: ACCOUNT, region: REGION } });
  const deployment = await deployAssembly(app.synth().directory, {
    ...place,
    account: ACCOUNT,
    credentials: ADMINISTRATOR,
    log: ({ kind, logicalId, type }) => { if (kind === 'created') { detail(`${type} ${logicalId}`); } },
  });
  return deployment.outputs(stack.stackName) as unknown as Outputs;
}

async function prove(outputs: Outputs, actors: Record<'administrator' | 'uploader' | 'reader' | 'writeOnly', Actor>): Promise<Check[]> {
  const { BucketName: bucket, KeyArn: keyArn } = outputs;
  const files = filesBelow(dirname(require.resolve('aws-cdk-lib/package.json')), FILES);

  say(`Uploading ${files.length} files of aws-cdk-lib, ${megabytes(files)} MB, without any encryption header`);
  await each('uploaded', files, async (file) => {
    await actors.uploader.s3.send(new PutObjectCommand({
      Bucket: bucket, Key: `docs/${file.key}`, Body: createReadStream(file.path), ContentLength: file.bytes,
    }));
  });

  say('Reading back how S3 encrypted each of them');
  let asPromised = 0;
  await each('checked', files, async (file) => {
    const head = await actors.reader.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: `docs/${file.key}` }));
    const ok = head.ServerSideEncryption === 'aws:kms' && head.SSEKMSKeyId === keyArn
      && head.BucketKeyEnabled === true && head.ContentLength === file.bytes;
    if (ok) { asPromised += 1; }
  });

  const [first] = files;
  const existing = `docs/${first.key}`;
  const read = await actors.reader.s3.send(new GetObjectCommand({ Bucket: bucket, Key: existing }));
  const bytes = (await read.Body?.transformToByteArray())?.byteLength;
  const dropped = await outcome(() => actors.writeOnly.s3.send(new PutObjectCommand({
    Bucket: bucket, Key: 'drop/report.txt', Body: 'x', BucketKeyEnabled: false,
  })));
  const rotation = await actors.administrator.kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn }));

  say('Trying what must be refused');
  const refusals = [];
  for (const attempt of await attempts({ bucket, keyArn, existing, ...actors })) { refusals.push(await tryIt(attempt)); }

  return [
    { promise: `${files.length} uploads without headers are under the key, with a Bucket Key`, found: `${asPromised} are`, ok: asPromised === files.length },
    { promise: 'the reader reads them', found: `${bytes} of ${first.bytes} bytes`, ok: bytes === first.bytes },
    { promise: 'the write-only role uploads without kms:Decrypt', found: dropped, ok: dropped === 'done' },
    {
      promise: 'the key rotates every year',
      found: `${rotation.KeyRotationEnabled === true ? 'on' : 'off'}, every ${rotation.RotationPeriodInDays} days`,
      ok: rotation.KeyRotationEnabled === true && rotation.RotationPeriodInDays === 365,
    },
    ...refusals.map(({ what, expected, got, ok }) => ({
      promise: `refused: ${what}`, found: ok ? `by ${got}` : `${got}, expected ${expected}`, ok,
    })),
  ];
}

async function each(what: string, files: LocalFile[], work: (file: LocalFile) => Promise<void>): Promise<void> {
  const bar = progress(what, files.length);
  try {
    await forEachParallel(files, WORKERS, async (file) => {
      await work(file);
      bar.step();
    });
  } finally {
    bar.end();
  }
}

async function outcome(run: () => Promise<unknown>): Promise<string> {
  return run().then(() => 'done', (error: Error) => `${error.name}: ${error.message}`);
}

function report(checks: Check[], started: number): void {
  const table = new Table({ head: ['', 'Promise', 'Found'], style: process.stdout.isTTY ? {} : { head: [], border: [] } });
  for (const { promise, found, ok } of checks) { table.push([ok ? 'ok' : 'FAIL', promise, found]); }
  const failed = checks.filter(({ ok }) => !ok).length;
  console.log(`\n${table.toString()}`);
  console.log(`${checks.length - failed} of ${checks.length} promises hold. ${Math.round((Date.now() - started) / 1000)} s`);
}

function megabytes(files: LocalFile[]): string {
  return (files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1);
}

main().then((code) => { process.exitCode = code; }, (error: Error) => {
  console.error(error.stack ?? error.message);
  process.exitCode = 1;
});
