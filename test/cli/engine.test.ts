import { run } from './fake-io';
import { countUpTo } from '../../src/cli/count';
import { readBack } from '../../src/cli/pass';
import type { ObjectStore, Page } from '../../src/core/store';
import { startListingServer } from '../faults/listing-server';

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

beforeAll(() => { Object.assign(process.env, CREDENTIALS); });

test('more than 100,000 objects: asks which engine shall take them, and has written nothing', async () => {
  const server = await startListingServer({ objects: 100_001, seed: 1 });
  try {
    const { code, out, err } = await run(['backfill', '--bucket', 'data', '--key', KEY, '--yes'], { env: { AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: 'us-east-1' } });
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toMatch(/more than 100,000 objects.*--engine batch .*or --engine local/);
    expect(server.rewritten).toBe(0);
  } finally {
    await server.close();
  }
});

/** Lists so many in pages of a thousand, and counts who asks. */
function listing(objects: number): { store: ObjectStore; pages: () => number } {
  let pages = 0;
  const page = async (_: string, after?: { key: string }): Promise<Page> => {
    pages += 1;
    const from = after === undefined ? 0 : Number(after.key);
    const length = Math.min(1000, objects - from);
    const versions = Array.from({ length }, (__, index) => ({ key: `${from + index}`, isLatest: true, size: 1, etag: '', storageClass: 'STANDARD' }));
    return { versions, next: from + length < objects ? { key: `${from + length}` } : undefined };
  };
  return { store: { listCurrent: page, listVersions: page } as unknown as ObjectStore, pages: () => pages };
}

test.each([[0, 0], [999, 999], [100_000, 100_000], [100_001, undefined], [5_000_000, undefined]])('%p objects are counted as %p, with a hundred requests at the most', async (objects, counted) => {
  const { store, pages } = listing(objects);
  expect(await countUpTo(store, '', false, new AbortController().signal)).toBe(counted);
  expect(pages()).toBeLessThanOrEqual(102); // the one that shows that there are more, and the one that is read ahead
});

test('a signal ends the count', async () => {
  const stop = new AbortController();
  stop.abort();
  const { store, pages } = listing(50_000);
  expect(await countUpTo(store, '', false, stop.signal)).toBeUndefined();
  expect(pages()).toBeLessThanOrEqual(2);
});

test('reads back the first twenty updates, and every thousandth', () => {
  const due = readBack();
  const read = Array.from({ length: 5000 }, (_, index) => index + 1).filter(() => due());
  expect(read).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 1000, 2000, 3000, 4000, 5000]);
});
