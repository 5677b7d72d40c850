import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { aws_kms as kms, RemovalPolicy } from 'aws-cdk-lib';
import { BackfillWorld, kept, type Seen } from './end-to-end-world';
import { BackfillSource, EncryptionBackfillJob, SecureBucket } from '../../src';
import { LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(300_000);

let cloud: LocalCloud;
let world: BackfillWorld;
let machine: string;
let bucket: string;
let keyArn: string;
let oldKeyArn: string;

const SSE_C = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 7).toString('base64') };

beforeAll(async () => {
  cloud = await LocalCloud.start();
  world = new BackfillWorld(cloud);
  oldKeyArn = await world.key();
  const { outputs } = await cloud.deploy((stack) => {
    const oldKey = kms.Key.fromKeyArn(stack, 'OldKey', oldKeyArn);
    const data = new SecureBucket(stack, 'Data', {
      allowAnyUploadEncryptionBecause: 'the test puts what was there before', allowSseCBecause: 'the test puts what was there before', removalPolicy: RemovalPolicy.RETAIN,
    });
    const job = new EncryptionBackfillJob(stack, 'Backfill', {
      bucket: data,
      sources: [BackfillSource.sseS3(), BackfillSource.kmsKey(oldKey), BackfillSource.unencrypted(), BackfillSource.dsse()],
    });
    return {
      machine: job.stateMachine.stateMachineArn,
      bucket: data.bucketName,
      key: data.encryptionKey!.keyArn,
      operations: job.operationsBucket.bucketName,
    };
  });
  ({ machine, bucket, key: keyArn } = outputs);
});
afterAll(async () => cloud?.stop());

describe('a bucket with versions', () => {
  let plan: Record<string, any>;
  const before = new Map<string, Seen>();
  let versionsBefore: string[];

  beforeAll(async () => {
    await world.put(bucket, 'sse-s3/a b+c.txt');
    await world.put(bucket, 'sse-s3/glacier', { StorageClass: 'GLACIER' });
    await world.put(bucket, 'old-key/ключ', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: oldKeyArn });
    await world.put(bucket, 'dsse/x', { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: keyArn });
    await world.put(bucket, 'done/x', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true });
    await world.put(bucket, 'sse-c/x', { ServerSideEncryption: undefined, ...SSE_C });
    await world.putUnencrypted(bucket, 'plain/standard, "quoted"');
    await world.putUnencrypted(bucket, 'plain/ia', { StorageClass: 'STANDARD_IA' });
    await world.putUnencrypted(bucket, 'plain/archived', { StorageClass: 'DEEP_ARCHIVE' });
    await world.put(bucket, 'many/x', { Body: 'first' });
    await world.put(bucket, 'many/x', { Body: 'second' });
    for (const key of ['sse-s3/a b+c.txt', 'sse-s3/glacier', 'old-key/ключ', 'dsse/x', 'plain/standard, "quoted"', 'plain/ia', 'many/x']) {
      before.set(key, await world.see(bucket, key));
    }
    versionsBefore = await world.versions(bucket);
    plan = await world.plan(machine);
  });

  test('a plan counts and prices, and writes nothing', async () => {
    expect(plan).toMatchObject({
      bucket, keyArn, versioned: true, nothingToDo: false, rewritten: { update: 4, copy: 4, multipartCopy: 0 }, exceptions: { 'sse-c': 1 },
    });
    expect(plan.cost.total).toBeGreaterThan(2);
    expect(await world.versions(bucket)).toEqual(versionsBefore);
    expect((await world.see(bucket, 'plain/ia')).encryption).toBeUndefined();
  });

  test('a run brings everything under the key, and loses nothing', async () => {
    const summary = await world.confirmed(machine, plan.planId);
    expect(summary).toMatchObject({
      verified: true, failed: 0, unexplained: 0, rewritten: { update: 4, copy: 3, multipartCopy: 0 }, exceptions: { 'archived': 1, 'sse-c': 1 }, leftVersions: 3,
    });
    for (const [key, was] of before) {
      const is = await world.see(bucket, key);
      expect({ key, ...kept(is), encryption: is.encryption, keyArn: is.keyArn, bucketKey: is.bucketKey })
        .toEqual({ key, ...kept(was), encryption: 'aws:kms', keyArn, bucketKey: true });
      if (!key.startsWith('plain') && !key.startsWith('dsse')) { expect([is.etag, is.modified]).toEqual([was.etag, was.modified]); }
    }
  });

  test('a second run writes nothing and says so', async () => {
    const versions = await world.versions(bucket);
    const again = await world.plan(machine);
    expect(again).toMatchObject({ rewritten: { update: 0, copy: 1 } }); // the archived one is what is left
    const summary = await world.confirmed(machine, again.planId);
    expect(summary).toMatchObject({ nothingWritten: true, verified: true });
    expect(await world.versions(bucket)).toEqual(versions);
    expect(summary.subject).toContain('nothing to do');
    await cloud.s3().send(new DeleteObjectCommand({ Bucket: bucket, Key: 'plain/archived' }));
    expect(await world.plan(machine)).toMatchObject({ nothingToDo: true });
  });
});
