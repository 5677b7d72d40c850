import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../emulator/install';
import { type Expected, rowsOfInventory, rowsOfMetadata, type RowsOfSource, SNAPSHOT, Statements } from '../../src/objects/statements';

jest.setTimeout(120_000);

const OURS = 'arn:aws:kms:us-east-1:111122223333:key/ours';
const THEIRS = 'arn:aws:kms:us-east-1:111122223333:key/theirs';
const KMS: Expected = { keyArns: [OURS], kms: true, bucketKey: true };
const NOW = '2026-11-30-01-00';

interface Row { readonly [column: string]: unknown }
interface Table { readonly name: readonly [string | null, string, string]; readonly columns: Record<string, string>; readonly rows: readonly Row[] }

async function ask(table: Table, ...queries: string[]): Promise<Row[][]> {
  const python = await ensurePythonEnvironment();
  const input = JSON.stringify({ tables: [table], queries: queries.map((query) => query.replace(SNAPSHOT, NOW)) });
  const { status, stdout, stderr } = spawnSync(python, [join(__dirname, 'rows.py')], { input, encoding: 'utf8' });
  if (status !== 0) { throw new Error(stderr); }
  return JSON.parse(stdout) as Row[][];
}

let sequence = 0;
const row = (key: string, size: number, status: string | null, more: Row = {}): Row => ({
  bucket: 'b', key, size, encryption_status: status, is_delete_marker: false, sequence_number: String(sequence++).padStart(8, '0'), ...more,
});
const metadata = (rows: readonly Row[]): Table => ({
  name: ['s3tablescatalog/aws-s3', 'b_data', 'inventory'],
  columns: {
    bucket: 'VARCHAR',
    key: 'VARCHAR',
    sequence_number: 'VARCHAR',
    version_id: 'VARCHAR',
    is_delete_marker: 'BOOLEAN',
    size: 'BIGINT',
    encryption_status: 'VARCHAR',
    is_bucket_key_enabled: 'BOOLEAN',
    kms_key_arn: 'VARCHAR',
  },
  rows,
});
const underOurs = { kms_key_arn: OURS, is_bucket_key_enabled: true };
const statements = (expected: Expected = KMS, currentOnly = false, source: RowsOfSource = rowsOfMetadata('b_data')): Statements => new Statements(source, expected, currentOnly);

/** Every kind of row, with keys that try to break out. */
const ROWS: Row[] = [
  row('in/good.txt', 1, 'SSE-KMS', underOurs),
  row('in/dsse.txt', 2, 'DSSE-KMS', { kms_key_arn: OURS, is_bucket_key_enabled: false }),
  row('in/dsse-null.txt', 4, 'DSSE-KMS', { kms_key_arn: OURS }),
  row('in/none.txt', 8, null),
  row("it's/o'ne.txt", 16, 'NOT-SSE'),
  row('new/type.txt', 32, 'SSE-QUANTUM'),
  row('in/s3.txt', 64, 'SSE-S3', { is_bucket_key_enabled: null }),
  row('in/theirs.txt', 128, 'SSE-KMS', { kms_key_arn: THEIRS, is_bucket_key_enabled: true }),
  row('in/theirs-dsse.txt', 256, 'DSSE-KMS', { kms_key_arn: THEIRS }),
  row('in/nobody-says.txt', 512, 'SSE-KMS', { is_bucket_key_enabled: true }),
  row('ünï/☃ "quoted", \n.txt', 1024, 'SSE-KMS', { kms_key_arn: OURS, is_bucket_key_enabled: false }),
  row('no-slash', 2048, 'SSE-KMS', { kms_key_arn: OURS }),
  row('in/sse-c.txt', 4096, 'SSE-C'),
  row('in/null-size.txt', null as unknown as number, 'SSE-C'),
  row('in/gone.txt', 0, null, { is_delete_marker: true }),
];
const BAD = [
  { finding: 'as-expected', objects: 3, bytes: 7 },
  { finding: 'other-key', objects: 3, bytes: 128 + 256 + 512 },
  { finding: 'sse-c', objects: 2, bytes: 4096 },
  { finding: 'sse-s3', objects: 1, bytes: 64 },
  { finding: 'unencrypted', objects: 3, bytes: 8 + 16 + 32 },
  { finding: 'without-bucket-key', objects: 2, bytes: 1024 + 2048 },
];

test('each object is counted once, by the worst that is wrong with it', async () => {
  expect(await ask(metadata(ROWS), statements().count([]))).toEqual([BAD]);
});

test('rows in another order are counted the same', async () => {
  expect(await ask(metadata([...ROWS].reverse()), statements().count([]))).toEqual([BAD]);
});

test('prefixes are counted by themselves, whatever characters they have', async () => {
  const [answer] = await ask(metadata(ROWS), statements().count(["it's/", 'ünï/', 'in/', '%']));
  const of = (finding: string) => answer.find((one) => one.finding === finding);
  expect(of('unencrypted')).toMatchObject({ objects_1: 1, bytes_1: 16, objects_2: 0, bytes_2: 0, objects_3: 1, bytes_3: 8, objects_4: 0 });
  expect(of('without-bucket-key')).toMatchObject({ objects_2: 1, bytes_2: 1024, objects_3: 0 });
  expect(of('sse-c')).toMatchObject({ objects_3: 2, bytes_3: 4096 });
});

test('an empty table has no rows, which the handler takes for zeros', async () => {
  expect(await ask(metadata([]), statements().count([]))).toEqual([[]]);
});

test('a bucket under SSE-S3 is asked neither for a key nor for a Bucket Key', async () => {
  const asked = statements({ keyArns: [], kms: false, bucketKey: false });
  expect(asked.findings).toEqual(['unencrypted', 'sse-c']);
  const [answer] = await ask(metadata(ROWS), asked.count([]));
  expect(answer.map(({ finding, objects }) => [finding, objects])).toEqual([['as-expected', 9], ['sse-c', 2], ['unencrypted', 3]]);
});

const VERSIONS: Row[] = [
  row('a', 1, 'SSE-S3', { version_id: 'a1' }), row('a', 2, 'SSE-KMS', { version_id: 'a2', ...underOurs }),
  row('b', 4, 'SSE-S3', { version_id: 'b1' }), row('b', 0, null, { version_id: 'b2', is_delete_marker: true }),
  row('c', 8, 'SSE-KMS', { version_id: 'c1', ...underOurs }), row('c', 16, 'SSE-S3', { version_id: 'c2' }),
];

test('all versions are counted, or only current ones: what is behind a delete marker is none', async () => {
  const [all, current] = await ask(metadata(VERSIONS), statements().count([]), statements(KMS, true).count([]));
  expect(all).toEqual([{ finding: 'as-expected', objects: 2, bytes: 10 }, { finding: 'sse-s3', objects: 3, bytes: 21 }]);
  expect(current).toEqual([{ finding: 'as-expected', objects: 1, bytes: 2 }, { finding: 'sse-s3', objects: 1, bytes: 16 }]);
});

test('the list of a backfill has current versions, encoded, and of the findings that were asked for', async () => {
  const [some, odd] = await ask(metadata([...VERSIONS, ...ROWS]), statements().list(['sse-s3']), statements().list(['without-bucket-key', 'unencrypted']));
  expect(some.map(({ key, finding }) => [key, finding]).sort()).toEqual([['c', 'sse-s3'], ['in%2Fs3.txt', 'sse-s3']]);
  expect(odd.map(({ key }) => decodeURIComponent(String(key).replace(/\+/g, ' '))).sort()).toEqual([
    'in/none.txt', "it's/o'ne.txt", 'new/type.txt', 'no-slash', 'ünï/☃ "quoted", \n.txt',
  ]);
});

test('saved queries say where, what and which', async () => {
  const depth = row('x/y/z', 5, null);
  const [top, deeper, overall, objects] = await ask(
    metadata([...ROWS, depth]), statements().byPrefix('unencrypted', 1), statements().byPrefix('unencrypted', 2), statements().overall(), statements().objects(),
  );
  expect(top).toEqual([
    { prefix: 'new/', objects: 1, bytes: 32 }, { prefix: "it's/", objects: 1, bytes: 16 }, { prefix: 'in/', objects: 1, bytes: 8 }, { prefix: 'x/', objects: 1, bytes: 5 },
  ]);
  expect(deeper.map(({ prefix }) => prefix)).toContain('x/y/');
  expect(overall).toContainEqual({ finding: 'other-key', encryption: 'DSSE-KMS', kms_key: THEIRS, objects: 1, bytes: 256 });
  expect(objects).toHaveLength(12);
  expect(objects[0]).toEqual({ finding: 'other-key', key: 'in/nobody-says.txt', size: 512, encryption: 'SSE-KMS', kms_key: '' });
  const [noSlash] = await ask(metadata(ROWS), statements().byPrefix('without-bucket-key', 1));
  expect(noSlash).toEqual([{ prefix: '', objects: 1, bytes: 2048 }, { prefix: 'ünï/', objects: 1, bytes: 1024 }]);
});

test('a saved query of each finding has its objects and bytes by prefix, the most bytes first', async () => {
  const elsewhere = [
    row('x/s3', 1, 'SSE-S3'), row('x/s3-too', 2, 'SSE-S3'), row('x/c', 5000, 'SSE-C'),
    row('x/theirs', 7, 'SSE-KMS', { kms_key_arn: THEIRS }), row('x/slow', 9, 'SSE-KMS', { kms_key_arn: OURS }),
  ];
  const { findings } = statements();
  const answers = await ask(metadata([...ROWS, ...elsewhere]), ...findings.map((finding) => statements().byPrefix(finding, 1)));
  const found = findings.map((finding, index) => [finding, answers[index].map(({ prefix, objects, bytes }) => [prefix, objects, bytes])]);
  expect(Object.fromEntries(found)).toEqual({
    'unencrypted': [['new/', 1, 32], ["it's/", 1, 16], ['in/', 1, 8]],
    'sse-c': [['x/', 1, 5000], ['in/', 2, 4096]],
    'sse-s3': [['in/', 1, 64], ['x/', 2, 3]],
    'other-key': [['in/', 3, 896], ['x/', 1, 7]],
    'without-bucket-key': [['', 1, 2048], ['ünï/', 1, 1024], ['x/', 1, 9]],
  });
});

describe('over reports of S3 Inventory', () => {
  const columns = {
    bucket: 'VARCHAR',
    key: 'VARCHAR',
    version_id: 'VARCHAR',
    is_latest: 'BOOLEAN',
    is_delete_marker: 'BOOLEAN',
    size: 'BIGINT',
    encryption_status: 'VARCHAR',
    bucket_key_status: 'VARCHAR',
    dt: 'VARCHAR',
  };
  const inventory = (rows: readonly Row[]): Table => ({ name: [null, 'reports', 'objects'], columns, rows });
  const asked = (currentOnly = false) => statements(KMS, currentOnly, rowsOfInventory('"reports"."objects"', 400));
  const recent = new Date(Date.now() - 3_600_000).toISOString().slice(0, 13).replace('T', '-').concat('-00');
  const rows: Row[] = [
    { key: 'good', size: 1, encryption_status: 'SSE-KMS', bucket_key_status: 'ENABLED', is_latest: true },
    { key: 'dsse', size: 2, encryption_status: 'DSSE-KMS', bucket_key_status: 'DISABLED', is_latest: true },
    { key: 'slow', size: 4, encryption_status: 'SSE-KMS', bucket_key_status: 'DISABLED', is_latest: true },
    { key: 'old', size: 8, encryption_status: 'NOT-SSE', is_latest: false },
    { key: 'gone', size: null, is_delete_marker: true, is_latest: true },
    { key: 'client', size: 16, encryption_status: 'SSE-C', is_latest: true },
    { key: 's3', size: 32, encryption_status: 'SSE-S3', is_latest: true },
  ];

  test('one report is counted, and none before it', async () => {
    const yesterday = { key: 'old', size: 999, encryption_status: 'NOT-SSE', is_latest: true, dt: '2026-11-29-01-00' };
    const [all, current] = await ask(inventory([...rows.map((one) => ({ ...one, dt: NOW })), yesterday]), asked().count([]), asked(true).count([]));
    expect(all).toEqual([
      { finding: 'as-expected', objects: 2, bytes: 3 }, { finding: 'sse-c', objects: 1, bytes: 16 }, { finding: 'sse-s3', objects: 1, bytes: 32 },
      { finding: 'unencrypted', objects: 1, bytes: 8 }, { finding: 'without-bucket-key', objects: 1, bytes: 4 },
    ]);
    expect(current.map(({ finding }) => finding)).not.toContain('unencrypted');
  });

  test('a saved query finds the latest report by itself', async () => {
    const earlier = { key: 'x/older', size: 999, encryption_status: 'NOT-SSE', is_latest: true, dt: '2026-01-01-01-00' };
    const [answer] = await ask(inventory([...rows.map((one) => ({ ...one, dt: recent })), earlier]), asked().byPrefix('unencrypted', 1));
    expect(answer).toEqual([{ prefix: '', objects: 1, bytes: 8 }]);
  });

  test('it does not say which key, so nobody is told that the keys are right', () => {
    expect(asked().findings).toEqual(['unencrypted', 'sse-c', 'sse-s3', 'without-bucket-key']);
  });
});
