import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CopyObjectCommandInput, CreateBucketCommand, CreateMultipartUploadCommand, GetObjectCommand,
  GetObjectTaggingCommand, HeadObjectCommand, ListObjectVersionsCommand, PutBucketVersioningCommand, PutObjectCommand,
  PutObjectCommandInput, UpdateObjectEncryptionCommand, UploadPartCommand, UploadPartCopyCommand,
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
const copy = async (Bucket: string, input: Partial<CopyObjectCommandInput> = {}) =>
  aws.s3().send(new CopyObjectCommand({ Bucket, Key: 'object', CopySource: `${Bucket}/object`, ...input }));

describe('copies', () => {
  const DOC = 'AmazonS3/latest/API/API_CopyObject.html';
  check('take the default of the destination', DOC, async () => {
    const source = await aws.bucket();
    await put(source);
    const Bucket = await aws.bucket({ key });
    await copy(Bucket, { CopySource: `${source}/object` });
    expect((await aws.headEncryption({ Bucket, Key: 'object' })).key).toBe(key);
  });
  check('onto itself must change something', DOC, async () => {
    const Bucket = await aws.bucket();
    await put(Bucket);
    expect(await code(copy(Bucket))).toBe('400 InvalidRequest');
    expect(await code(copy(Bucket, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key }))).toBe('ok');
    expect((await aws.headEncryption({ Bucket, Key: 'object' })).key).toBe(key);
  });
  check('keep metadata and tags, and put the storage class back to STANDARD', DOC, async () => {
    const Bucket = await aws.bucket({ key });
    await put(Bucket, { Metadata: { a: '1' }, Tagging: 't=1', StorageClass: 'STANDARD_IA' });
    await copy(Bucket);
    const head = await aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'object' }));
    expect(head.Metadata).toEqual({ a: '1' });
    expect(head.StorageClass ?? 'STANDARD').toBe('STANDARD');
    expect((await aws.s3().send(new GetObjectTaggingCommand({ Bucket, Key: 'object' }))).TagSet).toEqual([{ Key: 't', Value: '1' }]);
  });
  check('leave the old version under the old key', 'AmazonS3/latest/userguide/batch-ops-copy-example-bucket-key.html', async () => {
    const Bucket = await aws.bucket({ key });
    await aws.s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await put(Bucket);
    await copy(Bucket, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other });
    expect((await aws.headEncryption({ Bucket, Key: 'object', VersionId })).key).toBe(key);
    expect((await aws.headEncryption({ Bucket, Key: 'object' })).key).toBe(other);
  });
  check('hold only on their conditions', DOC, async () => {
    const Bucket = await aws.bucket({ key });
    const { ETag } = await put(Bucket);
    expect(await code(copy(Bucket, { CopySourceIfMatch: '"other"' }))).toMatch(/^412/);
    expect(await code(copy(Bucket, { CopySourceIfNoneMatch: ETag }))).toMatch(/^412/);
    expect(await code(copy(Bucket, { CopySourceIfMatch: ETag }))).toBe('ok');
  });
  check('of archived objects are refused', DOC, async () => {
    const Bucket = await aws.bucket({ key });
    await put(Bucket, { StorageClass: 'GLACIER' });
    expect(await code(copy(Bucket))).toBe('403 InvalidObjectState');
  });
});

describe('multipart uploads', () => {
  const DOC = 'AmazonS3/latest/userguide/mpuoverview.html';
  check('are encrypted as they were begun', DOC, async () => {
    const Bucket = await aws.bucket({ key, bucketKey: true });
    const upload = { Bucket, Key: 'object' };
    const begun = await aws.s3().send(new CreateMultipartUploadCommand(upload));
    expect(begun).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key, BucketKeyEnabled: true });
    const { ETag, SSEKMSKeyId } = await aws.s3().send(new UploadPartCommand({ ...upload, UploadId: begun.UploadId, PartNumber: 1, Body: 'part' }));
    expect(SSEKMSKeyId).toBe(key);
    const parts = { Parts: [{ PartNumber: 1, ETag }] };
    await aws.s3().send(new CompleteMultipartUploadCommand({ ...upload, UploadId: begun.UploadId, MultipartUpload: parts }));
    expect(await aws.headEncryption(upload)).toMatchObject({ algorithm: 'aws:kms', key, bucketKey: true });
  });
  check('need kms:Decrypt for each part', DOC, async () => {
    const Bucket = await aws.bucket({ key });
    const writer = await aws.role([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/*` },
      { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: key },
    ]);
    expect(await code(writer.s3.send(new PutObjectCommand({ Bucket, Key: 'small', Body: 'x' })))).toBe('ok');
    const { UploadId } = await writer.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large' }));
    expect(await code(writer.s3.send(new UploadPartCommand({ Bucket, Key: 'large', UploadId, PartNumber: 1, Body: 'x' })))).toBe('403 AccessDenied');
  });
  check('of one key cannot be completed as another', DOC, async () => {
    const Bucket = await aws.bucket({ key });
    const { UploadId } = await aws.s3().send(new CreateMultipartUploadCommand({ Bucket, Key: 'object' }));
    expect(await code(aws.s3().send(new UploadPartCommand({ Bucket, Key: 'elsewhere', UploadId, PartNumber: 1, Body: 'x' })))).toBe('404 NoSuchUpload');
  });
  check('read the source of a copied part', 'AmazonS3/latest/API/API_UploadPartCopy.html', async () => {
    const source = await aws.bucket({ key: other });
    await put(source);
    const Bucket = await aws.bucket({ key });
    const writer = await aws.role([
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: key },
    ]);
    const { UploadId } = await writer.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'object' }));
    const part = { Bucket, Key: 'object', UploadId, PartNumber: 1, CopySource: `${source}/object` };
    expect(await code(writer.s3.send(new UploadPartCopyCommand(part)))).toBe('403 AccessDenied');
    expect(await code(aws.s3().send(new UploadPartCopyCommand(part)))).toBe('ok');
  });
});

describe('UpdateObjectEncryption', () => {
  const DOC = 'AmazonS3/latest/API/API_UpdateObjectEncryption.html';
  const update = async (Bucket: string, KMSKeyArn: string, more: { BucketKeyEnabled?: boolean; Key?: string; VersionId?: string } = {}) => {
    const { BucketKeyEnabled, Key = 'object', VersionId } = more;
    const ObjectEncryption = { SSEKMS: { KMSKeyArn, BucketKeyEnabled } };
    return aws.s3().send(new UpdateObjectEncryptionCommand({ Bucket, Key, VersionId, ObjectEncryption }));
  };
  check('changes the key in place: version, body, ETag and date stay', DOC, async () => {
    const Bucket = await aws.bucket({ key });
    await aws.s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await put(Bucket, { Metadata: { a: '1' }, StorageClass: 'STANDARD_IA' });
    const before = await aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'object' }));
    await update(Bucket, other, { BucketKeyEnabled: true });
    const after = await aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object' }));
    expect(await after.Body!.transformToString()).toBe('body');
    for (const same of ['ETag', 'VersionId', 'LastModified', 'Metadata', 'StorageClass'] as const) { expect(after[same]).toEqual(before[same]); }
    expect(after).toMatchObject({ SSEKMSKeyId: other, BucketKeyEnabled: true });
    expect((await aws.s3().send(new ListObjectVersionsCommand({ Bucket }))).Versions).toHaveLength(1);
  });
  check('moves an SSE-S3 object under a key, without a Bucket Key unless asked', DOC, async () => {
    const Bucket = await aws.bucket();
    await put(Bucket);
    await update(Bucket, key);
    const found = await aws.headEncryption({ Bucket, Key: 'object' });
    expect(found).toMatchObject({ algorithm: 'aws:kms', key });
    expect(found.bucketKey).toBeFalsy();
  });
  check('takes archived objects', DOC, async () => {
    const Bucket = await aws.bucket();
    await put(Bucket, { StorageClass: 'DEEP_ARCHIVE' });
    expect(await code(update(Bucket, key))).toBe('ok');
  });
  check('takes one version', DOC, async () => {
    const Bucket = await aws.bucket();
    await aws.s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await put(Bucket);
    await put(Bucket);
    await update(Bucket, key, { VersionId });
    expect((await aws.headEncryption({ Bucket, Key: 'object', VersionId })).algorithm).toBe('aws:kms');
    expect((await aws.headEncryption({ Bucket, Key: 'object' })).algorithm).toBe('AES256');
  });
  check('refuses DSSE-KMS and SSE-C sources', DOC, async () => {
    const Bucket = await aws.bucket();
    await put(Bucket, { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: key });
    expect(await code(update(Bucket, other))).toMatch(/^400/);
    await put(Bucket, { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 1).toString('base64') });
    expect(await code(update(Bucket, other))).toMatch(/^400/);
  });
  check('refuses a key id and an alias as target', DOC, async () => {
    const Bucket = await aws.bucket();
    await put(Bucket);
    expect(await code(update(Bucket, key.split('/')[1]))).toMatch(/^400/);
    expect(await code(update(Bucket, key.replace(/key\/.*/, 'alias/name')))).toMatch(/^400/);
    expect((await aws.headEncryption({ Bucket, Key: 'object' })).algorithm).toBe('AES256');
  });
  check('refuses a locked object', DOC, async () => {
    const Bucket = `locked-${Date.now()}`;
    await aws.s3().send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await put(Bucket, { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date('2036-01-01T00:00:00Z') });
    expect(await code(update(Bucket, key))).toBe('403 AccessDenied');
  });
  check('says when there is no such object', DOC, async () => {
    expect(await code(update(await aws.bucket(), key))).toBe('404 NoSuchKey');
  });
  check('needs its own permission, and that of both keys', DOC, async () => {
    const Bucket = await aws.bucket({ key });
    await put(Bucket);
    const s3Only = await aws.role([{ Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: '*' }, { Effect: 'Allow', Action: 'kms:*', Resource: '*' }]);
    const noOldKey = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, { Effect: 'Allow', Action: 'kms:*', Resource: other }]);
    const noNewKey = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, { Effect: 'Allow', Action: 'kms:*', Resource: key }]);
    for (const { s3 } of [s3Only, noOldKey, noNewKey]) {
      const request = s3.send(new UpdateObjectEncryptionCommand({ Bucket, Key: 'object', ObjectEncryption: { SSEKMS: { KMSKeyArn: other } } }));
      expect(await code(request)).toBe('403 AccessDenied');
    }
    expect((await aws.headEncryption({ Bucket, Key: 'object' })).key).toBe(key);
  });
});
