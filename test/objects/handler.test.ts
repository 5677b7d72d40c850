import { Readable } from 'node:stream';
import { advance, LIST_POINTER, type ReportClients, type ReportSettings, type ReportState } from '../../src/runtime/object-report';
import { readiness } from '../../src/runtime/object-source';
import { Operations } from '../../src/runtime/operations';
import { takeList, type TakeRequest } from '../../src/runtime/take-list';

const NOW = new Date('2026-11-30T12:00:00Z');

interface Command { readonly constructor: { readonly name: string }; readonly input: any }
type Answer = (input: any) => unknown;

/** A client of the SDK that answers by the name of the command, and remembers what it was asked. */
class Client {
  public readonly asked: [name: string, input: any][] = [];

  constructor(private readonly answers: Record<string, Answer>) {}

  public readonly send = async (command: unknown): Promise<any> => {
    const { constructor: { name }, input } = command as Command;
    const operation = name.replace(/Command$/, '');
    this.asked.push([operation, input]);
    if (this.answers[operation] === undefined) { throw new Error(`nobody answers ${operation}`); }
    return this.answers[operation](input);
  };

  public of(name: string): any[] { return this.asked.filter(([asked]) => asked === name).map(([, input]) => input); }
}

const SETTINGS: ReportSettings = {
  bucket: 'data',
  account: '111122223333',
  namespace: 'S3Encryption/Objects',
  workGroup: 'reports',
  source: { kind: 'inventory', reportsBucket: 'inventories', reportsPrefix: 'data/id/', maxAgeDays: 4 },
  countStatement: "SELECT … dt = '{{snapshot}}'",
  listStatement: "LIST … dt = '{{snapshot}}'",
  findings: ['unencrypted', 'sse-c'],
  listed: ['unencrypted'],
  metrics: { 'unencrypted': { objects: 'ObjectsUnencrypted', bytes: 'BytesUnencrypted' }, 'sse-c': { objects: 'ObjectsUnderSseC', bytes: 'BytesUnderSseC' } },
  prefixes: ['a/'],
  currentOnly: false,
};
const HEADINGS = ['finding', 'objects', 'bytes', 'objects_1', 'bytes_1'];

interface World { readonly clients: ReportClients; readonly athena: Client; readonly cloudwatch: Client; readonly s3: Client }

function world(rows: (string | undefined)[][], query: object = { State: 'SUCCEEDED' }, answers: Record<string, Answer> = {}): World {
  const s3 = new Client({
    ListObjectsV2: () => ({ CommonPrefixes: [{ Prefix: 'data/id/hive/dt=2026-11-29-01-00/' }, { Prefix: 'data/id/hive/dt=2026-11-30-01-00/' }, { Prefix: 'data/id/hive/dt=broken/' }] }),
    HeadObject: () => ({}),
    GetObject: () => { throw Object.assign(new Error('none'), { name: 'NoSuchKey' }); },
    PutObject: () => ({}),
    ...answers,
  });
  const athena = new Client({
    StartQueryExecution: () => ({ QueryExecutionId: 'q1' }),
    GetQueryExecution: () => ({ QueryExecution: { Status: query, ResultConfiguration: { OutputLocation: 's3://results/answers/q1.csv' } } }),
    // A page for each row.
    GetQueryResults: ({ NextToken: token = '0' }) => ({
      ResultSet: { Rows: [{ Data: rows[Number(token)].map((VarCharValue) => ({ VarCharValue })) }] },
      NextToken: Number(token) + 1 < rows.length ? String(Number(token) + 1) : undefined,
    }),
    ...answers,
  });
  const cloudwatch = new Client({ PutMetricData: () => ({}), ...answers });
  return { athena, cloudwatch, s3, clients: { athena, cloudwatch, s3, results: new Operations(s3, 'results'), now: NOW } };
}

async function throughout(settings: ReportSettings, { clients }: World): Promise<ReportState> {
  let state = await advance(settings, 'run', null, clients);
  while (!state.done) { state = await advance(settings, 'run', state, clients); }
  return state;
}

const data = ({ cloudwatch }: World): Record<string, number> => Object.fromEntries(cloudwatch.of('PutMetricData').flatMap(({ MetricData }) => MetricData)
  .map(({ MetricName, Value, Dimensions }: any) => [`${MetricName}${Dimensions[1] === undefined ? '' : ` ${Dimensions[1].Value}`}`, Value]));
const pointer = ({ s3 }: World): any => JSON.parse(s3.of('PutObject').find(({ Key }) => Key === LIST_POINTER).Body);

describe('a run', () => {
  test('counts in the latest inventory, and publishes what is there and what is not', async () => {
    const all = world([HEADINGS, ['as-expected', '7', '70', '0', '0'], ['unencrypted', '2', '20', '1', '10']]);
    const { report } = await throughout(SETTINGS, all);
    expect(report).toMatchObject({ ready: true, snapshot: '2026-11-30-01-00', counted: { objects: 9, bytes: 90 }, findings: { 'sse-c': { objects: 0, bytes: 0 } } });
    expect(all.athena.of('StartQueryExecution').map(({ QueryString }) => QueryString)).toEqual(["SELECT … dt = '2026-11-30-01-00'", "LIST … dt = '2026-11-30-01-00'"]);
    expect(data(all)).toEqual({
      'ObjectsUnencrypted': 2,
      'BytesUnencrypted': 20,
      'ObjectsUnderSseC': 0,
      'BytesUnderSseC': 0,
      'ObjectsUnencrypted a/': 1,
      'BytesUnencrypted a/': 10,
      'ObjectsUnderSseC a/': 0,
      'BytesUnderSseC a/': 0,
      'ObjectsCounted': 9,
      'HoursBehind': 11,
    });
    expect(pointer(all)).toEqual({ bucket: 'data', run: 'run', countedAt: NOW.toISOString(), asOf: '2026-11-30T01:00:00.000Z', findings: ['unencrypted'], file: 'answers/q1.csv' });
  });

  test.each<[string, object | undefined, boolean]>([
    ['of a later inventory', { bucket: 'data', asOf: '2026-11-30T02:00:00.000Z', countedAt: '2026-11-30T03:00:00.000Z' }, false],
    ['of the same, counted later', { bucket: 'data', asOf: '2026-11-30T01:00:00.000Z', countedAt: '2026-11-30T13:00:00.000Z' }, false],
    ['of an earlier one, counted later', { bucket: 'data', asOf: '2026-11-29T01:00:00.000Z', countedAt: '2026-11-30T13:00:00.000Z' }, true],
    ['that does not say of when it is', { bucket: 'data', countedAt: '2026-11-30T13:00:00.000Z' }, true],
    ['of another bucket', { bucket: 'other', asOf: '2026-12-30T02:00:00.000Z', countedAt: '2026-12-30T03:00:00.000Z' }, true],
  ])('and a list %s: the newer one stays', async (_, there, replaced) => {
    const all = world([HEADINGS, ['unencrypted', '2', '20', '1', '10']], undefined, { GetObject: () => ({ Body: { transformToString: async () => JSON.stringify(there) } }) });
    await throughout(SETTINGS, all);
    expect(all.s3.of('PutObject').some(({ Key }) => Key === LIST_POINTER)).toBe(replaced);
    expect(data(all)).toMatchObject({ ObjectsUnencrypted: 2 });
  });

  test('with nothing to count in asks nothing, and publishes nothing', async () => {
    const all = world([HEADINGS], undefined, { ListObjectsV2: () => ({}) });
    const { report, done } = await throughout(SETTINGS, all);
    expect([done, report]).toEqual([true, { bucket: 'data', run: 'run', ready: false, reason: expect.stringContaining('nothing was counted') }]);
    expect([all.athena.asked, all.cloudwatch.asked, all.s3.of('PutObject')]).toEqual([[], [], []]);
  });

  describe('that counted nothing', () => {
    const old = { Key: 'k', IsLatest: false, LastModified: new Date('2026-11-01T00:00:00Z') };
    const holding = (versions: object[]) => world([HEADINGS], undefined, { ListObjectVersions: () => ({ Versions: versions }) });

    test('of an empty bucket publishes zeros', async () => {
      const all = holding([]);
      await throughout(SETTINGS, all);
      expect(data(all)).toMatchObject({ ObjectsCounted: 0, ObjectsUnencrypted: 0 });
    });

    test('of a bucket that has objects is an error, and publishes nothing', async () => {
      const all = holding([old]);
      await expect(throughout(SETTINGS, all)).rejects.toThrow(/nothing was counted in data, which has objects/);
      expect(all.cloudwatch.asked).toEqual([]);
    });

    test('does not say the name of an object, which logs must not have', async () => {
      await expect(throughout(SETTINGS, holding([{ ...old, Key: 'patients/jane-doe' }]))).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining('jane') }));
    });

    test('looks on where only delete markers and young objects come first, and does not guess', async () => {
      const paged = (pages: object[]) => world([HEADINGS], undefined, {
        ListObjectVersions: ({ KeyMarker = '0' }) => ({ ...pages[Math.min(Number(KeyMarker), pages.length - 1)], NextKeyMarker: String(Number(KeyMarker) + 1), NextVersionIdMarker: 'v' }),
      });
      const young = { Versions: [{ ...old, LastModified: new Date('2026-11-30T11:00:00Z') }], IsTruncated: true };
      const found = paged([{ DeleteMarkers: [{}], IsTruncated: true }, young, { Versions: [old], IsTruncated: false }]);
      await expect(throughout(SETTINGS, found)).rejects.toThrow(/which has objects: one is of 2026-11-01/);
      expect(found.s3.of('ListObjectVersions').map(({ KeyMarker, VersionIdMarker }) => [KeyMarker, VersionIdMarker])).toEqual([[undefined, undefined], ['1', 'v'], ['2', 'v']]);
      await throughout(SETTINGS, paged([young, { IsTruncated: false }]));
      const endless = paged([young]);
      await expect(throughout(SETTINGS, endless)).rejects.toThrow(/do not tell whether that is right/);
      expect(endless.cloudwatch.asked).toEqual([]);
    });

    test('of what is too young to be in the table, or is not to be counted, is none', async () => {
      await throughout(SETTINGS, holding([{ ...old, LastModified: new Date('2026-11-29T20:00:00Z') }]));
      await throughout({ ...SETTINGS, currentOnly: true }, holding([old]));
      await expect(throughout({ ...SETTINGS, currentOnly: true }, holding([{ ...old, IsLatest: true }]))).rejects.toThrow(/nothing was counted/);
    });
  });

  test('of a bucket where all is well publishes zeros, and empties the list', async () => {
    const all = world([HEADINGS, ['as-expected', '7', '70', '0', '0'], ['sse-c', '1', '1', '0', '0']]);
    await throughout(SETTINGS, all);
    expect(data(all)).toMatchObject({ ObjectsUnencrypted: 0, ObjectsCounted: 8 });
    expect(pointer(all).file).toBeUndefined();
    expect(all.athena.of('StartQueryExecution')).toHaveLength(1);
  });

  test('asks again with the same token, so that a repeated step pays once', async () => {
    const [first, second] = [world([HEADINGS]), world([HEADINGS])];
    for (const { clients } of [first, second]) { await advance(SETTINGS, 'run', null, clients); }
    const token = ({ athena }: World) => athena.of('StartQueryExecution')[0].ClientRequestToken;
    expect(token(first)).toBe(token(second));
    expect(token(first).length).toBeGreaterThanOrEqual(32);
    const other = world([HEADINGS]);
    await advance(SETTINGS, 'another run', null, other.clients);
    expect(token(other)).not.toBe(token(first));
  });

  test('waits longer for a query that takes long, and does not count meanwhile', async () => {
    const all = world([HEADINGS], { State: 'RUNNING' });
    const early = await advance(SETTINGS, 'run', { done: false, wait: 10, looks: 0, step: 'count', queryId: 'q1' }, all.clients);
    const late = await advance(SETTINGS, 'run', { ...early, looks: 30 }, all.clients);
    expect([early.wait, early.looks, late.wait, late.done]).toEqual([10, 1, 300, false]);
    expect(all.cloudwatch.asked).toEqual([]);
  });

  test.each([
    ['FAILED', 'TABLE_NOT_FOUND: it does not exist', 'TABLE_NOT_FOUND.*Look at the query in Athena'],
    ['CANCELLED', 'Bytes scanned limit was exceeded', 'Raise queryScanLimit'],
  ])('of a query that ended as %s fails, says why, and publishes nothing', async (State, StateChangeReason, message) => {
    const all = world([HEADINGS], { State, StateChangeReason });
    await expect(throughout(SETTINGS, all)).rejects.toThrow(new RegExp(message));
    expect(all.cloudwatch.asked).toEqual([]);
    expect(all.s3.of('PutObject')).toEqual([]);
  });

  test('that cannot open the metadata tables says what only a person can do', async () => {
    const source = { kind: 'metadata', tableNamespace: 'b_data' } as const;
    const all = world([HEADINGS], { State: 'FAILED', StateChangeReason: 'Insufficient Lake Formation permission(s) on inventory' }, {
      GetBucketMetadataConfiguration: () => metadataAnswer({ TableStatus: 'ACTIVE' }),
    });
    await expect(throughout({ ...SETTINGS, source }, all)).rejects.toThrow(/analytics services.*SELECT on the table/);
  });

  test.each([
    ['no headings', [['unencrypted', '2', '20', '1', '10']], /no headings/],
    ['a number that is none', [HEADINGS, ['unencrypted', '2.5', '20', '1', '10']], /no whole number/],
    ['a number that is missing', [HEADINGS, ['unencrypted', undefined, '20', '1', '10']], /no whole number/],
    ['a finding that nobody asked for', [HEADINGS, ['other-key', '2', '20', '1', '10']], /nobody asked for/],
  ])('is not fooled by an answer with %s', async (_, rows, message) => {
    const all = world(rows);
    await expect(throughout(SETTINGS, all)).rejects.toThrow(message);
    expect(all.cloudwatch.asked).toEqual([]);
  });

  test('does not point at an answer outside of its bucket', async () => {
    const all = world([HEADINGS, ['unencrypted', '2', '20', '1', '10']], undefined, {
      GetQueryExecution: () => ({ QueryExecution: { Status: { State: 'SUCCEEDED' }, ResultConfiguration: { OutputLocation: 's3://elsewhere/q1.csv' } } }),
    });
    await expect(throughout(SETTINGS, all)).rejects.toThrow(/workgroup was changed/);
  });
});

function metadataAnswer(table: object, more: object = {}): object {
  const result = { InventoryTableConfigurationResult: { ConfigurationState: 'ENABLED', ...table }, ...more };
  return { GetBucketMetadataConfigurationResult: { MetadataConfigurationResult: result } };
}

describe('whether there is something to count in', () => {
  const inventory = SETTINGS.source;
  const tables = { kind: 'metadata', tableNamespace: 'b_data' } as const;
  const asked = async (source: typeof inventory | typeof tables, answers: Record<string, Answer>) => readiness(source, 'data', '111122223333', new Client(answers), NOW);
  const prefixes = (...names: string[]) => ({ ListObjectsV2: () => ({ CommonPrefixes: names.map((name) => ({ Prefix: `data/id/hive/dt=${name}/` })) }), HeadObject: () => ({}) });

  test('no inventory yet is not ready', async () => {
    expect(await asked(inventory, { ListObjectsV2: () => ({}) })).toMatchObject({ ready: false, reason: expect.stringContaining('48 hours') });
  });

  test('an inventory that stopped coming is an error, not the first wait', async () => {
    await expect(asked(inventory, prefixes('2026-11-20-01-00'))).rejects.toThrow(/older than 4 days: S3 delivers no more/);
  });

  test('the latest is found on whichever page it is', async () => {
    const pages: Record<string, object> = {
      first: { CommonPrefixes: [{ Prefix: 'data/id/hive/dt=2026-11-29-01-00/' }], NextContinuationToken: 'second' },
      second: { CommonPrefixes: [{ Prefix: 'data/id/hive/dt=2026-11-30-10-00/' }] },
    };
    expect(await asked(inventory, { ListObjectsV2: ({ ContinuationToken: token = 'first' }) => pages[token], HeadObject: () => ({}) }))
      .toEqual({ ready: true, snapshot: '2026-11-30-10-00', hoursBehind: 2 });
  });

  describe('an inventory that S3 has not finished', () => {
    const finished = (snapshots: string[], complete: string[], ...missing: string[]) => ({
      ...prefixes(...snapshots),
      HeadObject: ({ Key }: { Key: string }) => {
        const time = /(\d{4}-\d\d-\d\d)[T-](\d\d-\d\d)/.exec(Key)!;
        if (!complete.includes(`${time[1]}-${time[2]}`) || missing.includes(Key)) { throw Object.assign(new Error('404'), { name: 'NotFound' }); }
        return {};
      },
    });

    test('is not counted: the one before it is', async () => {
      const client = new Client(finished(['2026-11-29-01-00', '2026-11-30-01-00'], ['2026-11-29-01-00']));
      expect(await readiness(inventory, 'data', '111122223333', client, NOW)).toEqual({ ready: true, snapshot: '2026-11-29-01-00', hoursBehind: 35 });
      expect(client.of('HeadObject').map(({ Key }) => Key)).toEqual([
        'data/id/2026-11-30T01-00Z/manifest.checksum', 'data/id/2026-11-29T01-00Z/manifest.checksum', 'data/id/hive/dt=2026-11-29-01-00/symlink.txt',
      ]);
    });

    test('and is the first is waited for, and one that never ends is an error', async () => {
      expect(await asked(inventory, finished(['2026-11-30-01-00'], []))).toMatchObject({ ready: false, reason: expect.stringContaining('S3 still writes the first') });
      await expect(asked(inventory, finished(['2026-11-28-01-00', '2026-11-30-01-00'], []))).rejects.toThrow(/manifest.checksum or its symlink.txt is not there. Look at/);
      await expect(asked(inventory, finished(['2026-11-28-01-00'], ['2026-11-28-01-00'], 'data/id/hive/dt=2026-11-28-01-00/symlink.txt'))).rejects.toThrow(/is complete/);
    });

    test('that nobody lets be looked at is no unfinished one', async () => {
      const HeadObject = () => { throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' }); };
      await expect(asked(inventory, { ...prefixes('2026-11-30-01-00'), HeadObject })).rejects.toThrow('Access Denied');
    });
  });

  test.each(['CREATING', 'BACKFILLING', undefined])('a table that is %s is not ready', async (TableStatus) => {
    expect(await asked(tables, { GetBucketMetadataConfiguration: () => metadataAnswer({ TableStatus }) })).toMatchObject({ ready: false });
  });

  test.each<[string, object, RegExp]>([
    ['failed', metadataAnswer({ TableStatus: 'FAILED', Error: { ErrorCode: 'AccessDenied', ErrorMessage: 'the key' } }), /has failed: AccessDenied the key/],
    ['was turned off', metadataAnswer({ ConfigurationState: 'DISABLED' }), /no live inventory table/],
    ['is elsewhere', metadataAnswer({ TableStatus: 'ACTIVE' }, { DestinationResult: { TableNamespace: 'b_other' } }), /in the namespace b_other.*'tableNamespace'/],
    ['is not there', {}, /no live inventory table/],
  ])('a table that %s is an error', async (_, answer, message) => {
    await expect(asked(tables, { GetBucketMetadataConfiguration: () => answer })).rejects.toThrow(message);
  });
});

describe('the list of a backfill', () => {
  const REQUEST: TakeRequest = { planId: 'plan', planTime: NOW.toISOString(), bucket: 'data', prefix: '', listsBucket: 'results', state: null };
  const ROWS = ['"a%2Fb","sse-s3"', '"plain+text","unencrypted"', '"%C3%BC%22%2C%0A","other-key"', '"in%2F%2B","sse-s3"'];

  const FOUND = { bucket: 'data', countedAt: '2026-11-29T12:00:00Z', file: 'answers/q1.csv' };

  function lists(lines: readonly string[], found: object | undefined = FOUND, chunk = 7) {
    const content = Buffer.from(`${lines.join('\n')}\n`);
    const written: Record<string, string> = {};
    const client = new Client({
      GetObject: ({ Key, Range }) => {
        if (Key === 'lists/latest.json') {
          if (found === undefined) { throw Object.assign(new Error('gone'), { name: 'NoSuchKey' }); }
          return { Body: { transformToString: async () => JSON.stringify(found) } };
        }
        const from = Number(/bytes=(\d+)-/.exec(Range ?? '')?.[1] ?? 0);
        if (from > 0 && from >= content.length) { throw Object.assign(new Error('The requested range is not satisfiable'), { name: 'InvalidRange' }); }
        const rest = content.subarray(from);
        const chunks = Array.from({ length: Math.ceil(rest.length / chunk) }, (_, index) => rest.subarray(index * chunk, (index + 1) * chunk));
        return { Body: Readable.from(chunks) };
      },
      PutObject: async ({ Key, Body }) => {
        const parts: Buffer[] = [];
        for await (const part of Body) { parts.push(part); }
        written[Key] = Buffer.concat(parts).toString();
        return { ETag: '"e"' };
      },
    });
    return { operations: new Operations(client, 'operations'), written, client };
  }

  test.each([1, 7, 10_000])('is what S3 takes: encoded, without headings and quotes, read %d bytes at a time', async (chunk) => {
    const { operations, written } = lists(['"key","finding"', ...ROWS], FOUND, chunk);
    const state = await takeList(REQUEST, operations, () => false);
    expect(written).toEqual({ 'listed/plan/0-updates.csv': 'data,a/b\ndata,%C3%BC%22%2C%0A\ndata,in/%2B\n', 'listed/plan/0-copies.csv': 'data,plain%20text\n' });
    expect(state).toMatchObject({ done: true, manifests: [{ source: 'listed', rows: 3, versioned: false }, { source: 'listed-copies', rows: 1 }] });
  });

  test('has only keys under the prefix of the job', async () => {
    const { operations, written } = lists(['"key","finding"', ...ROWS]);
    await takeList({ ...REQUEST, prefix: 'in/' }, operations, () => false);
    expect(Object.values(written)).toEqual(['data,in/%2B\n']);
  });

  test('goes on where a call stopped, row for row', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => `"k${index}","sse-s3"`);
    const { operations, written, client } = lists(['"key","finding"', ...many], FOUND, 1000);
    let state = await takeList(REQUEST, operations, () => true);
    expect(state.done).toBe(false);
    while (!state.done) { state = await takeList({ ...REQUEST, state: JSON.parse(JSON.stringify(state)) }, operations, () => true); }
    expect(Object.values(written).join('').trim().split('\n')).toEqual(many.map((_, index) => `data,k${index}`));
    expect(Object.keys(written)).toHaveLength(3);
    // A newer list does not come in between.
    expect(client.of('GetObject').filter(({ Key }) => Key === 'lists/latest.json')).toHaveLength(1);
  });

  test('is cut where the disk of the function would be full, by bytes or by rows', async () => {
    const long = Array.from({ length: 10 }, (_, index) => `"${'%C3%BC'.repeat(100)}${index}","sse-s3"`);
    for (const most of [{ rows: 100, bytes: 1500 }, { rows: 3, bytes: 1e9 }]) {
      const { operations, written } = lists(['"key","finding"', ...long], FOUND, 1000);
      let state = await takeList(REQUEST, operations, () => false, most);
      while (!state.done) { state = await takeList({ ...REQUEST, state }, operations, () => false, most); }
      expect(Object.values(written).map((text) => text.trim().split('\n').length)).toEqual([3, 3, 3, 1]);
    }
  });

  test.each(['', '"after","sse-s3"'])('that a call stops at the end of is done with the next, also where nothing comes after: %s', async (after) => {
    const many = Array.from({ length: 1000 }, (_, index) => `"k${index}","sse-s3"`);
    const { operations, written } = lists(['"key","finding"', ...many, ...after === '' ? [] : [after]], FOUND, 1000);
    let state = await takeList(REQUEST, operations, () => true);
    expect(state.done).toBe(false);
    state = await takeList({ ...REQUEST, state }, operations, () => true);
    expect(state.done).toBe(true);
    expect(Object.values(written).join('').trim().split('\n')).toHaveLength(after === '' ? 1000 : 1001);
  });

  test('of a report that found nothing is empty', async () => {
    const { operations, written } = lists([], { bucket: 'data', countedAt: NOW.toISOString() });
    expect(await takeList(REQUEST, operations, () => false)).toMatchObject({ done: true, manifests: [] });
    expect(written).toEqual({});
  });

  test.each<[string, object | undefined, RegExp]>([
    ['about another bucket', { bucket: 'other', countedAt: NOW.toISOString(), file: 'x' }, /is about the bucket other, not about data/],
    ['of an inventory of last month, counted today', { bucket: 'data', countedAt: NOW.toISOString(), asOf: '2026-11-01T00:00:00Z', file: 'x' }, /is of 2026-11-01.*more than 7 days ago/],
    ['of last month', { bucket: 'data', countedAt: '2026-11-01T00:00:00Z', file: 'x' }, /more than 7 days ago: start the state machine/],
  ])('%s is refused', async (_, found, message) => {
    await expect(takeList(REQUEST, lists([], found).operations, () => false)).rejects.toThrow(message);
  });

  test.each([
    ['other headings', ['"finding","key"', ...ROWS], /not with "key","finding"/],
    ['a row that is none', ['"key","finding"', '"a","b","c"'], /a line that is no row/],
    ['a row without quotes', ['"key","finding"', 'a,sse-s3'], /a line that is no row/],
  ])('with %s is refused', async (_, lines, message) => {
    await expect(takeList(REQUEST, lists(lines).operations, () => false)).rejects.toThrow(message);
  });
});
