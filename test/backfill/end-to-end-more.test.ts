import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { PutBucketEncryptionCommand, PutBucketPolicyCommand, GetBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { aws_kms as kms, aws_s3 as s3, aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { BackfillWorld, kept, succeeded } from './end-to-end-world';
import { BackfillSource, EncryptionBackfillJob, type EncryptionBackfillJobProps, RotatingS3Key, SecureBucket } from '../../src';
import { LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(300_000);

let cloud: LocalCloud;
let world: BackfillWorld;
let oldKey: string;

beforeAll(async () => {
  cloud = await LocalCloud.start();
  world = new BackfillWorld(cloud);
  oldKey = await world.key();
});
afterAll(async () => cloud?.stop());
afterEach(async () => world.settings({ generatorVersions: 'current', reportColumns: 'schema', emptyManifest: 'failed', notFoundCode: 'NoSuchJob', taskPaceMilliseconds: 0 }));

interface Made { readonly machine: string; readonly bucket: string; readonly key: string; readonly operations: string }

const anyBucket = (stack: Stack) => new SecureBucket(stack, 'Data', { allowAnyUploadEncryptionBecause: 'the test puts what was there before' });

async function deployed(props: (stack: Stack) => Partial<EncryptionBackfillJobProps> = () => ({})): Promise<Made> {
  const { outputs } = await cloud.deploy((stack) => {
    const more = props(stack);
    const bucket = more.bucket ?? anyBucket(stack);
    const job = new EncryptionBackfillJob(stack, 'Backfill', { sources: [BackfillSource.sseS3(), BackfillSource.unencrypted()], ...more, bucket });
    return {
      machine: job.stateMachine.stateMachineArn,
      bucket: bucket.bucketName,
      key: (more.encryptionKey ?? bucket.encryptionKey!).keyArn,
      operations: job.operationsBucket.bucketName,
    };
  });
  return outputs as unknown as Made;
}

describe('a bucket without versions', () => {
  let made: Made;
  beforeAll(async () => {
    made = await deployed((stack) => {
      const key = new RotatingS3Key(stack, 'Key');
      return { bucket: new s3.Bucket(stack, 'Plain', { encryption: s3.BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true, objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED, removalPolicy: RemovalPolicy.RETAIN }) };
    });
  });

  test('is copied by S3, class by class, and loses nothing', async () => {
    const classes = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'] as const;
    for (const StorageClass of classes) { await world.putUnencrypted(made.bucket, `plain/${StorageClass}`, { StorageClass }); }
    await world.putUnencrypted(made.bucket, 'plain/archived', { StorageClass: 'GLACIER' });
    const before = new Map(await Promise.all(classes.map(async (name) => [name, await world.see(made.bucket, `plain/${name}`)] as const)));
    const plan = await world.plan(made.machine);
    expect(plan).toMatchObject({ versioned: false, copyEngine: 'batch', rewritten: { copy: 5 }, exceptions: { archived: 1 }, leftVersions: 0 });
    expect(plan.warnings.join()).toContain('may be lost');
    expect(await world.confirmed(made.machine, plan.planId)).toMatchObject({
      verified: true,
      rewritten: { copy: 5 },
      exceptions: { archived: 1 },
      leftVersions: 0,
    });
    for (const [name, was] of before) {
      const is = await world.see(made.bucket, `plain/${name}`);
      expect({ ...kept(is), keyArn: is.keyArn, bucketKey: is.bucketKey }).toEqual({ ...kept(was), keyArn: made.key, bucketKey: true });
    }
  });

  test('with another default is copied by the function, under the target all the same', async () => {
    await world.s3.send(new PutBucketEncryptionCommand({
      Bucket: made.bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    }));
    await world.putUnencrypted(made.bucket, 'plain/other');
    const plan = await world.plan(made.machine);
    expect(plan.copyEngine).toBe('lambda');
    expect(await world.confirmed(made.machine, plan.planId)).toMatchObject({ verified: true, rewritten: { copy: 1 } });
    expect((await world.see(made.bucket, 'plain/other')).keyArn).toBe(made.key);
  });
});

describe('what S3 does not document', () => {
  // Both readings of each question in docs/unverified.md.
  test.each([
    ['lists of current versions, columns as in the schema', { generatorVersions: 'current', reportColumns: 'schema', emptyManifest: 'failed' }],
    ['lists of all versions, columns as in the examples, an empty list that is complete', { generatorVersions: 'all', reportColumns: 'example', emptyManifest: 'complete', notFoundCode: 'NotFoundException' }],
  ])('%s: nothing old becomes current', async (_, settings) => {
    await world.settings(settings);
    const made = await deployed();
    await world.putUnencrypted(made.bucket, 'twice', { Body: 'old' });
    await world.put(made.bucket, 'twice', { Body: 'new', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: made.key, BucketKeyEnabled: true });
    await world.putUnencrypted(made.bucket, 'meanwhile', { Body: 'planned' });
    const current = await world.see(made.bucket, 'twice');
    const plan = await world.plan(made.machine);
    await world.put(made.bucket, 'meanwhile', { Body: 'newer', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: made.key, BucketKeyEnabled: true });
    const newer = await world.see(made.bucket, 'meanwhile');
    await cloud.run(made.machine, { mode: 'run', confirm: plan.planId });
    expect(await world.see(made.bucket, 'twice')).toEqual(current);
    expect(await world.see(made.bucket, 'meanwhile')).toEqual(newer);
  });
});

describe('a run', () => {
  test('needs a plan, and one of this configuration', async () => {
    const made = await deployed();
    expect(await cloud.run(made.machine, {})).toMatchObject({ status: 'FAILED', error: 'InputUnknown' });
    expect(await cloud.run(made.machine, { mode: 'run' })).toMatchObject({ status: 'FAILED', error: 'ConfirmationMissing' });
    expect(await cloud.run(made.machine, { mode: 'run', confirm: 'made-up' })).toMatchObject({ status: 'FAILED', error: 'PlanUnknown', cause: expect.stringContaining('"made-up"') });
    expect(await cloud.run(made.machine, { mode: 'run-without-confirmation' })).toMatchObject({ status: 'FAILED', error: 'InputUnknown' });
    await world.s3.send(new PutObjectCommand({ Bucket: made.operations, Key: 'plans/old.json', Body: JSON.stringify({ planId: 'old', configuration: 'another', jobs: [] }) }));
    expect(await cloud.run(made.machine, { mode: 'run', confirm: 'old' })).toMatchObject({ status: 'FAILED', error: 'PlanOutdated' });
  });

  test('that is repeated makes no second job and writes nothing more', async () => {
    const made = await deployed();
    await world.putUnencrypted(made.bucket, 'a');
    const plan = await world.plan(made.machine);
    await world.confirmed(made.machine, plan.planId);
    const versions = await world.versions(made.bucket);
    await world.confirmed(made.machine, plan.planId);
    expect(await world.versions(made.bucket)).toEqual(versions);
  });

  test('with a disabled key writes nothing and says so; enabled again, it finishes', async () => {
    // A key of its own: a RotatingS3Key that is in use cannot be disabled.
    const made = await deployed((stack) => ({
      bucket: new SecureBucket(stack, 'Plainly', { encryptionKey: new kms.Key(stack, 'Key'), allowAnyUploadEncryptionBecause: 'the test puts what was there before' }),
    }));
    await world.put(made.bucket, 'a');
    const plan = await world.plan(made.machine);
    const KeyId = made.key;
    await cloud.kms().send(new DisableKeyCommand({ KeyId }));
    expect(await cloud.run(made.machine, { mode: 'run', confirm: plan.planId })).toMatchObject({ status: 'FAILED', error: 'KeyUnusable', cause: expect.stringContaining('Disabled') });
    expect((await world.see(made.bucket, 'a')).encryption).toBe('AES256');
    await cloud.kms().send(new EnableKeyCommand({ KeyId }));
    expect(await world.confirmed(made.machine, plan.planId)).toMatchObject({ verified: true, rewritten: { update: 1 } });
  });

  test('under a policy that refuses some objects ends as unfinished, and a further one finishes', async () => {
    const made = await deployed();
    await world.put(made.bucket, 'good/a');
    await world.put(made.bucket, 'bad/b');
    const { Policy = '' } = await world.s3.send(new GetBucketPolicyCommand({ Bucket: made.bucket }));
    const policy = JSON.parse(Policy) as { Statement: object[] };
    const refusing = { ...policy, Statement: [...policy.Statement, { Effect: 'Deny', Principal: '*', Action: 's3:UpdateObjectEncryption', Resource: `arn:aws:s3:::${made.bucket}/bad/*` }] };
    await world.s3.send(new PutBucketPolicyCommand({ Bucket: made.bucket, Policy: JSON.stringify(refusing) }));
    const plan = await world.plan(made.machine);
    expect(await cloud.run(made.machine, { mode: 'run', confirm: plan.planId })).toMatchObject({ status: 'FAILED', error: 'BackfillUnfinished', cause: expect.stringContaining('summaries/') });
    expect((await world.see(made.bucket, 'good/a')).keyArn).toBe(made.key);
    await world.s3.send(new PutBucketPolicyCommand({ Bucket: made.bucket, Policy }));
    const next = await world.plan(made.machine);
    expect(next.rewritten.update).toBe(1);
    expect(await world.confirmed(made.machine, next.planId)).toMatchObject({ verified: true, rewritten: { update: 1 } });
  });

  test('copies what has become another kind of object since it was planned', async () => {
    const made = await deployed((stack) => ({ sources: [BackfillSource.sseS3(), BackfillSource.dsse()], bucket: new SecureBucket(stack, 'Scratch', { allowAnyUploadEncryptionBecause: 'test', allowUnversionedBecause: 'test' }) }));
    await world.put(made.bucket, 'changing');
    const plan = await world.plan(made.machine);
    await world.put(made.bucket, 'changing', { Body: 'x', ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: made.key });
    expect(await world.confirmed(made.machine, plan.planId)).toMatchObject({ verified: true, rewritten: { copy: 1 } });
    expect((await world.see(made.bucket, 'changing')).encryption).toBe('aws:kms');
  });
});

test('noncurrent versions by choice: updated in place, and those that need a copy are reported', async () => {
  const made = await deployed(() => ({ noncurrentVersions: true }));
  const old = await world.put(made.bucket, 'k', { Body: 'old' });
  await world.put(made.bucket, 'k', { Body: 'new' });
  const plain = await world.putUnencrypted(made.bucket, 'p', { Body: 'old' });
  await world.put(made.bucket, 'p', { Body: 'new' });
  const versions = await world.versions(made.bucket);
  const plan = await world.plan(made.machine);
  const summary = succeeded(await cloud.run(made.machine, { mode: 'run', confirm: plan.planId }));
  expect(summary).toMatchObject({ verified: true, exceptions: { 'noncurrent-needs-copy': 1 } });
  expect((await world.see(made.bucket, 'k', old)).keyArn).toBe(made.key);
  expect((await world.see(made.bucket, 'k')).keyArn).toBe(made.key);
  expect((await world.see(made.bucket, 'p', plain)).encryption).toBeUndefined();
  expect(await world.versions(made.bucket)).toEqual(versions);
});

test('5,000 objects of every kind, in one run', async () => {
  const made = await deployed((stack) => ({ sources: [BackfillSource.sseS3(), BackfillSource.unencrypted(), BackfillSource.dsse(), BackfillSource.kmsKey(kms.Key.fromKeyArn(stack, 'Old', oldKey))] }));
  const kinds = [
    async (key: string) => world.put(made.bucket, key),
    async (key: string) => world.put(made.bucket, key, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: oldKey }),
    async (key: string) => world.put(made.bucket, key),
    async (key: string) => world.put(made.bucket, key, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: oldKey }),
    async (key: string) => world.put(made.bucket, key, { StorageClass: 'STANDARD_IA' }),
  ];
  const keys = Array.from({ length: 4800 }, (_, index) => `many/${index % 7}/a b+${index}`);
  for (let at = 0; at < keys.length; at += 40) {
    await Promise.all(keys.slice(at, at + 40).map(async (key, index) => kinds[index % kinds.length](key)));
  }
  const copied = Array.from({ length: 200 }, (_, index) => `copied/${index}`);
  for (const [index, key] of copied.entries()) {
    if (index % 2 === 0) { await world.putUnencrypted(made.bucket, key); } else { await world.put(made.bucket, key, { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: made.key }); }
  }
  const sample = [...keys.filter((_, index) => index % 97 === 0), ...copied.slice(0, 20)];
  const before = new Map<string, object>();
  for (const key of sample) { before.set(key, kept(await world.see(made.bucket, key))); }
  const plan = await world.plan(made.machine);
  expect(plan.rewritten).toEqual({ update: 4800, copy: 200, multipartCopy: 0 });
  expect(await world.confirmed(made.machine, plan.planId)).toMatchObject({
    verified: true,
    failed: 0,
    rewritten: { update: 4800, copy: 200 },
    leftVersions: 200,
  });
  for (const key of sample) {
    const is = await world.see(made.bucket, key);
    expect({ ...kept(is), keyArn: is.keyArn }).toEqual({ ...before.get(key), keyArn: made.key });
  }
  expect((await world.versions(made.bucket)).length).toBe(5200);
  expect(await world.plan(made.machine)).toMatchObject({ nothingToDo: true });
});

test('who waits hears of the end', async () => {
  let queueUrl = '';
  const { outputs } = await cloud.deploy((stack) => {
    const topic = new sns.Topic(stack, 'Topic');
    const queue = new sqs.Queue(stack, 'Queue');
    topic.addSubscription(new subscriptions.SqsSubscription(queue, { rawMessageDelivery: true }));
    const bucket = anyBucket(stack);
    const job = new EncryptionBackfillJob(stack, 'Backfill', { bucket, sources: [BackfillSource.sseS3()], summaryTopic: topic });
    return { machine: job.stateMachine.stateMachineArn, bucket: bucket.bucketName, queue: queue.queueUrl };
  });
  queueUrl = outputs.queue;
  await world.put(outputs.bucket, 'a');
  const plan = await world.plan(outputs.machine);
  await world.confirmed(outputs.machine, plan.planId);
  const answer = await fetch(cloud.emulator.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage', 'content-type': 'application/x-amz-json-1.0', 'authorization': 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request' },
    body: JSON.stringify({ QueueUrl: queueUrl }),
  });
  const { Messages: messages } = await answer.json() as { Messages?: { Body: string }[] };
  expect(messages?.[0].Body).toContain('1 updated in place');
  expect(messages?.[0].Body).toContain('Verified');
});
