import { createHash, createHmac } from 'node:crypto';
import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { endpointOf } from '../../src/core/lean/endpoint';
import { type Credentials, type Header, Signer } from '../../src/core/lean/signature';
import { encodeKey } from '../../src/core/wire';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const NOW = Date.parse('2026-03-04T05:06:07.890Z');

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

  async function expectTheSame(key: string, versionId?: string): Promise<void> {
    const { method, path, query, headers } = await sdkRequest(key, {}, versionId);
    expect(path).toBe(`/bucket/${encodeKey(key)}`);
    const names = /SignedHeaders=([^,]*)/.exec(headers.authorization)![1].split(';');
    const stamp = headers['x-amz-date'].replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
    const search = Object.entries(query as Record<string, string>).sort().map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    const signer = new Signer('eu-central-1');
    const lines = signer.sign({
      method, path, query: search, headers: names.map((name) => [name, headers[name]] as const), bodyHash: headers['x-amz-content-sha256'],
    }, signer.at(Date.parse(stamp), CREDENTIALS));
    expect(lines.split('\r\n')).toEqual([...names.map((name) => `${name}: ${headers[name]}`), `authorization: ${headers.authorization}`, '']);
  }

  test.each(CASES)('of %j, version %s is the one of the SDK', expectTheSame);

  test('of any key is the one of the SDK, and so is the path', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), async (key) => expectTheSame(key)), { seed: 11, numRuns: 200 });
  });

  const HEADERS: readonly Header[] = [['host', 'h'], ['x-amz-date', 'now']];
  const signed = (signer: Signer, credentials: Credentials, headers = HEADERS, now = NOW) =>
    signer.sign({ method: 'HEAD', path: '/b/k', query: '', headers, bodyHash: 'x' }, signer.at(now, credentials));

  test('changes with the credentials, the second and the day', () => {
    const signer = new Signer('us-east-1');
    const at = (milliseconds: number, credentials: Credentials = CREDENTIALS) => signed(signer, credentials, HEADERS, NOW + milliseconds);
    const first = at(0);
    expect(at(100)).toBe(first);
    expect(at(1000)).not.toBe(first);
    expect(at(86_400_000)).toContain('/20260305/us-east-1/s3/aws4_request');
    expect(at(0, { ...CREDENTIALS, secretAccessKey: 'new' })).not.toBe(first);
    expect(at(0, { ...CREDENTIALS, accessKeyId: 'new' })).toContain('Credential=new/20260304');
    expect(at(0)).toBe(first);
    expect(at(0)).toBe(signed(new Signer('us-east-1'), CREDENTIALS));
  });

  test('leaves out what has no value, and reads blanks as the other side will', () => {
    const signer = new Signer('us-east-1');
    const one = signed(signer, CREDENTIALS, [['a', ' x  y\t'], ['b', undefined], ['c', 'z']]);
    expect(one).toContain('a:  x  y\t\r\nc: z\r\n');
    const signature = (lines: string) => /Signature=(.*)/.exec(lines)![1];
    expect(signature(one)).toBe(signature(signed(signer, CREDENTIALS, [['a', 'x y'], ['c', 'z']])));
  });

  test('of bytes above 127 is one of the bytes that are sent', () => {
    const lines = signed(new Signer('us-east-1'), CREDENTIALS, [['a', '\xc3\xa4']]);
    const canonical = Buffer.concat([Buffer.from('HEAD\n/b/k\n\na:'), Buffer.from('ä', 'utf8'), Buffer.from('\n\na\nx')]);
    const scope = '20260304/us-east-1/s3/aws4_request';
    const key = scope.split('/').reduce<Buffer | string>((secret, step) => createHmac('sha256', secret).update(step).digest(), `AWS4${CREDENTIALS.secretAccessKey}`);
    const text = `AWS4-HMAC-SHA256\n20260304T050607Z\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
    expect(lines).toContain(`Signature=${createHmac('sha256', key).update(text).digest('hex')}`);
  });

  test('is not given to headers that are out of order, nor to what would end a header', () => {
    const signer = new Signer('us-east-1');
    expect(() => signed(signer, CREDENTIALS, [['b', 'x'], ['a', 'y']])).toThrow('the header a must come before b');
    expect(() => signed(signer, CREDENTIALS, [['a', 'x'], ['a', 'y']])).toThrow('the header a must come before a');
    for (const value of ['x\r\nhost: evil', 'x\ny', '\0', '\u20ac']) {
      expect(() => signed(signer, CREDENTIALS, [['a', value]])).toThrow(expect.objectContaining({ code: 'InvalidHeader', meaning: 'refused' }));
    }
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
