import { FakeStore, KEY, object, OLD_KEY, TARGET, under } from './fake-store';
import { ALL_SOURCES, AWS_ABILITIES } from '../../src/core/decide';
import { type Job, rewrite } from '../../src/core/rewrite';
import { StoreError } from '../../src/core/store-error';

const job = (store: FakeStore, more: Partial<Job> = {}): Job =>
  ({ store, target: TARGET, sources: ALL_SOURCES, abilities: AWS_ABILITIES, acls: false, objectLock: false, ...more });
const unencrypted = { encryption: { status: 'NOT-SSE' as const, bucketKey: false } };

describe('one object', () => {
  test('SSE-S3 is updated in place, and then there is nothing to do', async () => {
    const store = new FakeStore([object('a')]);
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'rewritten', engine: 'update' });
    expect(store.latest('a')?.encryption).toEqual(under(TARGET));
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'skipped', reason: 'already-encrypted' });
    expect(store.writes()).toEqual(['update a']);
  });

  test('a plan writes nothing and says the same', async () => {
    const store = new FakeStore([object('a'), object('b', unencrypted)]);
    expect(await rewrite(job(store, { planOnly: true }), { key: 'a' })).toMatchObject({ kind: 'rewritten', engine: 'update' });
    expect(await rewrite(job(store, { planOnly: true }), { key: 'b' })).toMatchObject({ kind: 'rewritten', engine: 'copy' });
    expect(store.writes()).toEqual([]);
  });

  test('a copy carries the class, the checksum, the ACL and names the version it leaves behind', async () => {
    const grants = { read: 'id="friend"' };
    const checksum = { algorithm: 'SHA256', type: 'FULL_OBJECT' as const, value: 'x' };
    const store = new FakeStore([object('a', { ...unencrypted, storageClass: 'STANDARD_IA', checksum, grants })], true);
    const before = store.latest('a')?.versionId;
    expect(await rewrite(job(store, { acls: true }), { key: 'a' })).toMatchObject({ kind: 'rewritten', engine: 'copy', leftVersion: before });
    expect(store.copies[0]).toMatchObject({ checksumAlgorithm: 'SHA256', grants, source: { storageClass: 'STANDARD_IA' } });
  });

  test.each([
    ['none', 'none' as const, undefined], ['one', { algorithm: 'SHA256', type: 'FULL_OBJECT' as const, value: 'x' }, 'SHA256'],
  ])('a checksum that came with the state is not asked for: %s', async (_name, checksum, checksumAlgorithm) => {
    const store = new FakeStore([object('a', { ...unencrypted, checksum })]);
    store.checksum = async () => { throw new Error('asked'); };
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'rewritten', engine: 'copy' });
    expect(store.copies).toEqual([expect.objectContaining({ checksumAlgorithm })]);
  });

  test('a composite checksum needs the parts it was uploaded in', async () => {
    const checksum = { algorithm: 'CRC32', type: 'COMPOSITE' as const, value: 'x-3' };
    const store = new FakeStore([object('a', { ...unencrypted, checksum, tags: 'a=b' })]);
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ engine: 'multipart-copy' });
    expect(store.copies[0]).toMatchObject({ tagging: 'a=b', checksum });
  });

  test('metadata that cannot be read is not lost by a multipart copy', async () => {
    const store = new FakeStore([object('a', { ...unencrypted, size: 6 * 1024 ** 3, unreadableMetadata: true })]);
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'exception', reason: 'metadata' });
    expect(store.writes()).toEqual([]);
  });

  test('a lock that HeadObject does not show stops a copy, and S3 stops the update', async () => {
    const store = new FakeStore([object('a', { ...unencrypted, hiddenLock: true }), object('b', { hiddenLock: true })]);
    expect(await rewrite(job(store, { objectLock: true }), { key: 'a' })).toMatchObject({ kind: 'exception', reason: 'locked' });
    expect(await rewrite(job(store, { objectLock: true }), { key: 'b' })).toMatchObject({ kind: 'exception', reason: 'locked' });
    expect(store.copies).toEqual([]);
  });

  test('a customer-provided key is reported', async () => {
    const store = new FakeStore([object('a', { encryption: { status: 'SSE-C', bucketKey: false } })]);
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'exception', reason: 'sse-c' });
  });
});

describe('what happens meanwhile', () => {
  test('overwritten between reading and copying: the new object is what is copied', async () => {
    const store = new FakeStore([object('a', { ...unencrypted, metadata: { v: '1' } })]);
    let once = true;
    store.before = (call) => { if (call === 'copy' && once) { once = false; store.put(object('a', { ...unencrypted, metadata: { v: '2' } })); } };
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'rewritten' });
    expect(store.latest('a')).toMatchObject({ metadata: { v: '2' }, encryption: under(TARGET) });
  });

  test('the answer of a copy got lost and the client tried again: done once, not an error', async () => {
    const store = new FakeStore([object('a', unencrypted)], true);
    const copy = store.copy.bind(store);
    store.copy = async (request) => { await copy(request); return copy(request); };
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'skipped', reason: 'already-encrypted' });
    expect(store.keys.get('a')).toHaveLength(2);
  });

  test('overwritten for ever: given up, to be tried again', async () => {
    const store = new FakeStore([object('a', unencrypted)]);
    store.before = (call) => { if (call === 'copy') { store.put(object('a', unencrypted)); } };
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'failed', code: 'PreconditionFailed', retryable: true, fatal: false });
  });

  test('deleted before, between, and after being named', async () => {
    const store = new FakeStore([object('a', unencrypted)]);
    store.before = (call) => { if (call === 'copy') { store.keys.clear(); } };
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'gone' });
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'gone' });
    expect(store.keys.size).toBe(0);
  });

  test('a version that is not the current one any more is never copied over it, but updated in place', async () => {
    const store = new FakeStore([object('a', unencrypted), object('b')], true);
    const [a, b] = [store.latest('a')?.versionId, store.latest('b')?.versionId];
    store.put(object('a', { encryption: under(TARGET), metadata: { v: '2' } }));
    store.put(object('b', { encryption: under(TARGET) }));
    expect(await rewrite(job(store), { key: 'a', versionId: a })).toMatchObject({ kind: 'exception', reason: 'noncurrent-needs-copy' });
    expect(await rewrite(job(store), { key: 'b', versionId: b })).toMatchObject({ kind: 'rewritten', engine: 'update' });
    expect(store.latest('a')?.metadata).toEqual({ v: '2' });
    expect(store.copies).toEqual([]);
    expect(await rewrite(job(store), { key: 'a', versionId: store.latest('a')?.versionId })).toMatchObject({ kind: 'skipped' });
  });

  test('a version below a delete marker is not brought back', async () => {
    const store = new FakeStore([object('a', unencrypted)], true);
    const state = store.latest('a');
    const head = store.head.bind(store);
    store.head = async (ref) => {
      if (ref.versionId === undefined) { throw new StoreError('NoSuchKey', 'delete marker', 'gone'); }
      return head(ref);
    };
    expect(await rewrite(job(store), { key: 'a', versionId: state?.versionId })).toMatchObject({ kind: 'exception', reason: 'noncurrent-needs-copy' });
    expect(store.copies).toEqual([]);
  });

  test('read as SSE-S3 and overwritten by an upload of two layers: decided anew', async () => {
    const store = new FakeStore([object('a')]);
    let once = true;
    store.before = (call) => { if (call === 'update' && once) { once = false; store.put(object('a', { encryption: { status: 'DSSE-KMS', keyArn: OLD_KEY, bucketKey: false } })); } };
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ kind: 'rewritten', engine: 'copy' });
  });
});

describe('errors', () => {
  test.each<[StoreError, object]>([
    [new StoreError('SlowDown', 'slow', 'retryable'), { kind: 'failed', retryable: true, fatal: false }],
    [new StoreError('AccessDenied', 'no', 'refused'), { kind: 'failed', retryable: false, fatal: false }],
    [new StoreError('KMS.DisabledException', 'off', 'fatal'), { kind: 'failed', fatal: true }],
  ])('%s', async (error, expected) => {
    const store = new FakeStore([object('a')]);
    store.before = (call) => { if (call === 'update') { throw error; } };
    expect(await rewrite(job(store), { key: 'a' })).toMatchObject({ ...expected, code: error.code });
  });

  test('a defect of ours is not an outcome of the object', async () => {
    const store = new FakeStore([object('a')]);
    store.before = () => { throw new TypeError('undefined is not a function'); };
    await expect(rewrite(job(store), { key: 'a' })).rejects.toThrow(TypeError);
  });

  test('an endpoint that says yes and does something else is caught by reading back', async () => {
    const store = new FakeStore([object('a'), object('b', unencrypted)]);
    store.updateEncryption = async () => { store.put(object('a', { size: 99, etag: '"of our request"' })); };
    expect(await rewrite(job(store, { readBack: () => true }), { key: 'a' })).toMatchObject({ kind: 'failed', code: 'NotUnderTarget', fatal: true });
    store.copy = async () => ({ etag: '"x"', encryption: { status: 'SSE-S3', bucketKey: false } });
    expect(await rewrite(job(store), { key: 'b' })).toMatchObject({ kind: 'failed', code: 'NotUnderTarget', fatal: true });
  });

  test('what somebody overwrites before it is read back is no evidence against the endpoint', async () => {
    const store = new FakeStore([object('a')]);
    const update = store.updateEncryption.bind(store);
    let overwrites = 1;
    store.updateEncryption = async (ref, target) => {
      await update(ref, target);
      if (overwrites-- > 0) { store.put(object('a', { size: 99 })); }
    };
    expect(await rewrite(job(store, { readBack: () => true }), { key: 'a' })).toMatchObject({ kind: 'rewritten', engine: 'update', size: 99 });
    expect(store.latest('a')).toMatchObject({ size: 99, encryption: { keyArn: KEY } });
  });
});
