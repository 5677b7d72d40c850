import { backfill, newFolder } from './command';
import { startListingServer } from './listing-server';

/** A tenth of what `million-keys.ts` goes through, which takes minutes. */
const OBJECTS = 100_000;
const MOST_MEGABYTES = 200;
/** For objects that live: what the modules and a few pages take, and no room for 200 bytes a key. */
const HEAP_MEGABYTES = 30;

test('goes through keys without keeping them', async () => {
  const server = await startListingServer({ objects: OBJECTS, seed: 1 });
  try {
    const { code, signal, peak, stderr } = await backfill({
      endpoint: server.endpoint, folder: newFolder(), environment: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES}` },
    });
    expect({ code, signal, stderr }).toMatchObject({ code: 0 });
    expect(server.rewritten).toBe(OBJECTS);
    if (process.platform === 'linux') {
      expect(peak).toBeGreaterThan(10);
      expect(peak).toBeLessThan(MOST_MEGABYTES);
    }
  } finally {
    await server.close();
  }
}, 300_000);
