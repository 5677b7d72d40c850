import { createHash, randomBytes } from 'node:crypto';
import {
  DeleteBucketEncryptionCommand, GetBucketEncryptionCommand, GetObjectCommand, HeadObjectCommand, PutBucketEncryptionCommand,
  PutBucketVersioningCommand, PutObjectCommand, PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { check, code, TestAws } from './aws';

let aws: TestAws;
let key: string;
let other: string;
beforeAll(async () => {
  aws = await TestAws.start();
  [key, other] = [await aws.key(), await aws.key()];
});
afterAll(async () => { await aws?.stop(); });

const put = async (Bucket: string, input: Partial<PutObjectCommandInput> = {}) => aws.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'body', ...input }));
const afterPut = async (Bucket: string, input: Partial<PutObjectCommandInput> = {}) => {
  await put(Bucket, input);
  return aws.headEncryption({ Bucket, Key: input.Key ?? 'object' });
};
const customer = (material = randomBytes(32)) => ({ SSECustomerAlgorithm: 'AES256', SSECustomerKey: material.toString('base64') });

describe('default encryption', () => {
  const DOC = 'AmazonS3/latest/userguide/default-bucket-encryption.html';
  check('a new bucket is under SSE-S3', 'AmazonS3/latest/userguide/default-encryption-faq.html', async () => {
    const { ServerSideEncryptionConfiguration } = await aws.s3().send(new GetBucketEncryptionCommand({ Bucket: await aws.bucket() }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0].ApplyServerSideEncryptionByDefault).toEqual({ SSEAlgorithm: 'AES256' });
  });
  check('an object in a new bucket is under SSE-S3', 'AmazonS3/latest/userguide/default-encryption-faq.html', async () => {
    expect((await afterPut(await aws.bucket())).algorithm).toBe('AES256');
  });
  check('the default KMS key is used without headers', DOC, async () => {
    expect(await afterPut(await aws.bucket({ key }))).toMatchObject({ algorithm: 'aws:kms', key });
  });
  check('the answer of an upload says what was done', 'AmazonS3/latest/API/API_PutObject.html', async () => {
    expect(await put(await aws.bucket({ key, bucketKey: true }))).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key, BucketKeyEnabled: true });
  });
  check('a new default leaves stored objects as they are', DOC, async () => {
    const Bucket = await aws.bucket();
    await put(Bucket);
    await aws.s3().send(new PutBucketEncryptionCommand({
      Bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } }] },
    }));
    expect((await aws.headEncryption({ Bucket, Key: 'object' })).algorithm).toBe('AES256');
  });
  check('a removed default is SSE-S3 again', 'AmazonS3/latest/API/API_DeleteBucketEncryption.html', async () => {
    const Bucket = await aws.bucket({ key });
    await aws.s3().send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect((await afterPut(Bucket)).algorithm).toBe('AES256');
  });
  check('a header wins over the default: SSE-S3', DOC, async () => {
    expect(await afterPut(await aws.bucket({ key }), { ServerSideEncryption: 'AES256' })).toEqual({ algorithm: 'AES256', key: undefined, bucketKey: undefined, customer: undefined });
  });
  check('a header wins over the default: another key', DOC, async () => {
    expect((await afterPut(await aws.bucket({ key }), { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other })).key).toBe(other);
  });
  check('aws:kms without a key is the AWS managed key, not the default', 'AmazonS3/latest/API/API_PutObject.html', async () => {
    const { algorithm, key: used } = await afterPut(await aws.bucket({ key }), { ServerSideEncryption: 'aws:kms' });
    expect(algorithm).toBe('aws:kms');
    expect(used).toMatch(/^arn:aws:kms:/);
    expect(used).not.toBe(key);
  });
  check('a key without an algorithm is refused', 'AmazonS3/latest/API/API_PutObject.html', async () => {
    expect(await code(put(await aws.bucket(), { SSEKMSKeyId: key }))).toMatch(/^400/);
  });
  check('an unknown algorithm is refused', 'AmazonS3/latest/API/API_PutObject.html', async () => {
    expect(await code(put(await aws.bucket(), { ServerSideEncryption: 'rot13' as 'AES256' }))).toMatch(/^400/);
  });
  check('DSSE-KMS is an algorithm of its own', 'AmazonS3/latest/userguide/UsingDSSEncryption.html', async () => {
    expect(await afterPut(await aws.bucket({ key, algorithm: 'aws:kms:dsse' }))).toMatchObject({ algorithm: 'aws:kms:dsse', key });
  });
  check('DSSE-KMS has no Bucket Key', 'AmazonS3/latest/userguide/bucket-key.html', async () => {
    const upload = { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: key, BucketKeyEnabled: true } as const;
    expect((await afterPut(await aws.bucket({ key, bucketKey: true }), upload)).bucketKey).toBeUndefined();
  });
  check('a key id with SSE-S3 in the settings is refused', 'AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html', async () => {
    await expect(aws.bucket({ key, algorithm: 'AES256' })).rejects.toThrow('not applicable');
  });
  check('an ETag under KMS is not the MD5 of the body', 'AmazonS3/latest/API/API_Object.html', async () => {
    const md5 = createHash('md5').update('body').digest('hex');
    expect((await put(await aws.bucket({ key }))).ETag).not.toContain(md5);
    expect((await put(await aws.bucket())).ETag).toContain(md5);
  });
});

describe('Bucket Keys', () => {
  const DOC = 'AmazonS3/latest/userguide/bucket-key.html';
  check('are off unless set', DOC, async () => {
    expect((await afterPut(await aws.bucket({ key }))).bucketKey).toBeFalsy();
  });
  check('are on by the setting of the bucket', DOC, async () => {
    expect((await afterPut(await aws.bucket({ key, bucketKey: true }))).bucketKey).toBe(true);
  });
  check('can be turned off for one upload', 'AmazonS3/latest/userguide/configuring-bucket-key-object.html', async () => {
    expect((await afterPut(await aws.bucket({ key, bucketKey: true }), { BucketKeyEnabled: false })).bucketKey).toBeFalsy();
  });
  check('can be turned on for one upload', 'AmazonS3/latest/userguide/configuring-bucket-key-object.html', async () => {
    expect((await afterPut(await aws.bucket({ key }), { BucketKeyEnabled: true })).bucketKey).toBe(true);
  });
  check('a setting that is left out of a later call is off', 'AmazonS3/latest/API/API_PutBucketEncryption.html', async () => {
    const Bucket = await aws.bucket({ key, bucketKey: true, blocked: ['SSE-C'] });
    await aws.s3().send(new PutBucketEncryptionCommand({
      Bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } }] },
    }));
    const { ServerSideEncryptionConfiguration } = await aws.s3().send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject({ BucketKeyEnabled: false });
    expect(ServerSideEncryptionConfiguration?.Rules?.[0].BlockedEncryptionTypes).toBeUndefined();
  });
});

describe('keys of the client (SSE-C)', () => {
  const DOC = 'AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html';
  check('encrypt, and HeadObject with the key says so', DOC, async () => {
    const Bucket = await aws.bucket();
    const secret = customer();
    await put(Bucket, secret);
    expect(await aws.headEncryption({ Bucket, Key: 'object', ...secret })).toMatchObject({ customer: 'AES256', algorithm: undefined });
  });
  check('are needed to read', DOC, async () => {
    const Bucket = await aws.bucket();
    const secret = customer();
    await put(Bucket, secret);
    expect(await code(aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object' })))).toMatch(/^400/);
    expect(await code(aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'object' })))).toMatch(/^400/);
    expect(await code(aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object', ...customer() })))).toMatch(/^403/);
    const { Body } = await aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object', ...secret }));
    expect(await Body!.transformToString()).toBe('body');
  });
  check('of the wrong length are refused', DOC, async () => {
    expect(await code(put(await aws.bucket(), customer(randomBytes(16))))).toMatch(/^400/);
  });
  check('exclude other encryption headers', DOC, async () => {
    expect(await code(put(await aws.bucket(), { ...customer(), ServerSideEncryption: 'AES256' }))).toMatch(/^400/);
  });
  check('are not accepted for an object that is not under one', DOC, async () => {
    const Bucket = await aws.bucket();
    await put(Bucket);
    expect(await code(aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object', ...customer() })))).toMatch(/^400/);
  });
  check('can be blocked by the bucket, which then says so', 'AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html', async () => {
    const Bucket = await aws.bucket({ algorithm: 'AES256', blocked: ['SSE-C'] });
    const { ServerSideEncryptionConfiguration } = await aws.s3().send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0].BlockedEncryptionTypes).toEqual({ EncryptionType: ['SSE-C'] });
    expect(await code(put(Bucket, customer()))).toBe('403 AccessDenied');
    expect(await code(put(Bucket))).toBe('ok');
  });
  check('are accepted where NONE is blocked', 'AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html', async () => {
    expect(await code(put(await aws.bucket({ algorithm: 'AES256', blocked: ['NONE'] }), customer()))).toBe('ok');
  });
});

check('uploads of one key at the same time keep their own encryption', 'AmazonS3/latest/userguide/Versioning.html', async () => {
  const Bucket = await aws.bucket({ key, bucketKey: true });
  await aws.s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const versions = await Promise.all(Array.from({ length: 16 }, async (_, index) => {
    const SSEKMSKeyId = index % 2 === 0 ? key : other;
    const { VersionId } = await put(Bucket, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId });
    return { VersionId, SSEKMSKeyId };
  }));
  for (const { VersionId, SSEKMSKeyId } of versions) {
    expect((await aws.headEncryption({ Bucket, Key: 'object', VersionId })).key).toBe(SSEKMSKeyId);
  }
});
