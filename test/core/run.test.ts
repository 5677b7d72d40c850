import { FakeStore, object, TARGET, under } from './fake-store';
import type { Checkpoint, Ledger } from '../../src/core/checkpoint';
import { ALL_SOURCES, AWS_ABILITIES } from '../../src/core/decide';
import type { Outcome } from '../../src/core/outcome';
import { run, type RunOptions } from '../../src/core/run';
import { StoreError } from '../../src/core/store-error';

class MemoryLedger implements Ledger {
  public checkpoint?: Checkpoint;
  public records: Outcome[] = [];
  public commits = 0;
  public async load(): Promise<Checkpoint | undefined> { return this.checkpoint; }
  public async commit(checkpoint: Checkpoint, records: readonly Outcome[]): Promise<void> {
    this.commits++;
    this.checkpoint = structuredClone(checkpoint);
    this.records.push(...records);
  }
}

const names = (number: number) => Array.from({ length: number }, (_, index) => `k${String(index).padStart(6, '0')}`);
const options = (store: FakeStore, more: Partial<RunOptions> = {}): RunOptions => ({
  job: { store, target: TARGET, sources: ALL_SOURCES, abilities: AWS_ABILITIES, acls: false, objectLock: false },
  prefix: '',
  noncurrent: false,
  concurrency: 8,
  ledger: new MemoryLedger(),
  fingerprint: 'one',
  ...more,
});

test('every object once, and the second run writes nothing', async () => {
  const store = new FakeStore(names(537).map((name) => object(name)));
  store.pageSize = 50;
  const result = await run(options(store));
  expect(result).toMatchObject({ complete: true, totals: { objects: 537, rewritten: { update: 537 } } });
  expect(result.stopped).toBeUndefined();
  expect(store.writes()).toHaveLength(537);
  expect(await run(options(store))).toMatchObject({ complete: true, totals: { objects: 537, alreadyEncrypted: 537 } });
  expect(store.writes()).toHaveLength(537);
});

test('an empty bucket is done', async () => {
  const ledger = new MemoryLedger();
  expect(await run(options(new FakeStore(), { ledger }))).toMatchObject({ complete: true, totals: { objects: 0 } });
  expect(ledger.checkpoint?.done).toBe(true);
});

test('a prefix leaves the rest alone', async () => {
  const store = new FakeStore([object('in/a'), object('out/b')]);
  await run(options(store, { prefix: 'in/' }));
  expect(store.latest('out/b')?.encryption.status).toBe('SSE-S3');
  expect(store.latest('in/a')?.encryption).toEqual(under(TARGET));
});

test('never more at once than asked for, and as many', async () => {
  const store = new FakeStore(names(200).map((name) => object(name)));
  let [now, peak] = [0, 0];
  store.before = async (call) => {
    if (call === 'list') { return; }
    peak = Math.max(peak, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now--;
  };
  await run(options(store, { concurrency: 7 }));
  expect(peak).toBe(7);
});

describe('continuing', () => {
  test.each([1, 2, 3, 5, 8, 13, 21, 34, 55, 89])('broken off after request %i and continued: each record once, each object done', async (requests) => {
    const store = new FakeStore(names(60).map((name, index) => index % 7 === 0 ? object(name, { locked: true }) : object(name)));
    store.pageSize = 10;
    const ledger = new MemoryLedger();
    let untilKilled = requests;
    store.before = () => { if (untilKilled-- === 0) { throw new TypeError('killed'); } };
    await run(options(store, { ledger })).catch(() => undefined);
    untilKilled = Infinity;
    const result = await run(options(store, { ledger }));
    expect(result.complete).toBe(true);
    expect(ledger.records.map((each) => each.key).sort()).toEqual(names(60).filter((_, index) => index % 7 === 0));
    expect(result.totals).toMatchObject({ objects: 60, exceptions: { locked: 9 } });
    const left = [...store.keys.values()].filter(([latest]) => !latest.locked && latest.encryption.status !== 'SSE-KMS');
    expect(left).toEqual([]);
  });

  test('the run goes on behind the marker, not at the start', async () => {
    const store = new FakeStore(names(40).map((name) => object(name)));
    store.pageSize = 10;
    const ledger = new MemoryLedger();
    let updates = 0;
    const stop = new AbortController();
    store.before = (call) => { if (call === 'update' && ++updates === 25) { stop.abort(); } };
    const first = await run(options(store, { ledger, signal: stop.signal, concurrency: 1 }));
    expect(first).toMatchObject({ complete: false, stopped: { code: 'Interrupted' } });
    const heads = store.calls.filter((call) => call.startsWith('head')).length;
    let resumed: Checkpoint | undefined;
    const second = await run(options(store, { ledger, concurrency: 1, listener: { onResume: (checkpoint) => { resumed = checkpoint; } } }));
    expect(resumed?.marker).toEqual({ key: 'k000019' });
    expect(store.calls.filter((call) => call.startsWith('head')).length - heads).toBe(20);
    expect(second.totals.objects).toBe(40);
  });

  test('a checkpoint of something else, or of a finished run, is not continued', async () => {
    const store = new FakeStore(names(5).map((name) => object(name)));
    const ledger = new MemoryLedger();
    await run(options(store, { ledger }));
    expect((await run(options(store, { ledger }))).totals.objects).toBe(5);
    ledger.checkpoint = { ...(ledger.checkpoint as Checkpoint), done: false, marker: { key: 'k000003' } };
    expect((await run(options(store, { ledger, fingerprint: 'two' }))).totals.objects).toBe(5);
  });

  test('a slow object holds the checkpoint back, and the listing, but not the others', async () => {
    const store = new FakeStore(names(400).map((name) => object(name)));
    store.pageSize = 10;
    const ledger = new MemoryLedger();
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => { release = resolve; });
    let most = 0;
    store.before = async (call, key) => {
      if (call === 'update' && key === 'k000000') { await slow; }
      if (call === 'list') { most = Math.max(most, store.writes().length); }
    };
    const running = run(options(store, { ledger }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ledger.checkpoint).toBeUndefined();
    expect(store.writes().length).toBeGreaterThan(30);
    expect(store.writes().length).toBeLessThan(100);
    release();
    expect((await running).totals.objects).toBe(400);
  });

  test('a ledger that cannot be written stops the run with its error', async () => {
    const store = new FakeStore(names(100).map((name) => object(name)));
    store.pageSize = 10;
    const ledger = new MemoryLedger();
    ledger.commit = async () => { throw new Error('ENOSPC'); };
    await expect(run(options(store, { ledger }))).rejects.toThrow('ENOSPC');
    expect(store.writes().length).toBeLessThan(100);
  });
});

describe('stopping', () => {
  test('at what every other object would get too, at once, without recording the object as failed', async () => {
    const store = new FakeStore(names(3000).map((name) => object(name)));
    const ledger = new MemoryLedger();
    let updates = 0;
    store.before = (call) => { if (call === 'update' && ++updates > 1200) { throw new StoreError('KMS.DisabledException', 'the key is disabled', 'fatal'); } };
    const result = await run(options(store, { ledger }));
    expect(result).toMatchObject({ complete: false, stopped: { code: 'KMS.DisabledException' } });
    expect(updates).toBeLessThan(1220);
    expect(ledger.records).toEqual([]);
    store.before = undefined;
    const second = await run(options(store, { ledger }));
    expect(second).toMatchObject({ complete: true, totals: { objects: 3000 } });
    expect(second.totals.rewritten.update + second.totals.alreadyEncrypted).toBe(3000);
    expect(store.writes()).toHaveLength(updates + 1800);
  });

  test('when nothing has worked a hundred times', async () => {
    const store = new FakeStore(names(3000).map((name) => object(name)));
    store.before = (call) => { if (call === 'update') { throw new StoreError('AccessDenied', 'no s3:UpdateObjectEncryption', 'refused'); } };
    const result = await run(options(store));
    expect(result.stopped).toMatchObject({ code: 'AccessDenied', message: expect.stringContaining('no s3:UpdateObjectEncryption') });
    expect(store.calls.filter((call) => call.startsWith('update')).length).toBeLessThan(120);
  });

  test('not at failures among successes', async () => {
    const store = new FakeStore(names(1000).map((name) => object(name)));
    const ledger = new MemoryLedger();
    store.before = (call, key) => { if (call === 'update' && /[1-9]$/.test(key)) { throw new StoreError('AccessDenied', 'no', 'refused'); } };
    expect(await run(options(store, { ledger }))).toMatchObject({ complete: true, totals: { failed: 900, rewritten: { update: 100 } } });
    expect(ledger.records).toHaveLength(900);
  });

  test('at a listing that fails', async () => {
    const store = new FakeStore(names(30).map((name) => object(name)));
    store.pageSize = 10;
    let lists = 0;
    store.before = (call) => { if (call === 'list' && ++lists === 2) { throw new StoreError('InternalError', 'we encountered an internal error', 'retryable'); } };
    expect(await run(options(store))).toMatchObject({ complete: false, stopped: { code: 'InternalError' } });
  });

  test('while the listing waits for a page that nobody will finish', async () => {
    const store = new FakeStore(names(400).map((name) => object(name)));
    store.pageSize = 10;
    const stop = new AbortController();
    store.before = async (call, key) => {
      if (call === 'update' && key === 'k000000') { await new Promise((resolve) => setTimeout(resolve, 100)); stop.abort(); throw new StoreError('KMS.DisabledException', 'off', 'fatal'); }
    };
    expect(await run(options(store, { signal: stop.signal }))).toMatchObject({ complete: false });
  });
});

test('old versions are taken up by choice, in place', async () => {
  const store = new FakeStore([object('a'), object('a'), object('a', { encryption: { status: 'NOT-SSE', bucketKey: false } }), object('a')], true);
  expect((await run(options(store))).totals.objects).toBe(1);
  const { totals } = await run(options(store, { noncurrent: true }));
  expect(totals).toMatchObject({ objects: 4, rewritten: { update: 2 }, alreadyEncrypted: 1, exceptions: { 'noncurrent-needs-copy': 1 } });
  expect(store.keys.get('a')).toHaveLength(4);
});
