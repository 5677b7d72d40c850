import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand, GetObjectCommand, type GetObjectCommandOutput, GetObjectTaggingCommand, ListObjectVersionsCommand, PutBucketVersioningCommand,
  PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { finish, newFolder, start } from './command';
import { startFaultProxy } from './fault-proxy';
import { type Emulator, startEmulator } from '../../emulator/server';

// The local AWS knows what S3 and KMS allow; the S3 in memory of the other tests knows many objects.
const OBJECTS = 240;
const Bucket = 'data';
const KINDS = ['sse-s3', 'unencrypted', 'old-key', 'dsse'] as const;
const WRITES = ['UpdateObjectEncryption', 'CopyObject', 'CompleteMultipartUpload'];

let emulator: Emulator;
let s3: S3Client;
let kms: KMSClient;

beforeAll(async () => {
  emulator = await startEmulator();
  const common = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  s3 = new S3Client({ ...common, forcePathStyle: true });
  kms = new KMSClient(common);
});
afterAll(async () => {
  s3.destroy();
  kms.destroy();
  await emulator.stop();
});

const keyOf = (number: number): string => `folder ${number % 3}/ä+${String(number).padStart(4, '0')}`;
const kindOf = (number: number): typeof KINDS[number] => KINDS[number % KINDS.length];
const bodyOf = (number: number): string => `${number} `.repeat(1 + number * 7 % 500);
const newKey = async (): Promise<string> => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';

async function put(number: number, oldKey: string): Promise<void> {
  const kind = kindOf(number);
  const Key = keyOf(number);
  await s3.send(new PutObjectCommand({
    Bucket,
    Key,
    Body: bodyOf(number),
    Metadata: { number: `${number}` },
    CacheControl: 'max-age=7',
    ContentType: 'text/odd',
    Tagging: `number=${number}`,
    StorageClass: number % 5 === 0 ? 'STANDARD_IA' : 'STANDARD',
    ...(kind === 'old-key' || kind === 'dsse' ? { ServerSideEncryption: kind === 'dsse' ? 'aws:kms:dsse' : 'aws:kms', SSEKMSKeyId: oldKey } : {}),
  }));
  if (kind === 'unencrypted') {
    const { status } = await fetch(`${emulator.endpoint}/_s3truth/unencrypted`, { method: 'POST', body: JSON.stringify({ bucket: Bucket, key: Key }) });
    expect(status).toBe(200);
  }
}

test('through faults and a kill, the local AWS ends with every object under the key, as it was, and one version more only where it was copied', async () => {
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const [oldKey, keyArn] = [await newKey(), await newKey()];
  for (let number = 0; number < OBJECTS; number += 1) { await put(number, oldKey); }

  let kill = (): void => undefined;
  let writes = 0;
  const proxy = await startFaultProxy({
    upstream: emulator.endpoint,
    seed: 99,
    rules: [
      { fault: { kind: 'internal-error', when: 'after' }, rate: 0.05 }, { fault: { kind: 'reset', when: 'after' }, rate: 0.05 },
      { fault: { kind: 'error-in-200', when: 'after' }, rate: 0.1 }, { fault: { kind: 'slow-down' }, rate: 0.05 },
    ],
    onAnswer: ({ operation }, status) => {
      if (status === 200 && WRITES.includes(operation)) { writes += 1; }
      if (writes === OBJECTS / 3) { kill(); }
    },
  });
  try {
    const options = { endpoint: proxy.endpoint, folder: newFolder(), bucket: Bucket, keyArn };
    const running = start(options);
    kill = () => { running.process.kill('SIGKILL'); };
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    kill = () => undefined;
    await finish(options);
    await finish({ ...options, folder: newFolder() });
    const before = writes;
    expect(await finish({ ...options, folder: newFolder() })).toMatchObject({ code: 0 });
    expect(writes).toBe(before);
    expect(Object.keys(proxy.counts.faults)).toHaveLength(4);
  } finally {
    await proxy.close();
  }

  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  expect(DeleteMarkers).toEqual([]);
  for (let number = 0; number < OBJECTS; number += 1) {
    const Key = keyOf(number);
    const got: GetObjectCommandOutput = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(got).toMatchObject({
      ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true, Metadata: { number: `${number}` }, CacheControl: 'max-age=7', ContentType: 'text/odd',
    });
    expect([Key, got.StorageClass ?? 'STANDARD']).toEqual([Key, number % 5 === 0 ? 'STANDARD_IA' : 'STANDARD']);
    expect(await got.Body?.transformToString()).toBe(bodyOf(number));
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet).toEqual([{ Key: 'number', Value: `${number}` }]);
    const copied = kindOf(number) === 'unencrypted' || kindOf(number) === 'dsse';
    expect([Key, Versions.filter((version) => version.Key === Key).length]).toEqual([Key, copied ? 2 : 1]);
  }
});
