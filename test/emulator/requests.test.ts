import { Agent, IncomingHttpHeaders, request as httpRequest } from 'node:http';
import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateMultipartUploadCommand, DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand,
  GetObjectAttributesCommand,
  HeadObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand, PutObjectCommand, UpdateObjectEncryptionCommand, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Credentials, kmsRule, outcome, TestAws } from './aws';

const GET = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html';
const HEAD = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html';
const CONDITIONAL = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html';
const PRESIGNED = 'https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html';
const VIRTUAL = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html';
const KEYS = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html';
const VERSIONS = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/RetrievingObjectVersions.html';
const DELETE_OBJECTS = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html';
const OBJECT = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html';
const ALGORITHM = 'x-amz-server-side-encryption';

let aws: TestAws;
let own: string;
let other: string;
beforeAll(async () => {
  aws = await TestAws.start();
  [own, other] = [await aws.key(), await aws.key()];
});
afterAll(async () => { await aws?.stop(); });

interface Answer { status: number; headers: IncomingHttpHeaders; body: string }
interface Sent { method?: string; headers?: Record<string, string>; body?: string; agent?: Agent }

/** What no SDK sends: other hosts, connections that are counted, URLs that somebody else signed. */
async function raw(path: string, { method = 'GET', headers = {}, body, agent }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: aws.emulator.port, path, method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const signed = ({ accessKeyId }: Pick<Credentials, 'accessKeyId'> = { accessKeyId: 'test' }) =>
  ({ authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0` });

function presigned(path: string, { accessKeyId }: Pick<Credentials, 'accessKeyId'>, secondsAgo: number, expires: number): string {
  const date = new Date(Date.now() - secondsAgo * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKeyId}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(expires),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': '0'.repeat(64),
  });
  return `${path}?${query}`;
}

describe(`keys of any characters (${KEYS})`, () => {
  test.each([
    'a b', 'a+b', 'a%20b', 'a%2Fb', 'a&b=c', 'a?b', 'a#b', "it's", '(a)!*', 'ä/ü', '日本語', '🙂', 'a//b', '/a', 'folder/', 'a:b@c;d,e', '[a]', '<a>"b"', 'a\\b', '~a^`',
  ])('%j is written, read, copied, updated, listed and deleted', async (Key) => {
    const Bucket = await aws.bucket({ rule: kmsRule(own, true) });
    await aws.put(Bucket, Key);
    expect(await aws.encryptionOf(Bucket, Key)).toEqual(['aws:kms', own, true]);
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    await aws.s3().send(new CopyObjectCommand({ Bucket, Key, CopySource, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other }));
    expect(await aws.encryptionOf(Bucket, Key)).toEqual(['aws:kms', other, true]);
    await aws.s3().send(new UpdateObjectEncryptionCommand({ Bucket, Key, ObjectEncryption: { SSEKMS: { KMSKeyArn: own } } }));
    expect(await aws.encryptionOf(Bucket, Key)).toEqual(['aws:kms', own, undefined]);
    const { Body } = await aws.s3().send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body!.transformToString()).toBe('body');
    const { Contents } = await aws.s3().send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map((object) => object.Key)).toEqual([Key]);
    await aws.s3().send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await outcome(aws.s3().send(new HeadObjectCommand({ Bucket, Key })))).toBe('404 NotFound');
  });

  test('a policy sees the key as it is, not as the URL has it', async () => {
    const Bucket = await aws.bucket();
    await aws.bucketPolicy(Bucket, [{ Sid: 'Here', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/a b/*` }]);
    expect(await outcome(aws.put(Bucket, 'a b/c'))).toBe('bucket-policy:Here');
    expect(await outcome(aws.put(Bucket, 'a%20b/c'))).toBe('allowed');
  });
});

describe(`conditional and partial reads of an object under KMS (${CONDITIONAL}, ${GET})`, () => {
  let path: string;
  let etag: string;
  beforeAll(async () => {
    const Bucket = await aws.bucket({ rule: kmsRule(own, true) });
    await aws.put(Bucket, 'object');
    path = `/${Bucket}/object`;
    etag = (await aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'object' }))).ETag!;
  });

  test.each([['GET'], ['HEAD']])('%s If-None-Match of the same ETag is a 304 with the ETag, and no body', async (method) => {
    const answer = await raw(path, { method, headers: { ...signed(), 'if-none-match': etag } });
    expect(answer).toMatchObject({ status: 304, body: '' });
    expect(answer.headers.etag).toBe(etag);
    expect(answer.headers['last-modified']).toBeDefined();
  });

  test('If-Match of another ETag is a 412, of the same one the object', async () => {
    expect(await raw(path, { headers: { ...signed(), 'if-match': '"0"' } })).toMatchObject({ status: 412 });
    const answer = await raw(path, { headers: { ...signed(), 'if-match': etag } });
    expect(answer).toMatchObject({ status: 200, body: 'body' });
    expect(answer.headers[ALGORITHM]).toBe('aws:kms');
  });

  test('a range is a 206 that says what it is encrypted with', async () => {
    const answer = await raw(path, { headers: { ...signed(), range: 'bytes=1-2' } });
    expect(answer).toMatchObject({ status: 206, body: 'od' });
    expect(answer.headers).toMatchObject({ [ALGORITHM]: 'aws:kms', 'content-range': 'bytes 1-2/4' });
  });
});

test(`one connection goes on after errors and after answers without a body (${GET})`, async () => {
  const Bucket = await aws.bucket({ rule: kmsRule(own) });
  await aws.bucketPolicy(Bucket, [{ Sid: 'Never', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/no` }]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let connections = 0;
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    connections += 1;
    return connect(...args);
  };
  try {
    const send = async (path: string, more: Sent = {}) => (await raw(`/${Bucket}/${path}`, { agent, headers: signed(), ...more })).status;
    expect([
      await send('no', { method: 'PUT', body: 'x'.repeat(10_000) }),
      await send('missing'),
      await send('missing', { method: 'HEAD' }),
      await send('yes', { method: 'PUT', body: 'x' }),
      await send('yes', { method: 'HEAD' }),
      await send('yes', { headers: { ...signed(), 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() } }),
      await send('yes', { method: 'PUT', body: 'x', headers: { ...signed(), [ALGORITHM]: 'rot13' } }),
      await send('yes', { method: 'DELETE' }),
      await send('?delete', { method: 'POST', body: 'not XML' }),
      await send('?encryption', { method: 'PUT', body: '<x/>' }),
      await send('?encryption'),
    ]).toEqual([403, 404, 404, 200, 200, 304, 400, 204, 400, 400, 200]);
    expect(connections).toBe(1);
  } finally {
    agent.destroy();
  }
});

describe(`a presigned URL (${PRESIGNED})`, () => {
  test('acts for who signed it, within its time', async () => {
    const Bucket = await aws.bucket({ rule: kmsRule(own) });
    await aws.put(Bucket, 'in/a');
    await aws.put(Bucket, 'out/a');
    const { credentials } = await aws.user([
      { Effect: 'Allow', Action: 's3:*Object', Resource: `arn:aws:s3:::${Bucket}/in/*` },
      { Effect: 'Allow', Action: 'kms:*', Resource: own },
    ]);
    expect(await raw(presigned(`/${Bucket}/in/a`, credentials, 1, 60))).toMatchObject({ status: 200, body: 'body' });
    expect((await raw(presigned(`/${Bucket}/out/a`, credentials, 1, 60))).headers['x-emulator-denied-by']).toBe('identity-policy:implicit');
    expect(await raw(presigned(`/${Bucket}/in/a`, credentials, 120, 60))).toMatchObject({ status: 403, body: expect.stringContaining('Request has expired') });
    expect(await raw(presigned(`/${Bucket}/in/b`, credentials, 1, 60), { method: 'PUT', body: 'new' })).toMatchObject({ status: 200 });
    expect(await aws.encryptionOf(Bucket, 'in/b')).toEqual(['aws:kms', own, undefined]);
  });

  test('can be told from a signed header by a policy', async () => {
    const Bucket = await aws.bucket();
    await aws.put(Bucket, 'a');
    await aws.bucketPolicy(Bucket, [{
      Sid: 'NoLinks',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { StringEquals: { 's3:authType': 'REST-QUERY-STRING' } },
    }]);
    expect((await raw(presigned(`/${Bucket}/a`, { accessKeyId: 'test' }, 1, 60))).headers['x-emulator-denied-by']).toBe('bucket-policy:NoLinks');
    expect(await raw(`/${Bucket}/a`, { headers: signed() })).toMatchObject({ status: 200 });
  });
});

test(`the bucket may be in the name of the host (${VIRTUAL})`, async () => {
  const Bucket = await aws.bucket({ rule: kmsRule(own, true) });
  const headers = { ...signed(), host: `${Bucket}.localhost:${aws.emulator.port}` };
  expect(await raw('/a%20b', { method: 'PUT', body: 'body', headers })).toMatchObject({ status: 200 });
  expect(await aws.encryptionOf(Bucket, 'a b')).toEqual(['aws:kms', own, true]);
  expect(await raw('/a%20b', { headers })).toMatchObject({ status: 200, body: 'body' });
  const list = await raw('/?list-type=2', { headers });
  expect(list.body).toContain('<Key>a b</Key>');
});

describe(`HeadObject of an object under KMS (${HEAD})`, () => {
  test('needs kms:Decrypt for the checksum alone', async () => {
    const Bucket = await aws.bucket({ rule: kmsRule(own) });
    await aws.put(Bucket, 'a', { ChecksumAlgorithm: 'SHA256' });
    const { credentials } = await aws.role([{ Effect: 'Allow', Action: 's3:GetObject*', Resource: '*' }]);
    const s3 = aws.s3(credentials);
    expect(await outcome(s3.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('allowed');
    expect(await outcome(s3.send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' })))).toBe('identity-policy:implicit');
    expect(await outcome(s3.send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe('identity-policy:implicit');
    expect(await outcome(s3.send(new GetObjectAttributesCommand({ Bucket, Key: 'a', ObjectAttributes: ['ObjectSize'] })))).toBe('allowed');
  });
});

describe(`versions (${VERSIONS})`, () => {
  test('each has its own encryption, body and permission', async () => {
    const Bucket = await aws.bucket({ versioned: true });
    const first = await aws.put(Bucket, 'a', { Body: 'first', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: own });
    const second = await aws.put(Bucket, 'a', { Body: 'second', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other });
    const read = async (VersionId?: string) => {
      const { Body, SSEKMSKeyId } = await aws.s3().send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }));
      return [await Body!.transformToString(), SSEKMSKeyId];
    };
    expect(await read(first)).toEqual(['first', own]);
    expect(await read(second)).toEqual(['second', other]);
    expect(await read()).toEqual(['second', other]);
    const { credentials } = await aws.role([
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: '*' },
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: other },
    ]);
    const get = (VersionId?: string, who = credentials) => outcome(aws.s3(who).send(new GetObjectCommand({ Bucket, Key: 'a', VersionId })));
    expect([await get(), await get(second), await get(first)]).toEqual(['allowed', 'allowed', 'identity-policy:implicit']);
    const latest = await aws.role([{ Effect: 'Allow', Action: ['s3:GetObject', 'kms:Decrypt'], Resource: '*' }]);
    expect([await get(undefined, latest.credentials), await get(second, latest.credentials)]).toEqual(['allowed', 'identity-policy:implicit']);
  });

  test('that are not there, and delete markers, are errors', async () => {
    const Bucket = await aws.bucket({ versioned: true });
    const version = await aws.put(Bucket, 'a');
    const { VersionId: marker } = await aws.s3().send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const get = (VersionId?: string) => outcome(aws.s3().send(new GetObjectCommand({ Bucket, Key: 'a', VersionId })));
    expect(await get(version)).toBe('allowed');
    expect(await get()).toBe('404 NoSuchKey');
    expect(await get(marker)).toBe('405 MethodNotAllowed');
    const { headers } = await raw(`/${Bucket}/a`, { method: 'HEAD', headers: signed() });
    expect(headers).toMatchObject({ 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker });
    expect(await get('00000000-0000-0000-0000-000000000000')).toBe('404 NoSuchVersion');
  });

  test('of 16 uploads at once each keeps the encryption and the body of its own request', async () => {
    const Bucket = await aws.bucket({ versioned: true, rule: kmsRule(own, true) });
    const kinds = [{}, { ServerSideEncryption: 'AES256' }, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other }, { BucketKeyEnabled: false }] as const;
    const wanted = [['aws:kms', own, true], ['AES256', undefined, undefined], ['aws:kms', other, true], ['aws:kms', own, undefined]];
    const s3 = aws.s3();
    const puts = await Promise.all(Array.from({ length: 16 }, async (_, n) =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: `body ${n}`, ...kinds[n % kinds.length] }))));
    for (const [n, { VersionId, ETag }] of puts.entries()) {
      expect(await aws.encryptionOf(Bucket, 'a', VersionId)).toEqual(wanted[n % wanted.length]);
      const read = await s3.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }));
      expect([await read.Body!.transformToString(), read.ETag]).toEqual([`body ${n}`, ETag]);
    }
    expect((await s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions).toHaveLength(16);
  });
});

test(`uploads of one key at once leave the body and the encryption of the same request (${OBJECT})`, async () => {
  const Bucket = await aws.bucket();
  const s3 = aws.s3();
  for (let round = 0; round < 8; round += 1) {
    await Promise.all(Array.from({ length: 16 }, async (_, n) => s3.send(new PutObjectCommand({
      Bucket,
      Key: 'a',
      Body: n % 2 === 0 ? 'own' : 'other',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: n % 2 === 0 ? own : other,
    }))));
    const { Body, SSEKMSKeyId } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body!.transformToString()).toBe(SSEKMSKeyId === own ? 'own' : 'other');
  }
});

test(`CompleteMultipartUpload answers the ETag that HeadObject and lists tell (${OBJECT})`, async () => {
  const Bucket = await aws.bucket({ rule: kmsRule(own, true) });
  const upload = { Bucket, Key: 'a' };
  const { UploadId } = await aws.s3().send(new CreateMultipartUploadCommand(upload));
  const { ETag } = await aws.s3().send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'part' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const done = await aws.s3().send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-1"$/);
  expect(done).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: own, BucketKeyEnabled: true });
  expect((await aws.s3().send(new HeadObjectCommand(upload))).ETag).toBe(done.ETag);
  expect((await aws.s3().send(new ListObjectsV2Command({ Bucket }))).Contents?.[0].ETag).toBe(done.ETag);
});

test(`DeleteObjects answers for each object (${DELETE_OBJECTS})`, async () => {
  const Bucket = await aws.bucket();
  for (const Key of ['keep/a', 'go/a', 'go/b']) { await aws.put(Bucket, Key); }
  await aws.bucketPolicy(Bucket, [{
    Sid: 'Keep', Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${Bucket}/keep/*`,
  }]);
  const answered = await aws.s3().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'keep/a' }, { Key: 'go/a' }, { Key: 'go/b' }] } }));
  expect(answered.Deleted?.map(({ Key }) => Key)).toEqual(['go/a', 'go/b']);
  expect(answered.Errors).toEqual([expect.objectContaining({ Key: 'keep/a', Code: 'AccessDenied' })]);
  const { Contents } = await aws.s3().send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['keep/a']);
  const quiet = await aws.s3().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'keep/a' }], Quiet: true } }));
  expect(quiet.Deleted).toBeUndefined();
  expect(quiet.Errors).toHaveLength(1);
});
