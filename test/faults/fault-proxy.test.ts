import { createServer, request as send } from 'http';
import type { AddressInfo } from 'net';
import { Readable } from 'stream';
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './fault-proxy';
import type { Fault, Rule } from './faults';
import type { Asked } from './operations';
import { type MemoryS3, startMemoryS3 } from '../../bench/backfill/memory-s3';

const KEY = 'folder/a key + with ümlaut & <more>';
const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const open: { close(): Promise<void> }[] = [];
const clients: S3Client[] = [];
let s3: MemoryS3;

beforeEach(async () => {
  s3 = await startMemoryS3();
  open.push(s3);
  s3.state.bucket('data');
});
afterEach(async () => {
  for (const each of clients.splice(0)) { each.destroy(); }
  for (const each of open.splice(0).reverse()) { await each.close(); }
});

async function proxy(options: Partial<FaultProxyOptions>): Promise<FaultProxy> {
  const made = await startFaultProxy({ upstream: s3.endpoint, seed: 1, ...options });
  open.push(made);
  return made;
}

function client(endpoint: string, requestTimeout = 0): S3Client {
  const made = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  });
  clients.push(made);
  return made;
}

const put = async (to: S3Client, Key = KEY): Promise<unknown> => to.send(new PutObjectCommand({ Bucket: 'data', Key, Body: 'bytes', Metadata: { who: 'me' } }));
const copy = async (to: S3Client, Key = KEY): Promise<unknown> => to.send(new CopyObjectCommand({
  Bucket: 'data', Key, CopySource: `data/${encodeURIComponent(Key)}`, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY_ARN,
}));
const get = async (from: S3Client): Promise<string | undefined> => (await from.send(new GetObjectCommand({ Bucket: 'data', Key: KEY }))).Body?.transformToString();
const isUnderKey = (): boolean => s3.state.bucket('data').current(KEY)?.encryption.keyArn === KEY_ARN;

describe('a proxy without rules', () => {
  test('passes what the SDK sends and gets, whatever the key, the bytes and the framing', async () => {
    const direct = client(s3.endpoint);
    const through = client((await proxy({})).endpoint);
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    await through.send(new PutObjectCommand({ Bucket: 'data', Key: KEY, Body: bytes, Metadata: { who: 'me' }, ContentType: 'text/odd', Tagging: 'a=b%20c' }));
    await through.send(new PutObjectCommand({ Bucket: 'data', Key: 'streamed', Body: Readable.from([bytes]), ContentLength: bytes.length }));

    const got = await through.send(new GetObjectCommand({ Bucket: 'data', Key: KEY }));
    const same = await direct.send(new GetObjectCommand({ Bucket: 'data', Key: KEY }));
    expect(Buffer.from(await got.Body?.transformToByteArray() ?? []).equals(bytes)).toBe(true);
    expect(Buffer.from(await same.Body?.transformToByteArray() ?? []).equals(bytes)).toBe(true);
    expect({ ...got, Body: 0, $metadata: 0 }).toEqual({ ...same, Body: 0, $metadata: 0 });
    expect(got).toMatchObject({ Metadata: { who: 'me' }, ContentType: 'text/odd', TagCount: 1 });
    const streamed = await direct.send(new GetObjectCommand({ Bucket: 'data', Key: 'streamed' }));
    expect(Buffer.from(await streamed.Body?.transformToByteArray() ?? []).equals(bytes)).toBe(true);

    const list = async (from: S3Client): Promise<unknown> => (await from.send(new ListObjectsV2Command({ Bucket: 'data' }))).Contents;
    expect(await list(through)).toEqual(await list(direct));
    await expect(through.send(new HeadObjectCommand({ Bucket: 'data', Key: 'no' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('passes every byte of the request and of the answer', async () => {
    const seen: { headers: string[]; method?: string; url?: string; body: string }[] = [];
    const headers = ['X-Odd-CASE', 'One', 'x-odd-case', 'two', 'ETag', '"x"', 'Content-Length', '6', 'Connection', 'keep-alive'];
    const upstream = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => {
        seen.push({ headers: request.rawHeaders, method: request.method, url: request.url, body });
        response.sendDate = false;
        response.writeHead(299, 'Odd', headers).end('answer');
      });
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    open.push({ close: async () => new Promise((resolve) => { upstream.closeAllConnections(); upstream.close(() => resolve()); }) });
    const { endpoint } = await proxy({ upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` });

    const sent = ['HOST', 'somewhere.else', 'X-Amz-Date', '20260101', 'x-amz-META-b', 'B', 'x-amz-meta-a', 'A', 'Content-Length', '3', 'Connection', 'keep-alive'];
    const path = '/data/a%20b%2Bc//d?x=1&encryption&y=%2F';
    const got = await new Promise<{ status?: number; message?: string; headers: string[]; body: string }>((resolve, reject) => {
      const { hostname, port } = new URL(endpoint);
      send({ hostname, port, method: 'PUT', path, headers: sent, setHost: false }, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => { body += chunk.toString(); });
        answer.on('end', () => resolve({ status: answer.statusCode, message: answer.statusMessage, headers: answer.rawHeaders, body }));
      }).on('error', reject).end('abc');
    });
    expect(seen).toEqual([{ headers: sent, method: 'PUT', url: path, body: 'abc' }]);
    expect(got).toEqual({ status: 299, message: 'Odd', headers, body: 'answer' });
  });
});

describe('each fault, as the client sees it', () => {
  const rules = (fault: Fault, more: Partial<Rule> = {}): Rule[] => [{ fault, rate: 1, operations: ['CopyObject', 'GetObject'], ...more }];

  test.each<[string, Fault, object, boolean]>([
    ['slow-down', { kind: 'slow-down' }, { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }, false],
    ['internal-error before', { kind: 'internal-error', when: 'before' }, { name: 'InternalError', $metadata: { httpStatusCode: 500 } }, false],
    ['internal-error after', { kind: 'internal-error', when: 'after' }, { name: 'InternalError', $metadata: { httpStatusCode: 500 } }, true],
    ['error-in-200 before', { kind: 'error-in-200', when: 'before' }, { name: 'InternalError' }, false],
    ['error-in-200 after', { kind: 'error-in-200', when: 'after' }, { name: 'InternalError' }, true],
    ['reset before', { kind: 'reset', when: 'before' }, { message: expect.stringContaining('ECONNRESET') as string }, false],
    ['reset after', { kind: 'reset', when: 'after' }, { message: expect.stringContaining('ECONNRESET') as string }, true],
    ['reset-in-answer', { kind: 'reset-in-answer' }, { message: expect.stringContaining('aborted') as string }, true],
    ['silence before', { kind: 'silence', when: 'before' }, { name: 'TimeoutError' }, false],
    ['silence after', { kind: 'silence', when: 'after' }, { name: 'TimeoutError' }, true],
  ])('%s', async (name, fault, error, done) => {
    await put(client(s3.endpoint));
    const { endpoint, counts } = await proxy({ rules: rules(fault, { most: 1 }) });
    const through = client(endpoint, 300);
    await expect(copy(through)).rejects.toMatchObject(error);
    expect(isUnderKey()).toBe(done);
    expect(counts.faults).toEqual({ [name]: 1 });

    await copy(through);
    expect(isUnderKey()).toBe(true);
    expect(counts).toMatchObject({ requests: 2, operations: { CopyObject: 2 }, faults: { [name]: 1 } });
  });

  test('truncated: the body ends before its length', async () => {
    await put(client(s3.endpoint));
    const { endpoint, counts } = await proxy({ rules: rules({ kind: 'truncated' }, { most: 1 }) });
    const through = client(endpoint);
    await expect(get(through)).rejects.toMatchObject({ message: 'aborted' });
    expect(await get(through)).toBe('bytes');
    expect(counts.faults).toEqual({ truncated: 1 });
  });

  test('latency: the answer is good, and late', async () => {
    await put(client(s3.endpoint));
    const { endpoint } = await proxy({ rules: rules({ kind: 'latency', milliseconds: 150 }) });
    const started = performance.now();
    expect(await get(client(endpoint))).toBe('bytes');
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  test('an answer without a body cannot be truncated, and an object that is read cannot fail late', async () => {
    await put(client(s3.endpoint));
    const { endpoint, counts } = await proxy({
      rules: [{ fault: { kind: 'error-in-200', when: 'before' }, rate: 1, operations: ['GetObject'] }, { fault: { kind: 'truncated' }, rate: 1, operations: ['HeadObject'] }],
    });
    const through = client(endpoint);
    expect(await get(through)).toBe('bytes');
    await through.send(new HeadObjectCommand({ Bucket: 'data', Key: KEY }));
    expect(counts.faults).toEqual({});
  });
});

describe('which requests are met', () => {
  async function met(rule: Partial<Rule>, seed: number, requests: number): Promise<number[]> {
    const { endpoint } = await proxy({ seed, rules: [{ fault: { kind: 'slow-down' }, rate: 1, ...rule }] });
    const through = client(endpoint);
    const found: number[] = [];
    for (let number = 1; number <= requests; number += 1) {
      await put(through, `${number}`).catch(() => found.push(number));
    }
    return found;
  }

  test('the same seed meets the same ones, and another seed meets others', async () => {
    const first = await met({ rate: 0.3 }, 7, 60);
    expect(first.length).toBeGreaterThan(8);
    expect(first.length).toBeLessThan(30);
    expect(await met({ rate: 0.3 }, 7, 60)).toEqual(first);
    expect(await met({ rate: 0.3 }, 8, 60)).not.toEqual(first);
  });

  test('a storm meets the first of every so many', async () => {
    expect(await met({ storm: { every: 10, lasts: 3 } }, 1, 24)).toEqual([1, 2, 10, 11, 12, 20, 21, 22]);
  });

  test('a rule ends after so many', async () => {
    expect(await met({ most: 2 }, 1, 5)).toEqual([1, 2]);
  });

  test('a rule keeps to its methods and operations', async () => {
    expect(await met({ methods: ['GET'] }, 1, 3)).toEqual([]);
    expect(await met({ operations: ['CopyObject'] }, 1, 3)).toEqual([]);
    expect(await met({ methods: ['PUT'], operations: ['PutObject'] }, 1, 2)).toEqual([1, 2]);
  });
});

test('a hook changes the world between two requests of the client', async () => {
  const direct = client(s3.endpoint);
  await put(direct);
  const seen: Asked[] = [];
  const statuses: number[] = [];
  const { endpoint } = await proxy({
    onRequest: (request) => {
      seen.push(request);
      if (request.operation === 'CopyObject') { s3.state.bucket('data').remove(KEY, undefined); }
    },
    onAnswer: (_request, status) => { statuses.push(status); },
  });
  const through = client(endpoint);
  await through.send(new HeadObjectCommand({ Bucket: 'data', Key: KEY }));
  await expect(copy(through)).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(seen).toEqual([
    { number: 1, method: 'HEAD', operation: 'HeadObject', bucket: 'data', key: KEY },
    { number: 2, method: 'PUT', operation: 'CopyObject', bucket: 'data', key: KEY },
  ]);
  expect(statuses).toEqual([200, 404]);
});
