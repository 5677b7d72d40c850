import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { KEY, object, TARGET } from './fake-store';
import { LeanStore } from '../../src/core/lean/lean-store';

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

test('every request that is sent is signed as it came', async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, from the view of S3
  const expected = ({ method, url, headers }: IncomingMessage): string => {
    const [, scope, names] = /Credential=[^/]*\/([^,]*), SignedHeaders=([^,]*), /.exec(headers.authorization ?? '') ?? [];
    const [path, search = ''] = (url ?? '').split('?');
    const query = search.split('&').filter((pair) => pair !== '').map((pair) => pair.includes('=') ? pair : `${pair}=`).sort().join('&');
    const canonical = [method, path, query, ...names.split(';').map((name) => `${name}:${headers[name]}`), '', names, headers['x-amz-content-sha256']].join('\n');
    const key = scope.split('/').reduce<Buffer | string>((secret, step) => createHmac('sha256', secret).update(step).digest(), `AWS4${CREDENTIALS.secretAccessKey}`);
    const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
    return createHmac('sha256', key).update(text).digest('hex');
  };
  handler = ({ method }, answer) => { fine(answer, {}, method === 'GET' ? '<Other/>' : '<CopyObjectResult><ETag>"new"</ETag></CopyObjectResult>'); };
  const key = "a b+c/ü'(1)!*~.txt";
  await store.head({ key, versionId: 'v+/=' });
  await store.checksum({ key });
  await store.updateEncryption({ key, versionId: 'v+/=' }, TARGET);
  await store.updateEncryption({ key }, TARGET);
  await store.copy({ source: object(key, { headers: { websiteRedirect: '/else  where' } }), target: TARGET, replaces: '"e"', checksumAlgorithm: 'SHA256', grants: { read: 'id="x"' } });
  await store.listVersions('p q', { key, versionId: 'v+/=' }).catch(() => undefined);
  const other = await LeanStore.open({
    client: new S3Client({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true }),
    bucket: 'b',
    clock,
    random: () => 1,
    sockets: 1,
    expectedBucketOwner: '111122223333',
  });
  await other.listCurrent('p q', { key }).catch(() => undefined);
  other.close();
  const lean = asked.map(({ request }) => request).filter(({ headers }) => headers['user-agent'] === 'cdk-s3-encryption');
  expect(lean.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'PUT', 'PUT', 'PUT', 'GET', 'GET']);
  for (const request of lean) {
    if (request.headers['x-amz-website-redirect-location'] !== undefined) { request.headers['x-amz-website-redirect-location'] = '/else where'; }
    expect([request.url, /Signature=(.*)/.exec(request.headers.authorization ?? '')?.[1]]).toEqual([request.url, expected(request)]);
  }
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

  test('200 with an error in it, also where no result is expected', async () => {
    handler = (_, answer, number) => { if (number < 3) { error(answer, 200, 'InternalError'); } else { fine(answer); } };
    await store.updateEncryption({ key: 'k' }, TARGET);
    expect(asked).toHaveLength(3);
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

  test('with the time of S3, also when a bare refusal is all that is said of it', async () => {
    handler = (_, answer, number) => { answer.writeHead(number === 1 ? 403 : 200, { date: 'Wed, 04 Mar 2026 06:06:07 GMT', etag: '"e"' }).end(); };
    await store.head({ key: 'k' });
    handler = (_, answer) => { answer.writeHead(403, { date: 'Wed, 04 Mar 2026 06:06:08 GMT' }).end(); };
    await expect(store.head({ key: 'k' })).rejects.toMatchObject({ code: 'AccessDenied', meaning: 'refused' });
    expect(asked.map(({ request }) => request.headers['x-amz-date'])).toEqual(['20260304T050607Z', '20260304T060607Z', '20260304T060607Z']);
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

describe('what goes through the SDK', () => {
  const tags = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';

  test('is asked for again when it is cut off within its body, though the SDK would not', async () => {
    handler = (_, answer, number) => {
      answer.writeHead(200, { 'content-type': 'application/xml', 'content-length': String(tags.length) });
      if (number > 2) { answer.end(tags); return; }
      answer.write(tags.slice(0, 30));
      setTimeout(() => answer.destroy(), 5);
    };
    expect(await store.tagging({ key: 'k' })).toBe('a=b');
    expect(pauses).toEqual([100, 200]);
  });

  const open = async (maxAttempts: number) => {
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true, maxAttempts,
    });
    return LeanStore.open({ client, bucket: 'b', clock, random: () => 1, sockets: 4, attempts: 4 });
  };

  test.each([1, 2, 3, 4])('is asked for as often as everything else, of which the SDK does %i at a time', async (maxAttempts) => {
    handler = (_, answer) => { error(answer, 500, 'InternalError'); };
    const other = await open(maxAttempts);
    await expect(other.tagging({ key: 'k' })).rejects.toMatchObject({ code: 'InternalError', meaning: 'retryable' });
    expect(asked).toHaveLength(maxAttempts === 3 ? 6 : 4);
  });

  test('is asked for again when the SDK does not any more, for so much has failed', async () => {
    handler = (_, answer, number) => { if (number % 4 === 0) { fine(answer, {}, tags); } else { error(answer, 500, 'InternalError'); } };
    const other = await open(2);
    for (let i = 0; i < 100; i++) { expect(await other.tagging({ key: 'k' })).toBe('a=b'); }
  }, 60_000);

  test('a part that was copied without a result is copied again', async () => {
    handler = ({ method, url }, answer, number) => {
      if (url?.includes('uploads')) { fine(answer, {}, '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'); return; }
      if (method === 'POST') { fine(answer, {}, '<CompleteMultipartUploadResult><ETag>"new"</ETag></CompleteMultipartUploadResult>'); return; }
      fine(answer, {}, number < 3 ? '<CopyPartResult></CopyPartResult>' : '<CopyPartResult><ETag>"part"</ETag></CopyPartResult>');
    };
    const request = { source: object('k'), target: TARGET, replaces: '"e"', ranges: [{ first: 0, last: 9 }] };
    expect(await store.multipartCopy(request)).toMatchObject({ etag: '"new"' });
    expect(asked).toHaveLength(4);
  });
});

describe('the checksum, which a copy has to know', () => {
  const KMS = { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': KEY };
  const modes = () => asked.filter(({ request }) => request.method === 'HEAD').map(({ request }) => request.headers['x-amz-checksum-mode']);
  const copy = async (times: number) => {
    handler = (_, answer) => { fine(answer, {}, '<CopyObjectResult><ETag>"new"</ETag></CopyObjectResult>'); };
    for (let i = 0; i < times; i++) { await store.copy({ source: object('k', { encryption: { status: 'NOT-SSE', bucketKey: false } }), target: TARGET, replaces: '"e"' }); }
    asked = [];
    handler = (_, answer) => { fine(answer); };
  };

  test('comes with the state when a row of objects was copied', async () => {
    await copy(15);
    expect((await store.head({ key: 'k' })).checksum).toBeUndefined();
    await copy(1);
    handler = ({ headers }, answer) => { fine(answer, headers['x-amz-checksum-mode'] === 'ENABLED' ? { 'x-amz-checksum-sha256': 'sum', 'x-amz-checksum-type': 'FULL_OBJECT' } : {}); };
    expect(await store.head({ key: 'k' })).toMatchObject({ checksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: 'sum' } });
    handler = (_, answer) => { fine(answer); };
    expect(await store.head({ key: 'k' })).toMatchObject({ checksum: 'none' });
    expect(modes()).toEqual(['ENABLED', 'ENABLED']);
  });

  test('is not asked for by who only looks', async () => {
    handler = (_, answer) => { fine(answer); };
    for (let i = 0; i < 40; i++) { await store.head({ key: 'k' }); }
    expect(modes()).toEqual(Array(40).fill(undefined));
  });

  test('is not asked for while objects under KMS are copied', async () => {
    handler = (_, answer) => { fine(answer, {}, '<CopyObjectResult><ETag>"new"</ETag></CopyObjectResult>'); };
    const source = object('k', { encryption: { status: 'DSSE-KMS', keyArn: KEY, bucketKey: false } });
    for (let i = 0; i < 40; i++) { await store.copy({ source, target: TARGET, replaces: '"e"' }); }
    await store.head({ key: 'k' });
    expect(modes()).toEqual([undefined]);
  });

  test('is not asked for of objects under KMS, where it costs a request to KMS and a permission', async () => {
    await copy(20);
    handler = (_, answer) => { fine(answer, KMS); };
    await store.head({ key: 'k' });
    await store.head({ key: 'k' });
    expect(modes()).toEqual(['ENABLED', undefined]);
  });

  test('nor where objects are updated, which do not need it', async () => {
    await copy(20);
    await store.updateEncryption({ key: 'k' }, TARGET);
    await store.head({ key: 'k' });
    expect(modes()).toEqual([undefined]);
  });

  test('refused, it is done without', async () => {
    await copy(20);
    handler = ({ headers }, answer) => { if (headers['x-amz-checksum-mode'] === undefined) { fine(answer, KMS); } else { answer.writeHead(403).end(); } };
    expect(await store.head({ key: 'k' })).toMatchObject({ encryption: { status: 'SSE-KMS' } });
    handler = (_, answer) => { answer.writeHead(403).end(); };
    await expect(store.head({ key: 'k' })).rejects.toMatchObject({ status: 403, meaning: 'refused' });
  });

  test('is asked for by name otherwise', async () => {
    handler = (_, answer) => { fine(answer, { 'x-amz-checksum-crc64nvme': 'sum' }); };
    expect(await store.checksum({ key: 'k', versionId: 'v' })).toEqual({ algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: 'sum' });
    expect(modes()).toEqual(['ENABLED']);
    expect(asked[0].request.url).toBe('/b/k?versionId=v');
  });
});

describe('credentials', () => {
  const openWith = async (credentials: S3ClientConfig['credentials'], now: () => Date) => {
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1,
    });
    return LeanStore.open({ client, bucket: 'b', clock: { ...clock, now }, random: () => 1, sockets: 1, attempts: 1 });
  };

  test('that expire are asked for anew, once a second', async () => {
    let [token, now] = ['t1', Date.now()];
    const open = await openWith(async () => ({ accessKeyId: `A-${token}`, secretAccessKey: 's', sessionToken: token, expiration: new Date(0) }), () => new Date(now));
    handler = (_, answer) => { fine(answer); };
    await open.head({ key: 'k' });
    token = 't2';
    await open.head({ key: 'k' });
    now += 1000;
    await open.head({ key: 'k' });
    open.close();
    expect(asked.map(({ request }) => request.headers['x-amz-security-token'])).toEqual(['t1', 't1', 't2']);
    expect(asked[2].request.headers.authorization).toContain('Credential=A-t2/');
  });

  test('that cannot be renewed are an error of the store', async () => {
    let there = true;
    const open = await openWith(async () => {
      if (there) { return { ...CREDENTIALS, expiration: new Date(0) }; }
      throw Object.assign(new Error('the session has ended'), { name: 'CredentialsProviderError' });
    }, () => new Date());
    there = false;
    await expect(open.head({ key: 'k' })).rejects.toMatchObject({ code: 'CredentialsProviderError', meaning: 'fatal', message: 'the session has ended' });
    open.close();
    expect(asked).toEqual([]);
  });
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
