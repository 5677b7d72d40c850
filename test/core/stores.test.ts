import { createHash } from 'node:crypto';
import { CreateKeyCommand, DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand,
  GetObjectTaggingCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListObjectVersionsCommand,
  PutBucketVersioningCommand, PutObjectCommand, type PutObjectCommandInput, PutObjectRetentionCommand, S3Client, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { STORES } from './both-stores';
import { type Emulator, startEmulator } from '../../emulator/server';
import { audit } from '../../src/core/audit';
import { NoLedger } from '../../src/core/checkpoint';
import { ALL_SOURCES, AWS_ABILITIES } from '../../src/core/decide';
import type { Target } from '../../src/core/encryption';
import { preflight, type PreflightOptions } from '../../src/core/preflight';
import { type Job, rewrite } from '../../src/core/rewrite';
import { run } from '../../src/core/run';

// What is read back here is what the local AWS says, never what the engine says it did.
let emulator: Emulator;
let s3: S3Client;
let kms: KMSClient;
let target: Target;
let other: string;
let buckets = 0;

beforeAll(async () => {
  emulator = await startEmulator();
  const common = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 2 };
  s3 = new S3Client({ ...common, forcePathStyle: true });
  kms = new KMSClient(common);
  target = { keyArn: await key(), bucketKey: true };
  other = await key();
});
afterAll(async () => {
  s3?.destroy();
  kms?.destroy();
  await emulator?.stop();
});

async function key(): Promise<string> { return (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.Arn!; }

async function bucket(options: { versioned?: boolean; lock?: boolean } = {}): Promise<string> {
  const Bucket = `data-${++buckets}`;
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: options.lock }));
  if (options.versioned) { await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })); }
  return Bucket;
}

const put = async (Bucket: string, Key: string, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: 'body', ...more }));
const dsse = () => ({ ServerSideEncryption: 'aws:kms:dsse' as const, SSEKMSKeyId: other });
const head = async (Bucket: string, Key: string, VersionId?: string) =>
  s3.send(new HeadObjectCommand({ Bucket, Key, VersionId, ChecksumMode: 'ENABLED' }));
const underTarget = () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: target.keyArn, BucketKeyEnabled: true });
const bodyOf = async (Bucket: string, Key: string) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray();

const EVERYTHING: Partial<PutObjectCommandInput> = {
  Metadata: { 'owner': 'finance', 'x-amz-thing': 'kept', 'unicode': '=?UTF-8?B?w6TDtsO8?=' },
  CacheControl: 'max-age=60',
  ContentDisposition: 'attachment; filename="a b.txt"',
  ContentEncoding: 'gzip',
  ContentLanguage: 'de',
  ContentType: 'text/x-odd; charset=utf-8',
  Expires: new Date('2031-05-06T07:08:09Z'),
  WebsiteRedirectLocation: '/elsewhere',
  StorageClass: 'STANDARD_IA',
  Tagging: 'project=a%20b&empty=',
  ChecksumAlgorithm: 'SHA256',
};

/** All that must be the same after as before. */
async function kept(Bucket: string, Key: string): Promise<object> {
  const {
    Metadata, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, ExpiresString, WebsiteRedirectLocation,
    StorageClass, ContentLength, ChecksumSHA256, ChecksumCRC32, ChecksumType,
  } = await head(Bucket, Key);
  const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
  const body = createHash('sha256').update(await bodyOf(Bucket, Key)).digest('hex');
  return {
    Metadata,
    CacheControl,
    ContentDisposition,
    ContentEncoding,
    ContentLanguage,
    ContentType,
    ExpiresString,
    WebsiteRedirectLocation,
    StorageClass,
    ContentLength,
    ChecksumSHA256,
    ChecksumCRC32,
    ChecksumType,
    TagSet,
    body,
  };
}

describe.each(STORES)('%s', (_kind, open) => {
  const jobOn = async (Bucket: string, more: Partial<Job> = {}): Promise<Job> => ({
    store: await open(s3, Bucket), target, sources: ALL_SOURCES, abilities: AWS_ABILITIES, acls: true, objectLock: false, ...more,
  });

  describe('updating in place', () => {
    test.each<[string, () => Partial<PutObjectCommandInput>]>([
      ['SSE-S3', () => ({})],
      ['another key', () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other })],
      ['the right key without a Bucket Key', () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: target.keyArn })],
    ])('%s: same version, same ETag, same everything', async (_name, how) => {
      const Bucket = await bucket({ versioned: true });
      await put(Bucket, 'a/ü +%.txt', { ...EVERYTHING, ...how() });
      const before = [await kept(Bucket, 'a/ü +%.txt'), await head(Bucket, 'a/ü +%.txt')] as const;
      expect(await rewrite(await jobOn(Bucket, { readBack: () => true }), { key: 'a/ü +%.txt' })).toMatchObject({ kind: 'rewritten', engine: 'update' });
      const after = await head(Bucket, 'a/ü +%.txt');
      expect(after).toMatchObject({ ...underTarget(), ETag: before[1].ETag, VersionId: before[1].VersionId, LastModified: before[1].LastModified });
      expect(await kept(Bucket, 'a/ü +%.txt')).toEqual(before[0]);
      expect((await s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions).toHaveLength(1);
    });
  });

  describe('copying onto itself', () => {
    test('keeps everything that CopyObject alone loses', async () => {
      const Bucket = await bucket();
      await put(Bucket, 'a/ü +%.txt', { ...EVERYTHING, ...dsse() });
      const before = await kept(Bucket, 'a/ü +%.txt');
      expect(await rewrite(await jobOn(Bucket), { key: 'a/ü +%.txt' })).toMatchObject({ kind: 'rewritten', engine: 'copy' });
      expect(await head(Bucket, 'a/ü +%.txt')).toMatchObject(underTarget());
      expect(await kept(Bucket, 'a/ü +%.txt')).toEqual(before);
    });

    test('leaves the old version, and names it', async () => {
      const Bucket = await bucket({ versioned: true });
      const { VersionId } = await put(Bucket, 'a', dsse());
      const outcome = await rewrite(await jobOn(Bucket), { key: 'a' });
      expect(outcome).toMatchObject({ kind: 'rewritten', leftVersion: VersionId });
      const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      expect(Versions?.map((version) => version.IsLatest)).toEqual([true, false]);
      expect(Versions?.[1].VersionId).toBe(VersionId);
    });

    test('a composite checksum and its parts survive', async () => {
      const Bucket = await bucket();
      const Key = 'parts';
      const parts = [Buffer.alloc(5 * 1024 ** 2, 'a'), Buffer.alloc(6 * 1024 ** 2, 'b'), Buffer.from('end')];
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({
        ...{ ...EVERYTHING, ChecksumAlgorithm: undefined }, ...dsse(), Bucket, Key, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE',
      }));
      const Parts = [];
      for (const [index, Body] of parts.entries()) {
        const { ETag, ChecksumSHA256 } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1, Body, ChecksumAlgorithm: 'SHA256' }));
        Parts.push({ ETag, ChecksumSHA256, PartNumber: index + 1 });
      }
      await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
      const before = await kept(Bucket, Key);
      expect(before).toMatchObject({ ChecksumSHA256: expect.any(String) });

      expect(await rewrite(await jobOn(Bucket, { acls: false }), { key: Key })).toMatchObject({ kind: 'rewritten', engine: 'multipart-copy' });
      expect(await head(Bucket, Key)).toMatchObject(underTarget());
      expect(await kept(Bucket, Key)).toEqual(before);
      expect((await s3.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 2 })))).toMatchObject({ PartsCount: 3, ContentLength: parts[1].length });
    });

    test('overwritten during a multipart copy: the new object stays, and no parts stay behind', async () => {
      const Bucket = await bucket();
      await put(Bucket, 'a', { ...dsse(), Body: Buffer.alloc(1000, 'x') });
      const job = await jobOn(Bucket, { abilities: { ...AWS_ABILITIES, maxCopyBytes: 10 } });
      const multipartCopy = job.store.multipartCopy.bind(job.store);
      job.store.multipartCopy = async (request) => {
        await put(Bucket, 'a', { Body: 'newer' });
        return multipartCopy(request);
      };
      await rewrite(job, { key: 'a' });
      expect(Buffer.from(await bodyOf(Bucket, 'a')).toString()).toBe('newer');
      expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
    });

    test('overwritten between reading and copying: the newer bytes are what is encrypted', async () => {
      const Bucket = await bucket({ versioned: true });
      await put(Bucket, 'a', dsse());
      const job = await jobOn(Bucket);
      const copy = job.store.copy.bind(job.store);
      let once = true;
      job.store.copy = async (request) => {
        if (once) { once = false; await put(Bucket, 'a', { ...dsse(), Body: 'newer' }); }
        return copy(request);
      };
      expect(await rewrite(job, { key: 'a' })).toMatchObject({ kind: 'rewritten' });
      expect(Buffer.from(await bodyOf(Bucket, 'a')).toString()).toBe('newer');
      expect(await head(Bucket, 'a')).toMatchObject(underTarget());
    });
  });

  describe('what is reported and not touched', () => {
    const customerKey = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 1).toString('base64'), SSECustomerKeyMD5: createHash('md5').update(Buffer.alloc(32, 1)).digest('base64') };

    test('a customer-provided key, though HeadObject only says 400', async () => {
      const Bucket = await bucket();
      await put(Bucket, 'a', customerKey);
      expect(await rewrite(await jobOn(Bucket), { key: 'a' })).toMatchObject({ kind: 'exception', reason: 'sse-c' });
    });

    test('a retained object, by update and by copy', async () => {
      const Bucket = await bucket({ lock: true });
      for (const [Key, how] of [['a', {}], ['b', dsse()]] as const) {
        const { VersionId } = await put(Bucket, Key, how);
        await s3.send(new PutObjectRetentionCommand({ Bucket, Key, VersionId, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date('2040-01-01') } }));
        expect(await rewrite(await jobOn(Bucket, { objectLock: true }), { key: Key })).toMatchObject({ kind: 'exception', reason: 'locked' });
      }
      expect((await s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions).toHaveLength(2);
    });

    test('a deleted object is gone, and stays so', async () => {
      const Bucket = await bucket({ versioned: true });
      const { VersionId } = await put(Bucket, 'a', dsse());
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
      expect(await rewrite(await jobOn(Bucket), { key: 'a' })).toMatchObject({ kind: 'gone' });
      expect(await rewrite(await jobOn(Bucket), { key: 'a', versionId: VersionId })).toMatchObject({ kind: 'exception', reason: 'noncurrent-needs-copy' });
      await expect(head(Bucket, 'a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    });
  });

  test('a whole bucket, old versions too, and the audit that proves it', async () => {
    const Bucket = await bucket({ versioned: true });
    for (const each of ['a', 'b', 'c']) {
      await put(Bucket, each);
      await put(Bucket, each, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other });
    }
    await put(Bucket, 'd', dsse());
    const options = { job: await jobOn(Bucket), prefix: '', noncurrent: true, concurrency: 4, ledger: new NoLedger(), fingerprint: '' };
    expect(await run(options)).toMatchObject({ complete: true, totals: { objects: 7, rewritten: { update: 6, copy: 1 }, leftVersions: 1 } });
    const report = await audit({ store: options.job.store, prefix: '', concurrency: 4 });
    expect(report.rows).toEqual([
      { status: 'SSE-KMS', keyArn: target.keyArn, bucketKey: true, currentObjects: 4, currentBytes: 16, noncurrentVersions: 3, noncurrentBytes: 12 },
      { status: 'DSSE-KMS', keyArn: other, bucketKey: false, currentObjects: 0, currentBytes: 0, noncurrentVersions: 1, noncurrentBytes: 4 },
    ]);
    expect((await run(options)).totals).toMatchObject({ alreadyEncrypted: 7, rewritten: { update: 0, copy: 0 }, exceptions: { 'noncurrent-needs-copy': 1 } });
  });
});

describe('before a run', () => {
  const check = async (Bucket: string, more: Partial<PreflightOptions> = {}) =>
    preflight({ s3, kms, bucket: Bucket, target, foreignEndpoint: true, probeKey: 'no-such-key', ...more });

  test('what a bucket is', async () => {
    expect(await check(await bucket())).toMatchObject({ region: 'us-east-1', versioned: false, objectLock: false, problems: [], abilities: { update: true } });
    expect(await check(await bucket({ versioned: true }))).toMatchObject({ versioned: true });
    expect(await check(await bucket({ lock: true }))).toMatchObject({ versioned: true, objectLock: true });
  });

  test('the default that new objects will get is not the target: said', async () => {
    expect((await check(await bucket())).warnings.join()).toContain('the default encryption of the bucket is AES256');
  });

  test('a key that cannot be used', async () => {
    const Bucket = await bucket();
    const [disabled, dying] = [await key(), await key()];
    await kms.send(new DisableKeyCommand({ KeyId: disabled }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: dying }));
    const problems = async (keyArn: string, more: Partial<PreflightOptions> = {}) =>
      (await check(Bucket, { target: { keyArn, bucketKey: true }, ...more })).problems.join();
    expect(await problems(disabled)).toContain('the key is Disabled');
    expect(await problems(dying)).toContain('the key is PendingDeletion');
    expect(await problems('arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555')).toContain('there is no key');
    expect(await problems('alias/data')).toContain('must be the full ARN of a key');
    expect(await problems(target.keyArn.replace('us-east-1', 'eu-west-1'), { kms: undefined, foreignEndpoint: false })).toContain('the key is in eu-west-1 and the bucket in us-east-1');
  });

  test('a server that takes UpdateObjectEncryption for an upload is not asked to update, and its mistake is taken away', async () => {
    const Bucket = await bucket();
    const naive = {
      send: async (command: { constructor: { name: string }; input: { Key?: string } }) => {
        if (command.constructor.name !== 'UpdateObjectEncryptionCommand') { return s3.send(command as never); }
        return put(Bucket, command.input.Key ?? '');
      },
    };
    expect((await check(Bucket, { s3: naive as never })).abilities.update).toBe(false);
    expect((await s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? []).toEqual([]);
  });

  test('a bucket that is not there', async () => {
    await expect(check('nowhere')).rejects.toMatchObject({ meaning: 'gone' });
  });
});
