import { type Ended, FakeIo, run } from './fake-io';
import { CliWorld } from './world';
import { auditCsv, auditTable } from '../../src/cli/audit-output';
import { startFaultProxy } from '../faults/fault-proxy';

const CUSTOMER_KEY = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 7).toString('base64'), ServerSideEncryption: undefined };
const WHERE = { bucket: 'data', prefix: '', concurrency: 1 };

let world: CliWorld;
let bucket: string;
let keyArn: string;

beforeAll(async () => {
  world = await CliWorld.start();
  keyArn = await world.key();
  bucket = await world.bucket({ versioned: true });
  await world.put(bucket, 'in/a');
  await world.put(bucket, 'in/a', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true });
  await world.put(bucket, 'in/b', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true });
  await world.put(bucket, 'in/c', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn });
  await world.putUnencrypted(bucket, 'out/d');
  await world.put(bucket, 'out/e', CUSTOMER_KEY);
});
afterAll(async () => world.stop());

const audit = async (...args: string[]): Promise<Ended> => run(['audit', '--bucket', bucket, ...args], { env: world.env });
const ROWS = [
  { status: 'SSE-KMS', bucketKey: true, currentObjects: 2, currentBytes: 26, noncurrentVersions: 0, noncurrentBytes: 0 },
  { status: 'NOT-SSE', bucketKey: false, currentObjects: 1, currentBytes: 14, noncurrentVersions: 0, noncurrentBytes: 0 },
  { status: 'SSE-C', bucketKey: false, currentObjects: 1, currentBytes: 14, noncurrentVersions: 0, noncurrentBytes: 0 },
  { status: 'SSE-KMS', bucketKey: false, currentObjects: 1, currentBytes: 13, noncurrentVersions: 0, noncurrentBytes: 0 },
  { status: 'SSE-S3', bucketKey: false, currentObjects: 0, currentBytes: 0, noncurrentVersions: 1, noncurrentBytes: 13 },
];

test('--json: every version, by algorithm, key and Bucket Key', async () => {
  const { code, out, io } = await audit('--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    type: 'audit',
    bucket,
    prefix: '',
    complete: true,
    versions: 6,
    bytes: 80,
    unreadable: {},
    rows: ROWS.map((row) => ({ ...row, keyArn: row.status === 'SSE-KMS' ? keyArn : null })),
  });
  expect(io.jsonLines).toEqual([expect.objectContaining({ type: 'progress', doing: 'Reading', objects: 6 })]);
});

test('--csv: the same for a spreadsheet', async () => {
  const { code, out } = await audit('--csv');
  expect(code).toBe(0);
  expect(out.split('\r\n')).toEqual([
    'bucket,prefix,status,keyArn,bucketKey,currentObjects,currentBytes,noncurrentVersions,noncurrentBytes',
    ...ROWS.map((row) => [bucket, '', row.status, row.status === 'SSE-KMS' ? keyArn : '', row.bucketKey, row.currentObjects, row.currentBytes, row.noncurrentVersions, row.noncurrentBytes].join(',')),
    '',
  ]);
});

test('a table otherwise, and only below the prefix', async () => {
  const { code, out } = await audit('--prefix', 'in/');
  expect(code).toBe(0);
  expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
    `${bucket}, below "in/": 4 versions, 52 bytes`,
    expect.stringMatching(/^Encryption {2}Key +Bucket Key {2}Objects +Bytes {2}Old versions +Bytes$/),
    expect.stringMatching(new RegExp(`^SSE-KMS +${keyArn} {2}yes +2 {2}26 bytes +0 +0 bytes$`)),
    expect.stringMatching(new RegExp(`^SSE-KMS +${keyArn} {2}no +1 {2}13 bytes +0 +0 bytes$`)),
    expect.stringMatching(/^SSE-S3 +0 +0 bytes +1 {2}13 bytes$/),
    '',
  ]);
});

test('an empty bucket has an empty answer', async () => {
  expect(await audit('--prefix', 'nothing/')).toMatchObject({ code: 0, out: `${bucket}, below "nothing/": 0 versions, 0 bytes\nNothing is stored there.\n` });
});

test('what could not be read makes it 1, and is said', async () => {
  const proxy = await startFaultProxy({
    upstream: world.endpoint, seed: 1, rules: [{ fault: { kind: 'slow-down' }, rate: 1, operations: ['HeadObject'], most: 11 }],
  });
  try {
    const { code, out, err } = await audit('--json', '--concurrency', '1', '--endpoint-url', proxy.endpoint);
    expect({ code, out: JSON.parse(out) }).toMatchObject({ code: 1, out: { complete: true, versions: 6, unreadable: { ServiceUnavailable: 1 } } });
    expect(err).toContain('1 version could not be read. S3 answered ServiceUnavailable');
  } finally {
    await proxy.close();
  }
}, 200_000);

test('a missing bucket is told in two lines', async () => {
  const { code, out, err } = await run(['audit', '--bucket', 'nobody-has-it'], { env: world.env });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('there is no bucket "nobody-has-it"');
  expect(err).not.toMatch(/\n\s+at /);
});

const EMPTY = { rows: [], versions: 0, bytes: 0, unreadable: {}, complete: true };
test('a spreadsheet does not run what a prefix says, and keeps its commas', () => {
  const row = { status: 'SSE-S3' as const, bucketKey: false, currentObjects: 1, currentBytes: 1, noncurrentVersions: 0, noncurrentBytes: 0 };
  expect(auditCsv({ ...EMPTY, rows: [row] }, { ...WHERE, prefix: '=1+1,"x"' })).toContain('\r\ndata,"\'=1+1,""x""",SSE-S3,');
});

test('colour is for terminals that have not refused it', () => {
  const table = (terminal: boolean, env: Record<string, string> = {}): string => auditTable(EMPTY, WHERE, new FakeIo({ terminal, env }));
  expect(table(true)).toContain('\u001b[1m');
  expect(table(false)).not.toContain('\u001b');
  expect(table(true, { NO_COLOR: '1' })).not.toContain('\u001b');
  expect(table(true, { TERM: 'dumb' })).not.toContain('\u001b');
});
