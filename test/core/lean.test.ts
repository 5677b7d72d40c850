import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { KEY, object, TARGET } from './fake-store';
import { endpointOf } from '../../src/core/lean/endpoint';
import { LeanStore } from '../../src/core/lean/lean-store';
import { Signer } from '../../src/core/lean/signature';

type Handler = (request: IncomingMessage, answer: ServerResponse, number: number) => void;

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
let server: Server;
let handler: Handler;
let asked: { request: IncomingMessage; body: string }[];
let pauses: number[];
let store: LeanStore;
const clock = { now: () => new Date('2026-03-04T05:06:07.890Z'), sleep: async (milliseconds: number) => { pauses.push(milliseconds); } };

beforeAll(async () => {
  server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      asked.push({ request, body });
      handler(request, answer, asked.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(async () => {
  asked = [];
  pauses = [];
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true, maxAttempts: 1 });
  store = await LeanStore.open({ client, bucket: 'b', clock, random: () => 1, sockets: 4, attempts: 4, timeoutMilliseconds: 200 });
});
afterEach(() => { store.close(); });

const fine = (answer: ServerResponse, headers: Record<string, string> = {}, body = ''): void => {
  answer.writeHead(200, { etag: '"e"', ...headers });
  answer.end(body);
};
const error = (answer: ServerResponse, status: number, code: string, message = code): void => {
  answer.writeHead(status, { 'content-type': 'application/xml' });
  answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
};

describe('the signature', () => {
  /** What the SDK would send, just before it is sent. */
  async function sdkRequest(key: string, more: Partial<S3ClientConfig> = {}, versionId?: string): Promise<Record<string, any>> {
    const client = new S3Client({ region: 'eu-central-1', credentials: CREDENTIALS, forcePathStyle: true, endpoint: 'http://127.0.0.1:9', ...more });
    const command = new GetObjectCommand({ Bucket: 'bucket', Key: key, VersionId: versionId });
    let built: Record<string, any> = {};
    command.middlewareStack.add(() => async (args) => {
      built = args.request as Record<string, any>;
      throw new Error('not sent');
    }, { step: 'deserialize', priority: 'low' });
    await client.send(command).catch(() => undefined);
    return built;
  }

  const KEYS = ['a', 'a b', 'a+b', "it's (1)!*", 'ключ/鍵/🔑', 'a//b/', '%20', 'x=1&y=2', '~.-_', 'tab\there', '"quoted"', 'a:b;c,d@e$f', '#?'];
  const CASES = KEYS.flatMap((key): [string, string | undefined][] => [[key, undefined], [key, 'v+/=1']]);

  test.each(CASES)('of %j, version %s is the one of the SDK', async (key, versionId) => {
    const { method, path, query, headers } = await sdkRequest(key, {}, versionId);
    const names = /SignedHeaders=([^,]*)/.exec(headers.authorization)![1].split(';');
    const given = names.filter((name) => !['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'].includes(name));
    const stamp = headers['x-amz-date'].replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
    const encoded = Object.fromEntries(Object.entries(query as Record<string, string>).map(([name, value]) => [name, encodeURIComponent(value)]));
    const signed = new Signer('eu-central-1').sign({
      method, path, query: encoded, headers: Object.fromEntries(given.map((name) => [name, headers[name]])), bodyHash: headers['x-amz-content-sha256'],
    }, CREDENTIALS, new Date(stamp));
    expect(signed.authorization).toBe(headers.authorization);
  });

  test('changes with the credentials, also within a day', () => {
    const signer = new Signer('us-east-1');
    const request = { method: 'HEAD', path: '/b/k', query: {}, headers: { host: 'h' }, bodyHash: 'x' };
    const one = signer.sign(request, CREDENTIALS, clock.now()).authorization;
    const other = signer.sign(request, { ...CREDENTIALS, secretAccessKey: 'new', sessionToken: 't' }, clock.now());
    expect(other.authorization).not.toBe(one);
    expect(other['x-amz-security-token']).toBe('t');
    expect(signer.sign(request, CREDENTIALS, clock.now()).authorization).toBe(one);
  });
});

describe('the address of a bucket is the one of the SDK', () => {
  const client = (config: S3ClientConfig) => new S3Client({ region: 'eu-west-1', credentials: CREDENTIALS, ...config });
  test.each<[string, S3ClientConfig, string, object]>([
    ['virtual host', {}, 'data', { protocol: 'https:', hostname: 'data.s3.eu-west-1.amazonaws.com', base: '' }],
    ['dots in the name', {}, 'data.example.com', { protocol: 'https:', hostname: 's3.eu-west-1.amazonaws.com', base: '/data.example.com' }],
    ['path style', { forcePathStyle: true }, 'data', { hostname: 's3.eu-west-1.amazonaws.com', base: '/data' }],
    ['FIPS', { useFipsEndpoint: true }, 'data', { hostname: 'data.s3-fips.eu-west-1.amazonaws.com', base: '' }],
    ['China', { region: 'cn-north-1' }, 'data', { hostname: 'data.s3.cn-north-1.amazonaws.com.cn', base: '' }],
    ['another endpoint', { endpoint: 'http://localhost:9000/s3', forcePathStyle: true }, 'data', { protocol: 'http:', hostname: 'localhost', port: 9000, base: '/s3/data' }],
  ])('%s', async (_, config, bucket, expected) => {
    expect(await endpointOf(client(config), bucket)).toMatchObject(expected);
  });
});

describe('what may work later is tried again', () => {
  test.each<[string, Handler]>([
    ['503 SlowDown', (_, answer) => error(answer, 503, 'SlowDown')],
    ['500', (_, answer) => error(answer, 500, 'InternalError')],
    ['a reset', (request) => { request.socket.destroy(); }],
    ['an answer that is cut off', (_, answer) => {
      answer.writeHead(200, { 'etag': '"e"', 'content-length': '100' });
      answer.write('<CopyObjectResult>');
      setTimeout(() => answer.destroy(), 5);
    }],
    ['silence', () => undefined],
    ['200 with an error in it', (_, answer) => error(answer, 200, 'InternalError')],
    ['200 without a result', (_, answer) => fine(answer, {}, '<CopyObjectResult></CopyObjectResult>')],
  ])('%s, with pauses that double', async (_, fault) => {
    handler = (request, answer, number) => { if (number < 3) { fault(request, answer, number); } else { fine(answer, {}, '<CopyObjectResult><ETag>&quot;new&quot;</ETag></CopyObjectResult>'); } };
    expect(await store.copy({ source: object('k'), target: TARGET, replaces: '"e"' })).toMatchObject({ etag: '"new"' });
    expect(pauses).toEqual([100, 200]);
  });

  test('until there were enough attempts', async () => {
    handler = (_, answer) => { error(answer, 503, 'SlowDown', 'Please reduce your request rate.'); };
    await expect(store.updateEncryption({ key: 'k' }, TARGET)).rejects.toMatchObject({ code: 'SlowDown', meaning: 'retryable', message: 'Please reduce your request rate.' });
    expect(asked).toHaveLength(4);
  });

  test.each<[string, number, string, string]>([
    ['AccessDenied', 403, 'refused', 'no'], ['PreconditionFailed', 412, 'changed', 'x'], ['NoSuchKey', 404, 'gone', 'x'],
    ['KMS.DisabledException', 400, 'fatal', 'off'], ['AccessDenied', 403, 'locked', 'protected by S3 Object Lock'],
  ])('%s is not', async (code, status, meaning, message) => {
    handler = (_, answer) => { error(answer, status, code, message); };
    await expect(store.updateEncryption({ key: 'k' }, TARGET)).rejects.toMatchObject({ code, meaning });
    expect(asked).toHaveLength(1);
  });

  test('with the time of S3, where ours is wrong', async () => {
    handler = (_, answer, number) => {
      answer.setHeader('date', 'Wed, 04 Mar 2026 06:06:07 GMT');
      if (number === 1) { error(answer, 403, 'RequestTimeTooSkewed'); } else { fine(answer); }
    };
    await store.updateEncryption({ key: 'k' }, TARGET);
    expect(asked.map(({ request }) => request.headers['x-amz-date'])).toEqual(['20260304T050607Z', '20260304T060607Z']);
  });
});

test('a listing that is cut off within its body is asked for again, though the SDK would not', async () => {
  handler = (_, answer, number) => {
    const page = '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><Contents><Key>k</Key><Size>5</Size></Contents></ListBucketResult>';
    answer.writeHead(200, { 'content-type': 'application/xml', 'content-length': String(page.length) });
    if (number > 2) { answer.end(page); return; }
    answer.write(page.slice(0, 60));
    setTimeout(() => answer.destroy(), 5);
  };
  expect((await store.listCurrent('')).versions).toMatchObject([{ key: 'k', size: 5 }]);
  expect(pauses).toEqual([100, 200]);
});

test('an update names the key, and its body is what its checksum says', async () => {
  handler = (_, answer) => { fine(answer); };
  await store.updateEncryption({ key: 'a b/ü', versionId: 'v/1' }, TARGET);
  const [{ request, body }] = asked;
  expect(request.url).toBe('/b/a%20b/%C3%BC?encryption&versionId=v%2F1');
  expect(body).toContain(`<KMSKeyArn>${KEY}</KMSKeyArn><BucketKeyEnabled>true</BucketKeyEnabled>`);
  expect(request.headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
});

test('a head reads what the SDK reads', async () => {
  const headers = {
    'content-length': '5',
    'x-amz-version-id': 'v1',
    'x-amz-storage-class': 'GLACIER',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': KEY,
    'x-amz-server-side-encryption-bucket-key-enabled': 'true',
    'x-amz-meta-owner': 'orders',
    'cache-control': 'no-store',
    'x-amz-object-lock-legal-hold': 'ON',
    'x-amz-restore': 'ongoing-request="true"',
    'x-amz-missing-meta': '1',
  };
  handler = (_, answer) => {
    answer.writeHead(200, { etag: '"e"', ...headers });
    answer.end();
  };
  expect(await store.head({ key: 'k' })).toEqual({
    key: 'k',
    versionId: 'v1',
    size: 5,
    etag: '"e"',
    storageClass: 'GLACIER',
    encryption: { status: 'SSE-KMS', keyArn: KEY, bucketKey: true },
    locked: true,
    archived: true,
    headers: { cacheControl: 'no-store' },
    metadata: { owner: 'orders' },
    unreadableMetadata: true,
  });
  expect(asked[0].request.method).toBe('HEAD');
});
