import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type * as FilesPromises from 'node:fs/promises';
import { join } from 'node:path';
import { newFolder } from './fake-io';
import { FileLedger, LedgerError } from '../../src/cli/file-ledger';
import type { Checkpoint } from '../../src/core/checkpoint';
import type { Outcome } from '../../src/core/outcome';
import { noTotals } from '../../src/core/totals';

jest.mock('node:fs/promises', () => ({ ...jest.requireActual<typeof FilesPromises>('node:fs/promises') }));
const files = jest.requireMock<typeof FilesPromises>('node:fs/promises');

const FINGERPRINT = 'bucket data';
const failed = (key: string): Outcome => ({ kind: 'failed', key, size: 1, code: 'InternalError', message: 'once more', retryable: true, fatal: false });
const locked = (key: string): Outcome => ({ kind: 'exception', key, versionId: 'v1', size: 2, reason: 'locked', detail: 'by law' });
const checkpoint = (key: string, done = false, fingerprint = FINGERPRINT): Checkpoint =>
  ({ format: 1, fingerprint, marker: done ? undefined : { key }, totals: { ...noTotals(), objects: 7 }, done });

let checkpointFile: string;
let failuresFile: string;
const open = (fingerprint = FINGERPRINT): FileLedger => new FileLedger(checkpointFile, failuresFile, fingerprint);
const keysIn = (): string[] => readFileSync(failuresFile, 'utf8').split('\n').slice(0, -1).map((line) => (JSON.parse(line) as { key: string }).key);

beforeEach(() => {
  const folder = newFolder();
  checkpointFile = join(folder, 'state', 'checkpoint.json');
  failuresFile = join(folder, 'state', 'failures.jsonl');
});
afterEach(() => jest.restoreAllMocks());

test('gives back what was committed last, with its records', async () => {
  const ledger = open();
  expect(await ledger.load()).toBeUndefined();
  await ledger.commit(checkpoint('b'), [failed('a'), locked('b')]);
  await ledger.commit(checkpoint('d'), [failed('c')]);
  expect(await open().load()).toEqual(checkpoint('d'));
  expect(readFileSync(failuresFile, 'utf8').split('\n').slice(0, 2).map((line) => JSON.parse(line) as unknown)).toEqual([
    { key: 'a', size: 1, kind: 'failed', code: 'InternalError', message: 'once more', retryable: true },
    { key: 'b', versionId: 'v1', size: 2, kind: 'exception', reason: 'locked', message: 'by law', retryable: false },
  ]);
  expect(keysIn()).toEqual(['a', 'b', 'c']);
});

test('makes no failures file when nothing failed', async () => {
  await open().commit(checkpoint('b', true), [{ kind: 'gone', key: 'a', size: 1 }]);
  expect(existsSync(failuresFile)).toBe(false);
});

test('a crash between the records and the checkpoint leaves neither', async () => {
  const ledger = open();
  await ledger.commit(checkpoint('b'), [failed('a')]);
  jest.spyOn(files, 'rename').mockRejectedValueOnce(new Error('killed'));
  await expect(ledger.commit(checkpoint('d'), [failed('c')])).rejects.toThrow('killed');
  expect(keysIn()).toEqual(['a', 'c']);

  const next = open();
  expect(await next.load()).toEqual(checkpoint('b'));
  expect(keysIn()).toEqual(['a']);
  await next.commit(checkpoint('d', true), [failed('d')]);
  expect(keysIn()).toEqual(['a', 'd']);
});

test('a crash within a line leaves none of it', async () => {
  await open().commit(checkpoint('b'), [failed('a')]);
  await files.appendFile(failuresFile, '{"key":"hal');
  const next = open();
  await next.load();
  await next.commit(checkpoint('d'), [failed('c')]);
  expect(keysIn()).toEqual(['a', 'c']);
});

test('after a finished run the next one starts anew, with a list of its own', async () => {
  await open().commit(checkpoint('b', true), [failed('a')]);
  const next = open();
  expect(await next.load()).toBeUndefined();
  expect(keysIn()).toEqual(['a']); // until there is something new, the old list stays
  await next.commit(checkpoint('d', true), []);
  expect(existsSync(failuresFile)).toBe(false);
});

test('a finished run of something else is no obstacle', async () => {
  await open('something else').commit(checkpoint('b', true, 'something else'), []);
  expect(await open().load()).toBeUndefined();
});

test.each<[string, () => string, RegExp]>([
  ['is not JSON', () => '{"format":1,', /is not a checkpoint: .*Give another --checkpoint, or delete it/],
  ['is empty', () => '', /is not a checkpoint/],
  ['is of another format', () => '{"format":2}', /has the format 2, and this version reads 1.*Give another --checkpoint/],
  ['is null', () => 'null', /has the format undefined/],
  ['lacks its totals', () => JSON.stringify({ format: 1, fingerprint: FINGERPRINT, done: false, failureBytes: 0 }), /parts of it are missing/],
  ['belongs to something else', () => JSON.stringify({ ...checkpoint('b', false, 'bucket other'), failureBytes: 0 }),
    /unfinished run of something else \(bucket other\), and this is bucket data.*Give another --checkpoint/],
  ['counts on failures that are gone', () => JSON.stringify({ ...checkpoint('b'), failureBytes: 9 }), /counts on 9 bytes in .*failures.jsonl, which has 0/],
])('is never started over in silence: a checkpoint that %s', async (_, text, message) => {
  await open().commit(checkpoint('b'), []);
  writeFileSync(checkpointFile, text());
  await expect(open().load()).rejects.toThrow(message);
  expect(readFileSync(checkpointFile, 'utf8')).toBe(text());
});

test('does not overwrite a file that is not its own', async () => {
  await open().commit(checkpoint('b', true), []);
  await files.rm(checkpointFile);
  writeFileSync(failuresFile, 'my thesis\n');
  await expect(open().load()).rejects.toThrow(/failures.jsonl is not a list of failed objects, and would be overwritten: give another --failures/);
  expect(readFileSync(failuresFile, 'utf8')).toBe('my thesis\n');
});

test('a list that an earlier run has left without its checkpoint is replaced', async () => {
  await open().commit(checkpoint('b', true), [failed('a')]);
  await files.rm(checkpointFile);
  const next = open();
  expect(await next.load()).toBeUndefined();
  await next.commit(checkpoint('d', true), [failed('c')]);
  expect(keysIn()).toEqual(['c']);
});

test('a disk without room is named, with what it said', async () => {
  const ledger = open();
  await ledger.commit(checkpoint('b'), []);
  jest.spyOn(files, 'open').mockRejectedValueOnce(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));
  const error = await ledger.commit(checkpoint('d'), []).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LedgerError);
  expect((error as Error).message).toMatch(/checkpoint.json cannot be written: ENOSPC/);
  expect(await open().load()).toEqual(checkpoint('b'));
});

test('what it writes is on the disk before it counts', async () => {
  const order: string[] = [];
  const { open: reallyOpen, rename: reallyRename } = jest.requireActual<typeof FilesPromises>('node:fs/promises');
  jest.spyOn(files, 'open').mockImplementation(async (file, flags) => {
    const handle = await reallyOpen(file, flags);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => { order.push(`sync ${String(file).split('/').at(-1)}`); await sync(); };
    return handle;
  });
  jest.spyOn(files, 'rename').mockImplementation(async (from, to) => { order.push('rename'); await reallyRename(from, to); });
  await open().commit(checkpoint('b'), [failed('a')]);
  expect(order).toEqual(['sync failures.jsonl', 'sync checkpoint.json.new', 'rename']);
});
