import { MemoryBucket } from './memory';
import { rowsOf } from '../../../src/runtime/csv';
import { outcomeOfFunction, outcomeOfS3, taskLine } from '../../../src/runtime/outcome-of-task';
import { readReports } from '../../../src/runtime/read-reports';
import type { JobEntry } from '../../../src/runtime/shapes';
import { summarised } from '../../../src/runtime/summarise';

async function rows(...chunks: (string | Uint8Array)[]): Promise<string[][]> {
  const found: string[][] = [];
  const bytes = async function* () { for (const chunk of chunks) { yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk; } };
  for await (const row of rowsOf(bytes())) { found.push(row); }
  return found;
}

describe('rows of a CSV', () => {
  test.each<[string, string[], string[][]]>([
    ['plain', ['a,b\nc,d\n'], [['a', 'b'], ['c', 'd']]],
    ['without a last line end', ['a,b\nc,d'], [['a', 'b'], ['c', 'd']]],
    ['with CRLF', ['a,b\r\nc,d\r\n'], [['a', 'b'], ['c', 'd']]],
    ['with commas, quotes and line ends within quotes', ['"a,1","b ""2""\nnext",c\n'], [['a,1', 'b "2"\nnext', 'c']]],
    ['cut anywhere by the network', ['"a', '""', 'b"', ',c', '\n'], [['a"b', 'c']]],
    ['with empty fields', [',,\n'], [['', '', '']]],
    ['of nothing', [], []],
  ])('%s', async (_, chunks, expected) => { expect(await rows(...chunks)).toEqual(expected); });

  test('a character that is cut in two is put together', async () => {
    const bytes = Buffer.from('ü,b\n');
    expect(await rows(bytes.subarray(0, 1), bytes.subarray(1))).toEqual([['ü', 'b']]);
  });

  test('a file that was cut off within quotes is an error, not a row', async () => {
    await expect(rows('"a,b\n')).rejects.toThrow('cut off');
  });
});

describe('a line of a report', () => {
  const schema = ['bucket', 'key', 'v1', 'failed', 'AccessDenied', '403', 'Access', ' Denied'];
  const example = ['bucket', 'key', 'v1', 'failed', '403', 'AccessDenied', 'Access', ' Denied'];

  test.each([['the schema', schema], ['the examples', example]])('means the same in the order of %s', (_, row) => {
    expect(taskLine(row)).toEqual({
      bucket: 'bucket', key: 'key', versionId: 'v1', succeeded: false, code: 'AccessDenied', status: 403, message: 'Access, Denied',
    });
  });

  test('with too few columns is an error', () => { expect(() => taskLine(['bucket', 'key'])).toThrow('2 columns instead of 7'); });
});

describe('what a failed task of S3 means', () => {
  test.each<[code: string, status: number, message: string, expected: string]>([
    ['NoSuchKey', 404, 'The specified key does not exist.', 'gone'],
    ['NoSuchVersion', 404, '', 'gone'],
    ['InvalidRequest', 400, 'server-side encryption with customer-provided keys', 'exception sse-c'],
    ['InvalidRequest', 400, 'The object is not encrypted', 'again'],
    ['InvalidRequest', 400, 'DSSE-KMS and SSE-C are not supported', 'again'],
    ['InvalidRequest', 400, 'Something that nobody documented', 'again'],
    ['AccessDenied', 403, 'the object has a governance-mode retention period', 'exception locked'],
    ['AccessDenied', 403, 'User is not authorized to perform kms:Decrypt', 'failed'],
    ['InvalidObjectState', 403, '', 'exception archived'],
    ['PreconditionFailed', 412, '', 'again'],
    ['SlowDown', 503, '', 'again'],
    ['InternalError', 500, '', 'again'],
    ['NotImplemented', 501, '', 'again'],
    ['KMS.DisabledException', 400, 'key is disabled', 'failed'],
  ])('%s %s "%s" is %s', (code, status, message, expected) => {
    const outcome = outcomeOfS3({ bucket: 'b', key: 'k', versionId: '', succeeded: false, code, status, message });
    expect(outcome.kind === 'exception' ? `exception ${outcome.reason}` : outcome.kind).toBe(expected);
  });

  test('a success among failures is an error: the job was not made by us', () => {
    expect(() => outcomeOfS3({ bucket: 'b', key: 'k', versionId: '', succeeded: true, code: '', status: 200, message: '' })).toThrow('one that succeeded');
  });
});

describe('what an answer of the function means', () => {
  const outcome = (succeeded: boolean, message: object | string, status = 200, code = '') => outcomeOfFunction({
    bucket: 'b', key: 'k', versionId: '', succeeded, code, status, message: typeof message === 'string' ? message : JSON.stringify(message),
  });

  test.each<[string, ReturnType<typeof outcome>, object]>([
    ['a copy that left a version', outcome(true, { kind: 'rewritten', engine: 'copy', size: 7, leftVersion: true }), { kind: 'rewritten', engine: 'copy', size: 7, left: true }],
    ['an object as it should be', outcome(true, { kind: 'skipped', reason: 'already-encrypted' }), { kind: 'skipped', reason: 'already-encrypted' }],
    ['an exception', outcome(false, { kind: 'exception', reason: 'locked', message: 'held' }), { kind: 'exception', reason: 'locked', message: 'held' }],
    ['a failure to be tried again', outcome(false, { kind: 'failed', retryable: true, code: 'SlowDown', message: 'm' }), { kind: 'again', code: 'SlowDown', message: 'm' }],
    ['a failure for good', outcome(false, { kind: 'failed', code: 'AccessDenied', message: 'm' }), { kind: 'failed', code: 'AccessDenied', message: 'm' }],
    ['a function that ran out of time', outcome(false, 'Task timed out after 900.00 seconds', 500, 'LambdaError'), { kind: 'again', code: 'LambdaError', message: 'Task timed out after 900.00 seconds' }],
    ['a function that may not be called', outcome(false, 'not authorized', 403, 'AccessDenied'), { kind: 'failed', code: 'AccessDenied', message: 'not authorized' }],
  ])('%s', (_, got, expected) => { expect(got).toEqual(expected); });

  test('success without an answer is not believed', () => {
    expect(outcome(true, 'ok')).toMatchObject({ kind: 'failed', code: 'AnswerMissing' });
  });
});

describe('reading reports', () => {
  const job = (more: Partial<JobEntry> = {}): JobEntry => ({
    name: 'sse-s3', source: 'sse-s3', engine: 'update', jobId: 'j1', status: 'Complete', total: 3, succeeded: 1, failed: 2, ...more,
  });
  const line = (key: string, code: string, status: number, versionId = '') => `data,${key},${versionId},failed,${code},${status},message\n`;

  function withReport(jobId: string, ...files: string[]): MemoryBucket {
    const bucket = new MemoryBucket();
    const keys = files.map((text, index) => { bucket.texts.set(`${jobId}-${index}.csv`, text); return { Bucket: 'operations', Key: `${jobId}-${index}.csv` }; });
    bucket.texts.set(`reports/job-${jobId}/manifest.json`, JSON.stringify({ Results: keys }));
    return bucket;
  }
  const request = (jobs: JobEntry[], more: object = {}) => ({ planId: 'p', attempt: 0, final: false, jobs, state: null, ...more });

  test('objects of a list that are tried again stay objects of a list, and are no reason for what S3 still finds', async () => {
    const answer = (key: string, message: object) => `data,${key},,failed,500,LambdaError,"${JSON.stringify(message).replace(/"/g, '""')}"\n`;
    const bucket = withReport('j1', answer('odd', { kind: 'failed', retryable: true, code: 'SlowDown', message: 'm' }));
    const listed = job({ name: 'listed-0', source: 'listed', engine: 'lambda', total: 1, succeeded: 0, failed: 1 });
    const other = withReport('j2', line('other', 'SlowDown', 503));
    for (const [key, text] of other.texts) { bucket.texts.set(key, text); }
    const first = await readReports(request([listed, job({ jobId: 'j2', succeeded: 0, failed: 1 })]), bucket.operations, () => false);
    expect(first.manifests).toEqual([
      expect.objectContaining({ rows: 1, versioned: false, source: 'retry' }), expect.objectContaining({ rows: 1, versioned: false, source: 'listed-retry' }),
    ]);

    // Under a key that nobody gave, and under retention.
    const report = `data,odd,,succeeded,200,,"${JSON.stringify({ kind: 'skipped', reason: 'not-a-source' }).replace(/"/g, '""')}"\n${answer('held', { kind: 'exception', reason: 'locked', detail: 'held' })}`;
    for (const [key, text] of withReport('j3', report).texts) { bucket.texts.set(key, text); }
    const again = job({ name: 'retry', source: 'listed-retry', engine: 'lambda', jobId: 'j3', total: 2, succeeded: 1, failed: 1 });
    const second = await readReports(request([again], { attempt: 1, final: true }), bucket.operations, () => false);
    expect(second).toMatchObject({ totals: { exceptions: { 'not-admitted': 1, 'locked': 1 } }, listedExceptions: 2 });
    expect(summarised({
      planId: 'p',
      runId: 'r',
      bucket: 'data',
      keyArn: 'k',
      versioned: true,
      operationsBucket: 'operations',
      startedAt: 't',
      plan: { jobs: [listed] },
      results: [],
      retries: [again],
      first,
      second,
      remaining: [job({ total: 2 })],
      warnings: [],
    })).toMatchObject({ unexplained: 2, verified: false });
  });

  test('lists for the next try what may succeed then, with and without versions apart, and tells people the rest', async () => {
    const bucket = withReport('j1', line('a+b%2Bc', 'SlowDown', 503) + line('v', 'InternalError', 500, '3L4') + line('no', 'AccessDenied', 403));
    const state = await readReports(request([job({ failed: 3 })]), bucket.operations, () => false);
    expect(bucket.lines('retries/p/0-0.csv')).toEqual(['data,a%20b%2Bc']);
    expect(bucket.lines('retries/p/0-0-versions.csv')).toEqual(['data,v,3L4']);
    expect(bucket.lines('exceptions/p/0-0.csv')).toEqual(['data,no,,AccessDenied,message']);
    expect(state).toMatchObject({ done: true, failures: { AccessDenied: 1 }, totals: { objects: 2, failed: 1 } });
    expect(state.manifests.map(({ rows: count, versioned }) => [count, versioned])).toEqual([[1, true], [1, false]]);
  });

  test('tries nothing a third time', async () => {
    const bucket = withReport('j1', line('a', 'SlowDown', 503));
    const state = await readReports(request([job({ failed: 1 })], { final: true, attempt: 1 }), bucket.operations, () => false);
    expect(state).toMatchObject({ manifests: [], failures: { SlowDown: 1 }, totals: { failed: 1 } });
  });

  test('stops between two files when time is up, and goes on where it was', async () => {
    const bucket = withReport('j1', line('a', 'SlowDown', 503), line('b', 'SlowDown', 503));
    let asked = 0;
    const first = await readReports(request([job()]), bucket.operations, () => asked++ === 1);
    expect(first).toMatchObject({ done: false, cursor: { job: 0, file: 1 } });
    const second = await readReports(request([job()], { state: first }), bucket.operations, () => false);
    expect(second.done).toBe(true);
    expect([...bucket.lines('retries/p/0-0.csv'), ...bucket.lines('retries/p/0-1.csv')]).toEqual(['data,a', 'data,b']);
    // The successes of the job count once, however often the function was called.
    expect(second.totals.rewritten.update).toBe(1);
  });

  test('fails when tasks failed and no report says which', async () => {
    await expect(readReports(request([job()]), new MemoryBucket().operations, () => false)).rejects.toThrow(/job j1 .* has 2 failed tasks and no report/);
  });

  test('asks for no report of a job that only counts, or that did not run', async () => {
    const jobs = [job({ engine: 'count' }), job({ status: 'NotRun' })];
    expect(await readReports(request(jobs), new MemoryBucket().operations, () => false)).toMatchObject({ done: true, totals: { failed: 0 } });
  });
});
