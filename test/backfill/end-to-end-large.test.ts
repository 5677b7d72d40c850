import { HeadObjectCommand, PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { BackfillWorld } from './end-to-end-world';
import { BackfillSource, EncryptionBackfillJob, SecureBucket } from '../../src';
import { LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(180_000);

const SIX_GIGABYTES = 6 * 1024 ** 3;

let cloud: LocalCloud;
let world: BackfillWorld;
beforeAll(async () => {
  cloud = await LocalCloud.start();
  world = new BackfillWorld(cloud);
});
afterAll(async () => cloud?.stop());

test('what is too large for one copy is copied in parts, and what is locked is reported and left as it is', async () => {
  const { outputs: { machine, bucket, key } } = await cloud.deploy((stack) => {
    const data = new SecureBucket(stack, 'Data', { objectLockEnabled: true, allowAnyUploadEncryptionBecause: 'the test puts what was there before' });
    const job = new EncryptionBackfillJob(stack, 'Backfill', { bucket: data, sources: [BackfillSource.sseS3(), BackfillSource.unencrypted()] });
    return { machine: job.stateMachine.stateMachineArn, bucket: data.bucketName, key: data.encryptionKey!.keyArn };
  });
  await world.put(bucket, 'large', { StorageClass: 'STANDARD_IA' });
  await world.control('sparse', { bucket, key: 'large', size: SIX_GIGABYTES });
  await world.control('unencrypted', { bucket, key: 'large' });
  await world.put(bucket, 'held');
  await world.s3.send(new PutObjectLegalHoldCommand({ Bucket: bucket, Key: 'held', LegalHold: { Status: 'ON' } }));
  await world.put(bucket, 'free');
  const held = await world.see(bucket, 'held');

  const plan = await world.plan(machine);
  expect(plan).toMatchObject({ copyEngine: 'lambda', objects: 3 });
  const summary = await world.confirmed(machine, plan.planId);

  expect(summary).toMatchObject({ verified: true, exceptions: { locked: 1 }, bytesCopied: SIX_GIGABYTES });
  expect(summary.rewritten).toEqual({ update: 1, copy: 0, multipartCopy: 1 });
  expect(await world.see(bucket, 'held')).toEqual(held);
  expect((await world.see(bucket, 'free')).keyArn).toBe(key);
  expect(await world.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'large' }))).toMatchObject({
    ContentLength: SIX_GIGABYTES,
    SSEKMSKeyId: key,
    StorageClass: 'STANDARD_IA',
    CacheControl: 'max-age=60',
    TagCount: 2,
    Metadata: { owner: 'orders', path: 'large' },
  });
});
