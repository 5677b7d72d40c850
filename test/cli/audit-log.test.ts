import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type Ended, FakeIo, newFolder, run } from './fake-io';
import { Fault, QueryServices } from './query-services';
import { CliWorld } from './world';
import { EncryptionAuditTrail } from '../../src';
import { main } from '../../src/cli/command';
import { QUESTIONS } from '../../src/questions';
import { corpus, isNative, story, WATCHED } from '../events';
import { getObject } from '../events/reads';
import { LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(180_000);

const NOW = new Date('2026-11-25T00:00:00Z');
const PRINCIPAL = 'arn:aws:iam::111122223333:role/Attacker';
const ATTACKER = 'arn:aws:sts::111122223333:assumed-role/Attacker/i-0abc123def4567890';
const EVERYTHING = [
  ...corpus().flatMap(({ event }) => (isNative(event) ? [] : [event])), ...story(),
  getObject({ at: '2026-11-10T08:00:00Z' }), getObject({ at: '2026-11-24T08:00:00Z' }), getObject({ at: '2026-11-24T08:00:00Z', address: '198.51.100.77' }),
];
const ASKED: Readonly<Record<string, string[]>> = { bucket: ['--bucket', WATCHED.bucket], key: ['--key', WATCHED.key], principal: ['--principal', PRINCIPAL] };

const log = (day: string, name = 'a.json.gz') => `AWSLogs/111122223333/CloudTrail/eu-west-1/${day}/${name}`;
const packed = (records: readonly object[]) => gzipSync(JSON.stringify({ Records: records }));
const put = (folder: string, name: string, content: string | Buffer) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};
const reads = (...at: string[]) => at.map((moment) => getObject({ at: moment }));

describe('over log files', () => {
  let folder: string;
  beforeEach(() => { folder = newFolder(); });
  const ask = async (...args: string[]): Promise<Ended> => run(
    ['audit-log', '--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--since', '7d', ...args], { cwd: folder, now: NOW });
  const rows = ({ out }: Ended) => (JSON.parse(out) as { rows: Record<string, unknown>[] }).rows;

  test('prints a table of who read, most calls first', async () => {
    put(folder, log('2026/11/24'), packed([...reads('2026-11-24T08:00:00Z', '2026-11-24T09:00:00Z'), getObject({ at: '2026-11-24T10:00:00Z', role: 'Operator', session: 'ops', error: 'AccessDenied' })]));
    const { code, out, err } = await ask('--file', '.');
    expect(out).toBe([
      'Who decrypted objects of this bucket: finance-data',
      '2026-11-18T00:00:00Z to 2026-11-25T00:00:00Z, from 1 file',
      'Principal                                           Action     Via     Calls  Denied  First seen            Last seen           ',
      'arn:aws:sts::111122223333:assumed-role/App/app      GetObject  direct      2       0  2026-11-24T08:00:00Z  2026-11-24T09:00:00Z',
      'arn:aws:sts::111122223333:assumed-role/Operator/ops  GetObject  direct      1       1  2026-11-24T10:00:00Z  2026-11-24T10:00:00Z',
      '',
    ].join('\n').replace(/(Principal {43}|\/app {6})/g, (part) => `${part} `));
    expect([code, err]).toEqual([0, expect.stringContaining('"type":"progress"')]);
  });

  test('--json: one object, with what was asked', async () => {
    put(folder, log('2026/11/24'), packed(reads('2026-11-24T08:00:00Z')));
    const { code, out, io } = await ask('--file', folder, '--json');
    expect(JSON.parse(out)).toEqual({
      type: 'audit-log',
      query: 'who-decrypted',
      bucket: WATCHED.bucket,
      since: '2026-11-18T00:00:00Z',
      until: '2026-11-25T00:00:00Z',
      comparedFrom: null,
      source: 'files',
      complete: true,
      scannedBytes: null,
      rows: [{
        principal: 'arn:aws:sts::111122223333:assumed-role/App/app',
        action: 'GetObject',
        via: 'direct',
        calls: 1,
        denied: 0,
        firstSeen: '2026-11-24T08:00:00Z',
        lastSeen: '2026-11-24T08:00:00Z',
      }],
    });
    expect(io.jsonLines).toEqual([expect.objectContaining({ type: 'progress', objects: 1, failed: 0 })]);
    expect(code).toBe(0);
  });

  test('--csv: for a spreadsheet, which runs nothing of it', async () => {
    const evil = { ...getObject({ at: '2026-11-24T08:00:00Z' }), userIdentity: { arn: '=cmd|"x"' } };
    put(folder, log('2026/11/24'), packed([evil]));
    const { out } = await ask('--file', '.', '--csv');
    expect(out).toBe('principal,action,via,calls,denied,firstSeen,lastSeen\r\n'
      + '"\'=cmd|""x""",GetObject,direct,1,0,2026-11-24T08:00:00Z,2026-11-24T08:00:00Z\r\n');
  });

  test('nothing on the terminal obeys a log', async () => {
    put(folder, log('2026/11/24'), packed([{ ...getObject({ at: '2026-11-24T08:00:00Z' }), userIdentity: { arn: '\u001b[2Jgone' } }]));
    expect((await ask('--file', '.')).out).not.toContain('\u001b');
  });

  test('says that nothing was found, and what might be missing', async () => {
    put(folder, log('2026/11/24'), packed([]));
    const { code, out } = await ask('--file', '.');
    expect(out).toMatch(/Nothing was found\.\n.*the trail watches the bucket/s);
    expect(code).toBe(0);
  });

  test('opens the days that are asked about and the one after, and leaves digests alone', async () => {
    for (const day of ['2026/11/16', '2026/11/17', '2026/11/18', '2026/11/25', '2026/11/26', '2026/11/27']) {
      put(folder, log(day), packed(reads('2026-11-20T08:00:00Z')));
    }
    put(folder, 'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/24/d.json.gz', packed(reads('2026-11-20T08:00:00Z')));
    put(folder, 'AWSLogs/readme.txt', 'x');
    const ended = await ask('--file', '.', '--json');
    expect(rows(ended)).toEqual([expect.objectContaining({ calls: 3 })]);
    expect((await ask('--file', '.')).out).toContain('from 3 files, and 3 of other days were left alone');
  });

  test('takes files by name, several, unpacked, and with one record a line', async () => {
    put(folder, 'one.log', reads('2026-11-24T08:00:00Z', '2026-11-24T09:00:00Z').map((record) => JSON.stringify(record)).join('\n'));
    put(folder, 'list.json', JSON.stringify(reads('2026-11-24T08:00:00Z')));
    put(folder, 'single', JSON.stringify(reads('2026-11-24T08:00:00Z')[0]));
    const ended = await ask('--file', 'one.log', '--file', 'list.json', '--file', 'single', '--json');
    expect(rows(ended)).toEqual([expect.objectContaining({ calls: 4 })]);
  });

  test('what cannot be read is named, the rest is answered, and the exit code says so', async () => {
    put(folder, log('2026/11/24', 'good.json'), JSON.stringify({ Records: reads('2026-11-24T08:00:00Z') }));
    put(folder, log('2026/11/24', 'cut.json.gz'), packed(reads('2026-11-24T08:00:00Z')).subarray(0, 40));
    put(folder, log('2026/11/24', 'other.json'), '{"Records":[{"no":"record"}]}');
    put(folder, log('2026/11/24', 'text.json'), 'hello');
    const { code, out, io } = await ask('--file', '.', '--json');
    expect(JSON.parse(out)).toMatchObject({ complete: false, rows: [{ calls: 1 }] });
    const said = io.jsonLines.filter(({ type }) => type === 'error').map(({ message }) => message as string).sort();
    expect(said).toEqual([expect.stringMatching(/cut\.json\.gz: unexpected end of file/), expect.stringMatching(/other\.json: it holds no records of CloudTrail/), expect.stringMatching(/text\.json: it holds no/)]);
    expect(code).toBe(1);
  });

  test.each([
    ['an empty folder', '.', /there is no log file in \./], ['a missing file', 'nowhere', /ENOENT.*nowhere/], ['a bucket without a name', 's3://', /--file is "s3:\/\/"/],
  ])('%s is an error', async (_, file, said) => {
    const { code, err } = await ask('--file', file);
    expect(err).toMatch(said);
    expect(code).toBe(file === 's3://' ? 64 : 1);
  });

  test('an interruption shows what was read, and says that it is not all', async () => {
    for (let index = 0; index < 200; index += 1) { put(folder, log('2026/11/24', `${index}.json.gz`), packed(reads('2026-11-24T08:00:00Z'))); }
    const io = new FakeIo({ cwd: folder, now: NOW });
    const ended = main(['audit-log', '--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--file', '.', '--json'], io);
    io.signal();
    expect(await ended).toBe(1);
    expect(JSON.parse(io.out)).toMatchObject({ complete: false });
    expect(io.err).toContain('Interrupted: the rows cover what was read until then.');
  });
});

describe('over log files in a bucket', () => {
  let world: CliWorld;
  beforeAll(async () => { world = await CliWorld.start(); });
  afterAll(async () => world?.stop());

  test('reads those below the prefix', async () => {
    const Bucket = await world.bucket();
    for (const day of ['2026/11/24', '2026/10/01']) {
      await world.s3.send(new PutObjectCommand({ Bucket, Key: log(day), Body: packed(reads('2026-11-24T08:00:00Z')) }));
    }
    await world.s3.send(new PutObjectCommand({ Bucket, Key: 'other/a.json.gz', Body: packed(reads('2026-11-24T08:00:00Z')) }));
    const { code, out } = await run(['audit-log', '--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--file', `s3://${Bucket}/AWSLogs/`], { env: world.env, now: NOW });
    expect(out).toContain('from 1 file, and 1 of other days were left alone');
    expect(out).toMatch(/GetObject +direct +1 /);
    expect(code).toBe(0);
  });

  test('a bucket that is not there is named', async () => {
    const { code, err } = await run(['audit-log', '--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--file', 's3://nowhere/x'], { env: world.env, now: NOW });
    expect([code, err]).toEqual([1, expect.stringContaining('there is no bucket "nowhere"')]);
  });
});

describe('from a trail that was deployed', () => {
  let cloud: LocalCloud;
  let services: QueryServices;
  beforeAll(async () => {
    cloud = await LocalCloud.start();
    await cloud.deploy((stack) => {
      new EncryptionAuditTrail(stack, 'Audit', { trailName: 'audit' });
      return {};
    });
    services = await QueryServices.start(cloud.emulator.endpoint, EVERYTHING, NOW);
  });
  afterAll(async () => {
    await services?.stop();
    await cloud?.stop();
  });
  beforeEach(() => {
    services.calls.length = 0;
    services.instead = undefined;
    services.pageSize = 1000;
  });
  const ask = async (...args: string[]): Promise<Ended> => run(['audit-log', ...args],
    { env: { AWS_ENDPOINT_URL: services.endpoint, AWS_REGION: 'us-east-1' }, now: NOW, longestPause: 1 });

  test.each(QUESTIONS.map((question) => [question.id, question] as const))('%s: CloudWatch Logs, Athena and the files have one answer', async (id, { subjects }) => {
    const args = ['--query', id, ...subjects.flatMap((subject) => ASKED[subject] as string[]), '--since', '7d', '--json'];
    const folder = newFolder();
    put(folder, 'all.json', JSON.stringify({ Records: EVERYTHING }));
    const answers = [await ask(...args), await ask(...args, '--from', 'athena'), await ask(...args, '--file', join(folder, 'all.json'))];
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [logs, athena, files] = answers.map(({ out }) => JSON.parse(out) as { rows: unknown[]; source: string; scannedBytes: number | null });
    expect(files.rows.length).toBeGreaterThan(0);
    expect(logs.rows).toEqual(files.rows);
    expect(athena.rows).toEqual(files.rows);
    expect([logs.source, athena.source]).toEqual(['logs', 'athena']);
    expect([logs.scannedBytes, athena.scannedBytes, files.scannedBytes]).toEqual([1_500_000_000, 20_000_000_000, null]);
  });

  test('finds the log group by itself, asks about the time that was given, and says what it cost', async () => {
    const { code, out, err } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--since', '2026-11-24', '--until', '2026-11-24T12:00Z');
    expect(code).toBe(0);
    expect(out).toContain('2026-11-24T00:00:00Z to 2026-11-24T12:00:00Z, from the log group /aws/cloudtrail/audit');
    expect(out).toContain(ATTACKER);
    expect(services.sent('StartQuery')).toMatchObject({
      logGroupName: '/aws/cloudtrail/audit', startTime: Date.parse('2026-11-24T00:00:00Z') / 1000, endTime: Date.parse('2026-11-24T11:59:59Z') / 1000,
    });
    expect(err).toContain('1.4 GiB were read. Cost: $0.01.\n');
  });

  test('the values are literals of the statement, and its workgroup is that of the trail', async () => {
    await ask('--query', 'who-touched-key', '--key', WATCHED.key, '--since', '1w', '--from', 'athena');
    expect(services.sent('StartQueryExecution')).toMatchObject({
      WorkGroup: 'audit',
      QueryString: `EXECUTE who_touched_key USING '2026/11/18', '2026/11/26', '2026-11-18T00:00:00Z', '2026-11-25T00:00:00Z', '${WATCHED.key}', '${WATCHED.key.split('/')[1]}'`,
    });
  });

  test('with --trail Athena is asked at once', async () => {
    await ask('--query', 'who-touched-key', '--key', WATCHED.key, '--from', 'athena', '--trail', 'audit');
    expect(services.sent('DescribeQueryDefinitions')).toBeUndefined();
    expect(services.sent('StartQueryExecution')).toMatchObject({ WorkGroup: 'audit' });
  });

  test('results of several pages are one, and the head of the first is no row', async () => {
    services.pageSize = 7;
    const { out } = await ask('--query', 'who-touched-key', '--key', WATCHED.key, '--since', '7d', '--from', 'athena', '--json');
    const { rows } = JSON.parse(out) as { rows: { time: string }[] };
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.every(({ time }) => time.startsWith('2026-11-2'))).toBe(true);
  });

  test('waits while the query runs', async () => {
    let asked = 0;
    services.instead = ({ operation }) => {
      if (operation !== 'GetQueryResults') { return undefined; }
      asked += 1;
      return asked < 3 ? { status: asked === 1 ? 'Scheduled' : 'Running', results: [] } : undefined;
    };
    const { code } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--since', '7d');
    expect([code, asked]).toEqual([0, 3]);
  });

  test('an interruption stops the query', async () => {
    services.instead = ({ operation }) => (operation === 'GetQueryExecution' ? { QueryExecution: { Status: { State: 'RUNNING' } } } : undefined);
    const io = new FakeIo({ env: { AWS_ENDPOINT_URL: services.endpoint, AWS_REGION: 'us-east-1' }, now: NOW, longestPause: 5 });
    const ended = main(['audit-log', '--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--from', 'athena'], io);
    while (services.sent('GetQueryExecution') === undefined) { await new Promise((resolve) => { setTimeout(resolve, 5); }); }
    io.signal();
    expect(await ended).toBe(1);
    expect(services.sent('StopQueryExecution')).toMatchObject({ QueryExecutionId: expect.any(String) });
    expect(io.out).toBe('');
    expect(io.err).toContain('Interrupted: the query was stopped');
  });

  test('10,000 rows are not taken for all', async () => {
    const row = [{ field: 'principal', value: 'x' }, { field: 'calls', value: '1' }];
    services.instead = ({ operation }) => (operation === 'GetQueryResults' ? { status: 'Complete', results: Array.from({ length: 10_000 }, () => row) } : undefined);
    const { code, out, err } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--json');
    expect(JSON.parse(out)).toMatchObject({ complete: false });
    expect([code, err]).toEqual([1, expect.stringContaining('There may be more: 10,000 rows are the most')]);
  });

  const group = (fields: object) => ({ operation }: { operation: string }) => (
    operation === 'DescribeLogGroups' ? { logGroups: [{ logGroupName: '/aws/cloudtrail/audit-2', retentionInDays: 1 }, { logGroupName: '/aws/cloudtrail/audit', ...fields }] } : undefined);
  const OLD = Date.parse('2020-01-01T00:00:00Z');

  test('what a log group no longer keeps is said, and the rows are not taken for all', async () => {
    services.instead = group({ creationTime: OLD, retentionInDays: 3 });
    const { code, out, err } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--since', '7d', '--json');
    expect(JSON.parse(out)).toMatchObject({ complete: false });
    expect(err).toContain('/aws/cloudtrail/audit keeps 3 days, and what happened from 2026-11-18T00:00:00Z to 2026-11-22T00:00:00Z is in the log files alone: ask --from athena');
    expect(code).toBe(1);
  });

  test.each([
    ['that keeps as much', { creationTime: OLD, retentionInDays: 7 }, ''],
    ['that keeps everything', { creationTime: OLD }, ''],
    ['that is younger than the question', { creationTime: Date.parse('2026-11-20T00:00:00Z'), retentionInDays: 5 }, '/aws/cloudtrail/audit begins at 2026-11-20T00:00:00Z: what happened before is not in it.\n'],
  ])('a log group %s has all rows that there are', async (_, fields, note) => {
    services.instead = group(fields);
    const { code, err } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--since', '7d');
    expect([code, err]).toEqual([0, `1.4 GiB were read. Cost: $0.01.\n${note}`]);
  });

  test('who may not look how far it goes back gets the rows, and is told', async () => {
    services.instead = failing('DescribeLogGroups', 'AccessDeniedException', 'not authorized to perform: logs:DescribeLogGroups');
    const { code, err } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket, '--since', '7d');
    expect([code, err]).toEqual([0, expect.stringContaining('How far back /aws/cloudtrail/audit goes is not known')]);
  });

  const failing = (operation: string, code: string, message: string) => (call: { operation: string }) => {
    if (call.operation === operation) { throw new Fault(code, message); }
    return undefined;
  };
  const state = (State: string, StateChangeReason: string) => ({ operation }: { operation: string }) => (
    operation === 'GetQueryExecution' ? { QueryExecution: { Status: { State, StateChangeReason } } } : undefined);

  test.each([
    ['no permission', [], failing('StartQuery', 'AccessDeniedException', 'User: x is not authorized to perform: logs:StartQuery on resource: y'), /Allow logs:StartQuery/],
    ['a time before the log group', [], failing('StartQuery', 'MalformedQueryException', 'Query\'s end date and time is either before the log groups creation time or exceeds the log groups log retention settings'),
      /--from athena/],
    ['a log group that is not there', ['--log-group', '/nowhere'], failing('StartQuery', 'ResourceNotFoundException', 'The specified log group does not exist.'), /there is no log group "\/nowhere"/],
    ['too many queries', [], failing('StartQuery', 'LimitExceededException', 'too many'), /wait until some have ended/],
    ['a query that times out', [], ({ operation }: { operation: string }) => (operation === 'GetQueryResults' ? { status: 'Timeout' } : undefined), /ended the query with Timeout/],
    ['a workgroup without the statements', ['--workgroup', 'primary'], () => undefined, /was not found in workGroup primary\nThe workgroup primary is that of an EncryptionAuditTrail/],
    ['a scan above the limit', ['--from', 'athena'], state('FAILED', 'Bytes scanned limit was exceeded'), /raise queryScanLimit/],
    ['log files that may not be read', ['--from', 'athena'], state('FAILED', 'Access Denied (Service: Amazon S3)'), /grantQuery/],
    ['another failure', ['--from', 'athena'], state('CANCELLED', ''), /the query failed, and no reason is given/],
    ['a trail of another name', ['--trail', 'other'], () => undefined, /no EncryptionAuditTrail named "other" in us-east-1/],
    ['a statement of another version', ['--from', 'athena'],
      ({ operation }: { operation: string }) => (operation === 'GetQueryResults' ? { ResultSet: { Rows: [{ Data: [{ VarCharValue: 'x' }] }] } } : undefined), /answered 1 columns/],
  ])('%s is explained', async (_, args, instead, said) => {
    services.instead = instead;
    const { code, out, err } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket, ...args);
    expect(err).toMatch(said);
    expect(err).not.toMatch(/defect/);
    expect([code, out]).toEqual([1, '']);
  });

  test('of two trails none is guessed', async () => {
    services.instead = ({ operation, body }) => (operation !== 'DescribeQueryDefinitions' ? undefined : {
      queryDefinitions: [{ name: `cdk-s3-encryption/${body.nextToken === undefined ? 'b' : 'a'}/who-decrypted`, logGroupNames: ['/g'] }],
      nextToken: body.nextToken === undefined ? 'more' : undefined,
    });
    const { code, err } = await ask('--query', 'who-decrypted', '--bucket', WATCHED.bucket);
    expect([code, err]).toEqual([64, 'error: there are 2 trails, and one is asked: give --trail with one of a, b\n']);
  });
});

describe('what means nothing is refused before anything is asked', () => {
  const ok = ['--query', 'who-decrypted', '--bucket', 'finance'];
  test.each([
    [[], /--query is missing, and must be one of\n {2}who-decrypted/],
    [['--query', 'who'], /--query is "who", and must be one of/],
    [['--query', 'who-decrypted'], /--bucket is missing: who-decrypted asks about it/],
    [['--query', 'who-decrypted', '--bucket', 'a"b'], /--bucket is "a"b", and must be the name of a bucket/],
    [['--query', 'who-touched-key', '--key', 'alias/x'], /--key is "alias\/x", and must be the ARN of a key/],
    [['--query', 'what-did-principal', '--principal', 'App'], /--principal is "App"/],
    [[...ok, '--key', WATCHED.key], /--key is given, and who-decrypted does not ask about it/],
    [[...ok, '--compare-with', '30d'], /--compare-with is given, and who-decrypted compares with nothing/],
    [[...ok, '--since', 'yesterday'], /--since is "yesterday", and must be a time before now/],
    [[...ok, '--since', '2026-02-31'], /--since is "2026-02-31"/],
    [[...ok, '--since', '0d'], /--since is "0d"/],
    [[...ok, '--since', '2027-01-01'], /--since is 2027-01-01T00:00:00Z, and must be before --until, which is 2026-11-25T00:00:00Z/],
    [[...ok, '--until', '9d', '--since', '2d'], /must be before --until/],
    [['--query', 'unusual-addresses', '--bucket', 'finance', '--compare-with', 'long'], /--compare-with is "long", and must be a length of time/],
    [[...ok, '--from', 'lake'], /--from is "lake", and must be logs or athena/],
    [[...ok, '--file', 'x', '--from', 'logs', '--trail', 'audit'], /--file is given, and --from and --trail beside it/],
    [[...ok, '--file', ''], /--file is empty/],
    [[...ok, '--log-group', '/g', '--from', 'athena'], /--log-group is of CloudWatch Logs, and Athena is asked/],
    [[...ok, '--log-group', '/g', '--workgroup', 'w'], /leave one of them out/],
    [[...ok, '--workgroup', 'w', '--from', 'logs'], /--workgroup is of Athena/],
    [[...ok, '--log-group', 'arn:aws:logs:x'], /--log-group is "arn:aws:logs:x", and must be the name/],
    [[...ok, '--trail', 'arn:aws:cloudtrail:x'], /--trail is/],
    [[...ok, '--json', '--csv'], /choose one of them/],
    [[...ok, '--endpoint-url', 'http://127.0.0.1:1'], /--endpoint-url is where --file s3:/],
    [[...ok, '--nonsense'], /Unknown option '--nonsense'.*The flags of audit-log are/],
  ])('%j', async (args, said) => {
    const { code, out, err } = await run(['audit-log', ...args], { now: NOW });
    expect(err).toMatch(said);
    expect([code, out]).toEqual([64, '']);
  });

  test('a region is needed', async () => {
    const { AWS_REGION: kept } = process.env;
    delete process.env.AWS_REGION;
    try {
      const { code, err } = await run(['audit-log', ...ok], { env: {}, now: NOW });
      expect([code, err]).toEqual([1, 'error: No region is known: give --region, or set AWS_REGION.\n']);
    } finally {
      if (kept !== undefined) { process.env.AWS_REGION = kept; }
    }
  });
});
