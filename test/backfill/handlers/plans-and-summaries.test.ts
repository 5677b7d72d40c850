import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { MemoryBucket } from './memory';
import { noTotals } from '../../../src/core';
import { listNoncurrent } from '../../../src/runtime/list-noncurrent';
import { priced, type PriceRequest } from '../../../src/runtime/price';
import type { JobEntry, ReadState } from '../../../src/runtime/shapes';
import { summarised, type SummaryRequest } from '../../../src/runtime/summarise';

const job = (more: Partial<JobEntry> = {}): JobEntry => ({ name: 'sse-s3', source: 'sse-s3', engine: 'update', jobId: 'j', status: 'Complete', total: 10, ...more });

describe('noncurrent versions', () => {
  const day = (number: number) => new Date(`2026-11-${String(number).padStart(2, '0')}T00:00:00Z`);
  const version = (Key: string, VersionId: string, at: number, IsLatest = false) => ({ Key, VersionId, IsLatest, LastModified: day(at) });

  function pages(...all: Partial<ListObjectVersionsCommandOutput>[]) {
    const asked: (string | undefined)[] = [];
    const send = async (command: ListObjectVersionsCommand) => { asked.push(command.input.KeyMarker); return all[asked.length - 1]; };
    return { asked, s3: { send: send as unknown as S3Client['send'] } };
  }
  const request = { planId: 'p', planTime: day(20).toISOString(), bucket: 'data', prefix: '', state: null };

  test('are listed oldest first, without current ones, delete markers, and those that came after the plan', async () => {
    const bucket = new MemoryBucket();
    const { s3 } = pages({
      Versions: [version('a%20b', '4', 21), version('a%20b', '3', 19, true), version('a%20b', '2', 18), version('a%20b', '1', 17), version('c', 'null', 10)],
      DeleteMarkers: [version('c', '9', 11, true)],
      IsTruncated: false,
    });
    const state = await listNoncurrent(request, s3, bucket.operations, () => false);
    expect(bucket.lines([...bucket.texts.keys()][0])).toEqual(['data,a%20b,1', 'data,a%20b,2', 'data,c,null']);
    expect(state).toMatchObject({ done: true, manifests: [{ rows: 3, versioned: true }] });
  });

  test('go on in the next call with the page that is due', async () => {
    const bucket = new MemoryBucket();
    const first = { Versions: [version('a', '1', 1)], IsTruncated: true, NextKeyMarker: 'a%2Bb', NextVersionIdMarker: '1' };
    const { asked, s3 } = pages(first, { Versions: [version('b', '1', 1)], IsTruncated: false });
    const half = await listNoncurrent(request, s3, bucket.operations, () => true);
    expect(half).toMatchObject({ done: false, marker: { key: 'a+b', versionId: '1' } });
    const whole = await listNoncurrent({ ...request, state: half }, s3, bucket.operations, () => true);
    expect(asked).toEqual([undefined, 'a+b']);
    expect(whole.done).toBe(true);
    expect([...bucket.texts.values()]).toEqual(['data,a,1\n', 'data,b,1\n']);
  });
});

describe('the price of a plan', () => {
  const request = (more: Partial<PriceRequest> = {}): PriceRequest => ({
    planId: 'p',
    planTime: 't',
    bucket: 'data',
    keyArn: 'key',
    bucketKey: false,
    versioned: true,
    copyEngine: 'lambda',
    configuration: 'c',
    warnings: [],
    jobs: [],
    moreJobs: [],
    ...more,
  });
  const plan = (more: Partial<PriceRequest>, size = {}) => priced(request(more), size) as {
    objects: number;
    rewritten: object;
    leftVersions: number;
    leftBytes: number | null;
    nothingToDo: boolean;
    exceptions: object;
    warnings: string[];
    cost: Record<string, number>;
    jobs: JobEntry[];
  };

  test('of a million updates is what AWS asks for them', () => {
    // 1 USD per million objects, 5 USD per million requests of the PUT kind, 2 KMS requests at 0.03 USD per 10,000: by the price pages.
    const { cost, objects } = plan({ jobs: [job({ total: 1_000_000 })] });
    expect([objects, cost.objects, cost.requests, cost.kms, cost.jobs]).toEqual([1_000_000, 1, 5, 6, 0.5]);
    expect(cost.total).toBeCloseTo(cost.objects + cost.requests + cost.kms + cost.jobs + cost.manifests + cost.lambda, 4);
  });

  test('under a Bucket Key has a hundredth of the KMS requests', () => {
    expect(plan({ bucketKey: true, jobs: [job({ total: 1_000_000 })] }).cost.kms).toBe(0.06);
  });

  test('names what copies leave behind in a versioned bucket, at the average size', () => {
    const { leftVersions, leftBytes, cost, warnings } = plan({ jobs: [job({ engine: 'lambda', total: 100 })] }, { objects: 1000, bytes: 1000 * 1024 ** 3 });
    expect([leftVersions, leftBytes, cost.leftVersionsPerMonth]).toEqual([100, 100 * 1024 ** 3, 2.3]);
    expect(warnings.join()).toContain('100 copies leave the versions behind');
    expect(plan({ versioned: false, jobs: [job({ engine: 'copy', total: 100 })] })).toMatchObject({ leftVersions: 0, leftBytes: 0 });
  });

  test('counts no update of an old version as a copy, and no exception as an object', () => {
    const counted = plan({
      moreJobs: [job({ engine: 'lambda', source: 'noncurrent', total: 5 })],
      jobs: [job({ total: 1 }), job({ engine: 'lambda', large: true, total: 2 }), job({ engine: 'count', source: 'sse-c', total: 7 })],
    });
    expect(counted).toMatchObject({ objects: 8, rewritten: { update: 6, copy: 0, multipartCopy: 2 }, exceptions: { 'sse-c': 7 } });
  });

  test('has the objects of a list last, and says what is priced twice', () => {
    const jobs = [job({ total: 2 }), job({ name: 'unencrypted', source: 'unencrypted', engine: 'lambda', total: 1 })];
    const listedJobs = [job({ name: 'listed-0', source: 'listed', engine: 'lambda', total: 3 })];
    const both = plan({ jobs, listedJobs, moreJobs: [job({ name: 'noncurrent-0', source: 'noncurrent', engine: 'lambda', total: 1 })] });
    expect(both.jobs.map(({ name }) => name)).toEqual(['noncurrent-0', 'sse-s3', 'unencrypted', 'listed-0']);
    expect(both.warnings.join()).toContain('counted and priced twice');
    expect(plan({ listedJobs }).warnings.join()).not.toContain('twice');
    expect(plan({ jobs, listedJobs: [{ ...listedJobs[0], total: 0 }] }).warnings.join()).not.toContain('twice');
  });

  test('of nothing says so', () => { expect(plan({ jobs: [job({ total: 0 })] })).toMatchObject({ nothingToDo: true, objects: 0 }); });
});

describe('the summary of a run', () => {
  const read = (change: (state: ReadState) => void = () => undefined): ReadState => {
    const state: ReadState = { done: true, cursor: { job: 1, file: 0 }, calls: 1, totals: noTotals(), failures: {}, manifests: [], lists: [] };
    change(state);
    return state;
  };
  const run = (more: Partial<SummaryRequest> = {}) => summarised({
    planId: 'p',
    runId: 'r',
    bucket: 'data',
    keyArn: 'key',
    versioned: true,
    operationsBucket: 'operations',
    startedAt: 't',
    plan: { jobs: [job()] },
    results: [job()],
    retries: [],
    first: read((state) => { state.totals.rewritten.update = 10; state.totals.objects = 10; }),
    second: null,
    remaining: [],
    warnings: [],
    ...more,
  });

  test('is verified when S3 finds nothing more', () => {
    expect(run()).toMatchObject({ verified: true, rewrittenTotal: 10, subject: 'Encryption backfill finished: data' });
  });

  test('of a run with nothing to do says that nothing was written', () => {
    expect(run({ first: read() })).toMatchObject({ verified: true, nothingWritten: true, subject: 'Encryption backfill nothing to do: data' });
  });

  test.each<[string, Partial<SummaryRequest>]>([
    ['S3 still finds objects that nothing explains', { remaining: [job({ total: 1 })] }],
    ['objects failed twice', { second: read((state) => { state.totals.failed = 1; state.failures.AccessDenied = 1; }) }],
    ['a job failed as a whole', { results: [job({ status: 'Failed' })] }],
    ['somebody cancelled a job', { results: [job({ status: 'Cancelled' })] }],
  ])('is not verified when %s', (_, more) => {
    expect(run(more)).toMatchObject({ verified: false, subject: 'Encryption backfill UNFINISHED: data' });
  });

  test('takes for explained what was reported as an exception of the sources, and not what was counted beside them', () => {
    const locked = { first: read((state) => { state.totals.exceptions.locked = 2; }), remaining: [job({ total: 2 })] };
    expect(run(locked)).toMatchObject({ verified: true, exceptions: { locked: 2 } });
    const counted = { first: read(), plan: { jobs: [job(), job({ engine: 'count', source: 'sse-c', total: 2 })] }, remaining: [job({ total: 2 })] };
    expect(run(counted)).toMatchObject({ verified: false, unexplained: 2, exceptions: { 'sse-c': 2 } });
  });

  test('names what copies left behind, and fits a subject of SNS', () => {
    const summary = run({
      bucket: 'b'.repeat(63), first: read((state) => { state.totals.rewritten.copy = 3; state.totals.leftVersions = 3; state.totals.leftBytes = 30; }),
    });
    expect(summary.message).toContain('Copies left 3 old versions behind (30 bytes)');
    expect(String(summary.subject).length).toBeLessThanOrEqual(100);
  });
});
