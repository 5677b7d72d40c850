import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeIo, run } from './fake-io';
import { bucketRegion, connect, isAws } from '../../src/cli/clients';

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const WHERE = { bucket: 'data', prefix: '', concurrency: 3 };

beforeAll(() => { Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' }); });

test.each([
  ['data.s3.eu-central-1.amazonaws.com', true], ['s3.amazonaws.com', true], ['data.s3.dualstack.us-east-1.amazonaws.com', true], ['s3-fips.us-gov-west-1.amazonaws.com', true],
  ['data.s3.cn-north-1.amazonaws.com.cn', true], ['data.s3.eusc-de-east-1.amazonaws.eu', true], ['s3.us-iso-east-1.c2s.ic.gov', true],
  ['localhost', false], ['127.0.0.1', false], ['s3.example.com', false], ['notamazonaws.com', false], ['amazonaws.com.example.com', false], ['storage.googleapis.com', false],
])('%s is AWS: %p', (host, aws) => {
  expect(isAws(host)).toBe(aws);
});

test('the region is the one that S3 names, in an answer, a redirect and a refusal', async () => {
  const answering = (answer: Promise<unknown>): Parameters<typeof bucketRegion>[0] => ({ send: async () => answer }) as never;
  const refused = (headers?: Record<string, string>): Promise<never> => Promise.reject(Object.assign(new Error('301'), headers === undefined ? {} : { $response: { headers } }));
  expect(await bucketRegion(answering(Promise.resolve({ BucketRegion: 'eu-central-1' })), WHERE)).toBe('eu-central-1');
  expect(await bucketRegion(answering(refused({ 'x-amz-bucket-region': 'eu-north-1' })), WHERE)).toBe('eu-north-1');
  expect(await bucketRegion(answering(refused({})), WHERE)).toBeUndefined();
  await expect(bucketRegion(answering(refused()), WHERE)).rejects.toThrow('301');
});

test('KMS is asked where there is one: at AWS, or at an endpoint that was named for it', async () => {
  const kms = async (env: Record<string, string>, endpointUrl?: string): Promise<boolean> => {
    const connection = await connect({ ...WHERE, endpointUrl }, 'us-east-1', new FakeIo({ env: { AWS_REGION: 'us-east-1', ...env } }));
    connection.close();
    return connection.kms !== undefined;
  };
  expect(await kms({}, 'http://127.0.0.1:9')).toBe(false);
  expect(await kms({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' })).toBe(false);
  expect(await kms({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' })).toBe(true);
  expect(await kms({ AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:9' }, 'http://127.0.0.1:10')).toBe(true);
});

describe('an S3 of another make', () => {
  const asked: { method?: string; url?: string; headers: IncomingMessage['headers'] }[] = [];
  let server: Server;
  let endpoint: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push({ method: request.method, url: request.url, headers: request.headers });
      if (request.url?.includes('list-type=2')) {
        response.end('<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>1</Size><ETag>"e"</ETag></Contents></ListBucketResult>');
      } else if (request.method === 'HEAD' && request.url?.startsWith('/data/a')) {
        response.writeHead(200, { 'etag': '"e"', 'content-length': '1', 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': KEY });
        response.end();
      } else if (request.method === 'GET') {
        response.end('<VersioningConfiguration/>');
      } else {
        response.writeHead(request.method === 'PUT' ? 501 : 200).end();
      }
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => { server.closeAllConnections(); server.close(); });

  test('is asked with the bucket in the path, and with the owner that was given, in every request', async () => {
    const args = ['--bucket', 'data', '--key', KEY, '--plan', '--no-bucket-key', '--endpoint-url', endpoint.replace('127.0.0.1', 'localhost'), '--expected-bucket-owner', '123456789012'];
    const { code, out, err } = await run(['backfill', ...args], { env: { AWS_REGION: 'us-east-1' } });
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(out).toMatch(/Already encrypted so +1/);
    expect(err).toContain('has no UpdateObjectEncryption: every object is copied onto itself');
    expect(asked.length).toBeGreaterThan(6);
    expect(asked.filter(({ url }) => url?.startsWith('/data') !== true)).toEqual([]);
    expect(asked.filter(({ url, headers }) => headers['x-amz-expected-bucket-owner'] !== '123456789012' && !url?.includes('probe'))).toEqual([]);
  });
});
