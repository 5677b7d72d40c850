import {
  CopyObjectCommand, GetBucketEncryptionCommand, HeadObjectCommand, type HeadObjectCommandOutput, ListObjectsV2Command, ListObjectVersionsCommand,
  S3Client, UpdateObjectEncryptionCommand,
} from '@aws-sdk/client-s3';
import { keyOf, type ListingServer, startListingServer, stateOf } from './listing-server';

const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const OBJECTS = 2500;
const SEED = 3;
let server: ListingServer;
let client: S3Client;

beforeAll(async () => {
  server = await startListingServer({ objects: OBJECTS, seed: SEED });
  client = new S3Client({
    endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
  });
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

const head = async (number: number): Promise<HeadObjectCommandOutput> =>
  client.send(new HeadObjectCommand({ Bucket: 'any', Key: keyOf(number) }));
const first = (state: string): number => [...Array(OBJECTS).keys()].find((number) => stateOf(SEED, number) === state) ?? -1;

test('lists every key once and in order, by token, by marker and by key', async () => {
  const expected = Array.from({ length: OBJECTS }, (_, number) => keyOf(number));
  const byToken: string[] = [];
  for (let token: string | undefined, more = true; more;) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: 'any', ContinuationToken: token }));
    byToken.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
    [token, more] = [page.NextContinuationToken, page.IsTruncated ?? false];
  }
  expect(byToken).toEqual(expected);

  const byMarker: string[] = [];
  for (let marker: string | undefined, more = true; more;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: 'any', KeyMarker: marker, VersionIdMarker: marker && 'null' }));
    byMarker.push(...(page.Versions ?? []).map(({ Key }) => Key ?? ''));
    [marker, more] = [page.NextKeyMarker, page.IsTruncated ?? false];
  }
  expect(byMarker).toEqual(expected);

  const after = await client.send(new ListObjectsV2Command({ Bucket: 'any', StartAfter: keyOf(2497) }));
  expect(after.Contents?.map(({ Key }) => Key)).toEqual([keyOf(2498), keyOf(2499)]);
});

test('what the listing says of an object is what HEAD says', async () => {
  const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: 'any' }));
  for (const number of [0, 1, 999]) {
    const { ETag, ContentLength } = await head(number);
    expect(Versions?.[number]).toMatchObject({ ETag, Size: ContentLength });
  }
});

test('has objects in each state, and the same ones under the same seed', async () => {
  const states = Array.from({ length: OBJECTS }, (_, number) => stateOf(SEED, number));
  const share = (state: string): number => states.filter((each) => each === state).length / OBJECTS;
  expect(share('AES256')).toBeCloseTo(0.8, 1);
  expect(share('aws:kms')).toBeCloseTo(0.18, 1);
  expect(share('NOT-SSE')).toBeGreaterThan(0);
  expect(await head(first('NOT-SSE'))).not.toHaveProperty('ServerSideEncryption');
  expect(await head(first('AES256'))).toMatchObject({ ServerSideEncryption: 'AES256' });
});

test('takes updates and copies, each object once, and remembers them', async () => {
  const update = async (number: number): Promise<unknown> => client.send(new UpdateObjectEncryptionCommand({
    Bucket: 'any', Key: keyOf(number), ObjectEncryption: { SSEKMS: { KMSKeyArn: KEY_ARN, BucketKeyEnabled: true } },
  }));
  const encrypted = first('AES256');
  const plain = first('NOT-SSE');
  const before = await head(encrypted);
  await update(encrypted);
  await update(encrypted);
  expect(server.rewritten).toBe(1);
  expect(await head(encrypted)).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY_ARN, ETag: before.ETag });

  await expect(update(plain)).rejects.toMatchObject({ name: 'InvalidRequest' });
  const { ETag } = await head(plain);
  const Key = keyOf(plain);
  await client.send(new CopyObjectCommand({ Bucket: 'any', Key, CopySource: `any/${Key}`, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY_ARN }));
  expect(server.rewritten).toBe(2);
  const after = await head(plain);
  expect(after).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY_ARN });
  expect(after.ETag).not.toBe(ETag);
});

test('knows no other key, and of the bucket nothing special', async () => {
  await expect(head(OBJECTS)).rejects.toMatchObject({ name: 'NotFound' });
  await expect(client.send(new GetBucketEncryptionCommand({ Bucket: 'any' }))).rejects.toMatchObject({ name: 'ServerSideEncryptionConfigurationNotFoundError' });
});

test('the ten thousandth page of a huge bucket needs no memory of those before', async () => {
  const huge = await startListingServer({ objects: 20_000_000, seed: 1 });
  const from = new S3Client({ endpoint: huge.endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' } });
  try {
    const page = await from.send(new ListObjectsV2Command({ Bucket: 'any', StartAfter: keyOf(9_999_999) }));
    expect(page.Contents).toHaveLength(1000);
    expect(page.Contents?.[0].Key).toBe(keyOf(10_000_000));
  } finally {
    from.destroy();
    await huge.close();
  }
});
