import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectAclCommand, GetObjectCommand,
  GetObjectTaggingCommand, HeadObjectCommand, type HeadObjectCommandOutput, ListObjectsV2Command, ListObjectVersionsCommand, PutObjectCommand,
  PutObjectTaggingCommand, S3Client, UpdateObjectEncryptionCommand, UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { compare, snapshot } from '../../bench/backfill/memory/compare';
import type { Bucket } from '../../bench/backfill/memory/objects';
import { keyOf, populate } from '../../bench/backfill/memory/populate';
import { type MemoryS3, startMemoryS3 } from '../../bench/backfill/memory-s3';

const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const UNDER_KEY = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: KEY_ARN, BucketKeyEnabled: true };
const Key = 'a folder/ä & <b>';
const at = { Bucket: 'data', Key };
const source = `data/${encodeURIComponent(Key)}`;
let s3: MemoryS3;
let bucket: Bucket;
let client: S3Client;

beforeEach(async () => {
  s3 = await startMemoryS3();
  bucket = s3.state.bucket('data');
  client = new S3Client({
    endpoint: s3.endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
  });
});
afterEach(async () => {
  client.destroy();
  await s3.close();
});

const head = async (): Promise<HeadObjectCommandOutput> => client.send(new HeadObjectCommand(at));
const update = async (arn = KEY_ARN): Promise<unknown> =>
  client.send(new UpdateObjectEncryptionCommand({ ...at, ObjectEncryption: { SSEKMS: { KMSKeyArn: arn, BucketKeyEnabled: true } } }));
const put = async (more: object = {}): Promise<unknown> => client.send(new PutObjectCommand({
  ...at,
  Body: 'bytes',
  ContentType: 'text/odd',
  CacheControl: 'max-age=1',
  Metadata: { who: 'me' },
  Tagging: 'a=b%20c',
  StorageClass: 'STANDARD_IA',
  WebsiteRedirectLocation: '/x',
  ACL: 'public-read',
  ...more,
}));

test('an update changes the encryption and nothing else', async () => {
  await put();
  const before = await head();
  await update();
  const { SSEKMSKeyId, ServerSideEncryption, BucketKeyEnabled, ...after } = await head();
  expect({ SSEKMSKeyId, ServerSideEncryption, BucketKeyEnabled }).toEqual(UNDER_KEY);
  expect({ ...after, $metadata: 0 }).toEqual({ ...before, ServerSideEncryption: undefined, $metadata: 0 });
});

test.each([['NOT-SSE', 'InvalidRequest'], ['SSE-C', 'InvalidRequest'], ['aws:kms:dsse', 'InvalidRequest']] as const)('an update of %s is refused', async (status, code) => {
  await put();
  const [version] = bucket.objects.get(Key) ?? [];
  bucket.amend(Key, version, { encryption: { status } });
  await expect(update()).rejects.toMatchObject({ name: code });
});

test('an update of what is locked is refused', async () => {
  await put({ ObjectLockLegalHoldStatus: 'ON' });
  await expect(update()).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a copy keeps what its directives say, and drops what it does not name', async () => {
  await put({ ObjectLockLegalHoldStatus: 'ON' });
  await client.send(new CopyObjectCommand({ ...at, CopySource: source, ...UNDER_KEY }));
  const after = await head();
  expect(after).toMatchObject({ ...UNDER_KEY, ContentType: 'text/odd', CacheControl: 'max-age=1', Metadata: { who: 'me' }, TagCount: 1 });
  expect([after.StorageClass, after.WebsiteRedirectLocation, after.ObjectLockLegalHoldStatus]).toEqual([undefined, undefined, undefined]);
  expect((await client.send(new GetObjectAclCommand(at))).Grants).toHaveLength(1);
  expect(await (await client.send(new GetObjectCommand(at))).Body?.transformToString()).toBe('bytes');

  await client.send(new CopyObjectCommand({ ...at, CopySource: source, ...UNDER_KEY, MetadataDirective: 'REPLACE', TaggingDirective: 'REPLACE' }));
  expect(await head()).toMatchObject({ ContentType: 'binary/octet-stream', Metadata: {} });
  expect((await client.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([]);
});

test('a copy is refused on its conditions, onto itself without a change, and from the archive', async () => {
  await put();
  const copy = async (more: object): Promise<unknown> => client.send(new CopyObjectCommand({ ...at, CopySource: source, ...more }));
  await expect(copy({ ...UNDER_KEY, CopySourceIfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(copy({ ...UNDER_KEY, IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(copy({})).rejects.toMatchObject({ name: 'InvalidRequest' });
  const { ETag } = await head();
  await copy({ ...UNDER_KEY, CopySourceIfMatch: ETag, IfMatch: ETag });
  await put({ StorageClass: 'GLACIER' });
  await expect(copy(UNDER_KEY)).rejects.toMatchObject({ name: 'InvalidObjectState' });
});

test('a key that is disabled stops writing and reading', async () => {
  await put();
  s3.state.disabledKeys.add(KEY_ARN);
  await expect(update()).rejects.toMatchObject({ name: 'KMS.DisabledException' });
  s3.state.disabledKeys.clear();
  await update();
  s3.state.disabledKeys.add(KEY_ARN);
  await expect(client.send(new GetObjectCommand(at))).rejects.toMatchObject({ name: 'KMS.DisabledException' });
});

test('a multipart copy is made of its parts, with what the upload began with', async () => {
  await put({ Body: 'abcdefgh' });
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ...UNDER_KEY, ContentType: 'text/new', Tagging: 'x=y', ChecksumAlgorithm: 'SHA256' }));
  const part = async (PartNumber: number, CopySourceRange: string): Promise<object> => {
    const { CopyPartResult } = await client.send(new UploadPartCopyCommand({ ...at, UploadId, PartNumber, CopySource: source, CopySourceRange }));
    return { ETag: CopyPartResult?.ETag, PartNumber };
  };
  await expect(part(1, 'bytes=0-99')).rejects.toMatchObject({ name: 'InvalidArgument' });
  const Parts = [await part(1, 'bytes=0-4'), await part(2, 'bytes=5-7')];
  await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
  const after = await client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED', PartNumber: 2 }));
  expect(after).toMatchObject({ ...UNDER_KEY, ContentType: 'text/new', TagCount: 1, ChecksumType: 'COMPOSITE', PartsCount: 2, ContentLength: 3 });
  expect(await (await client.send(new GetObjectCommand(at))).Body?.transformToString()).toBe('abcdefgh');

  const shuffled = await client.send(new CreateMultipartUploadCommand(at));
  const parts = await Promise.all([['bytes=4-7', 1], ['bytes=0-3', 2]].map(async ([CopySourceRange, PartNumber]) => {
    const answer = await client.send(new UploadPartCopyCommand({
      ...at, UploadId: shuffled.UploadId, PartNumber: Number(PartNumber), CopySource: source, CopySourceRange: String(CopySourceRange),
    }));
    return { ETag: answer.CopyPartResult?.ETag, PartNumber: Number(PartNumber) };
  }));
  await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId: shuffled.UploadId, MultipartUpload: { Parts: parts } }));
  expect(await (await client.send(new GetObjectCommand({ ...at, Range: 'bytes=2-5' }))).Body?.transformToString()).toBe('ghab');
});

test('a versioned bucket keeps what was there', async () => {
  bucket.versioned = true;
  await put();
  const { VersionId } = await head();
  await client.send(new CopyObjectCommand({ ...at, CopySource: source, ...UNDER_KEY }));
  await client.send(new DeleteObjectCommand(at));
  const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket: 'data', EncodingType: 'url' }));
  expect(Versions?.map((version) => version.IsLatest)).toEqual([false, false]);
  expect(DeleteMarkers).toMatchObject([{ IsLatest: true }]);
  await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
  expect(await client.send(new HeadObjectCommand({ ...at, VersionId }))).toMatchObject({ ServerSideEncryption: 'AES256' });
});

test('lists in the order of UTF-8, by pages, prefixes and folders', async () => {
  const keys = ['a/1', 'a/2', 'b', 'ｚ', '😀'];
  for (const each of [...keys].reverse()) { await client.send(new PutObjectCommand({ Bucket: 'data', Key: each, Body: 'x' })); }
  const list = async (more: object): Promise<unknown[]> => {
    const answer = await client.send(new ListObjectsV2Command({ Bucket: 'data', ...more }));
    return [...answer.Contents ?? [], ...answer.CommonPrefixes ?? []].map((each) => 'Key' in each ? each.Key : 'Prefix' in each ? each.Prefix : undefined);
  };
  expect(await list({})).toEqual(keys);
  expect(await list({ Prefix: 'a/' })).toEqual(['a/1', 'a/2']);
  expect(await list({ Delimiter: '/' })).toEqual(['b', 'ｚ', '😀', 'a/']);
  expect(await list({ StartAfter: 'a/2', MaxKeys: 2 })).toEqual(['b', 'ｚ']);
  const first = await client.send(new ListObjectsV2Command({ Bucket: 'data', MaxKeys: 2 }));
  expect(await list({ ContinuationToken: first.NextContinuationToken })).toEqual(['b', 'ｚ', '😀']);
});

test('a comparison finds every attribute that was lost, and no other', async () => {
  populate(bucket, 300, 'everything');
  const before = snapshot(bucket);
  expect(compare(before, bucket, KEY_ARN)).toMatchObject({ objects: 300, underKey: 0, missing: 0, added: 0, versionsLeft: 0, changed: {} });

  const key = keyOf(3);
  const target = { Bucket: 'data', Key: key };
  await client.send(new PutObjectTaggingCommand({ ...target, Tagging: { TagSet: [{ Key: 'x', Value: 'y' }] } }));
  expect(compare(before, bucket, KEY_ARN).changed).toEqual({ tags: 1 });
  await client.send(new PutObjectCommand({ ...target, Body: 'other', ...UNDER_KEY }));
  const attributes = [
    'bytes', 'content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires', 'user metadata', 'tags', 'storage class',
    'checksum', 'website redirect', 'ACL', 'object lock', 'ETag', 'last modified',
  ];
  const changed = Object.fromEntries(attributes.map((name) => [name, 1]));
  expect(compare(before, bucket, KEY_ARN)).toMatchObject({ underKey: 1, versionsLeft: 1, changed });
  await client.send(new DeleteObjectCommand(target));
  await client.send(new PutObjectCommand({ Bucket: 'data', Key: 'new', Body: 'x' }));
  expect(compare(before, bucket, KEY_ARN)).toMatchObject({ missing: 1, added: 1 });
});
