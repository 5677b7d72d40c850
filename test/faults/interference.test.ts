import { symlinkSync } from 'fs';
import { join } from 'path';
import { backfill, finish, newFolder } from './command';
import { startFaultProxy } from './fault-proxy';
import type { Asked } from './operations';
import { complaints, duty, fill, isUnderKey, isWrite, KEY_ARN, workIn, type World } from './world';
import { EMPTY_VERSION } from '../../bench/backfill/memory/objects';
import { type MemoryS3, startMemoryS3 } from '../../bench/backfill/memory-s3';

const NEW = Buffer.from('what somebody wrote meanwhile');
const ETAG = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const WRITES = ['UpdateObjectEncryption', 'CopyObject', 'CompleteMultipartUpload'];

/** Somebody else at work, at the worst moment there is for each key: between two requests of the command. */
interface Somebody {
  readonly what: 'overwrites' | 'deletes';
  readonly when: 'before the write' | 'after the write';
}

const WAYS: readonly Somebody[] = [
  { what: 'overwrites', when: 'before the write' }, { what: 'deletes', when: 'before the write' },
  { what: 'overwrites', when: 'after the write' }, { what: 'deletes', when: 'after the write' },
];

describe.each([['with', true], ['without', false]])('in a bucket %s versions', (_, versioned) => {
  let server: MemoryS3;
  let world: World;

  beforeEach(async () => {
    server = await startMemoryS3();
    world = fill(server.state.bucket('data'), 2000, versioned);
  });
  afterEach(async () => server.close());

  test('objects that are overwritten or deleted meanwhile stay what was made of them', async () => {
    const { bucket, before } = world;
    // Every fourth object that is written at all, and all that need a multipart copy.
    const busy = world.keys.filter((key) => duty((before.get(key) ?? [])[0]) !== 'nothing').filter((key, index) => index % 4 === 0 || before.get(key)?.[0].parts);
    const ways = new Map(busy.map((key, index) => [key, WAYS[index % WAYS.length]]));
    const done = new Map<string, Somebody>();
    const act = ({ operation, key }: Asked, now: Somebody['when']): void => {
      const way = ways.get(key);
      if (way?.when !== now || done.has(key) || !WRITES.includes(operation)) { return; }
      done.set(key, way);
      if (way.what === 'deletes') { bucket.remove(key, undefined); return; }
      bucket.put(key, { ...EMPTY_VERSION, body: NEW, etag: ETAG, modified: Date.now(), metadata: { by: 'somebody' } });
    };
    const proxy = await startFaultProxy({
      upstream: server.endpoint,
      seed: 1,
      onRequest: (request) => act(request, 'before the write'),
      onAnswer: (request) => act(request, 'after the write'),
    });
    try {
      await finish({ endpoint: proxy.endpoint, folder: newFolder() }, 1);
    } finally {
      await proxy.close();
    }
    expect(done.size).toBe(busy.length);

    await finish({ endpoint: server.endpoint, folder: newFolder() });
    expect(complaints(world, new Set(busy))).toEqual([]);
    for (const [key, { what }] of done) {
      const current = bucket.current(key);
      if (what === 'deletes') {
        expect([key, current?.deleted ?? 'gone']).toEqual([key, versioned ? true : 'gone']);
      } else {
        expect([key, current?.body, current?.metadata, current !== undefined && isUnderKey(current)]).toEqual([key, NEW, { by: 'somebody' }, true]);
        expect(current).toMatchObject({ storageClass: EMPTY_VERSION.storageClass, acl: EMPTY_VERSION.acl, tags: '', headers: {} });
        expect(current?.redirect).toBeUndefined();
        // What was there before is there still: not once more, and not on top.
        const copies = (bucket.objects.get(key) ?? []).filter((version) => version.body === before.get(key)?.[0].body);
        expect([key, copies.length <= 2]).toEqual([key, true]);
      }
    }
  });

  test('a key that is disabled midway stops the run, and enabled again it goes on', async () => {
    const DISABLED_AT = 1000;
    const folder = newFolder();
    let after = 0;
    const proxy = await startFaultProxy({
      upstream: server.endpoint,
      seed: 1,
      onRequest: ({ number }) => {
        if (number === DISABLED_AT) { server.state.disabledKeys.add(KEY_ARN); }
        if (number > DISABLED_AT) { after += 1; }
      },
    });
    try {
      const { code, stderr, stdout } = await backfill({ endpoint: proxy.endpoint, folder });
      expect(code).toBe(1);
      expect(stderr + stdout).toMatch(/disabled/i);
    } finally {
      await proxy.close();
    }
    // Not one request for each of the thousands that are left.
    expect(after).toBeLessThan(500);
    const halfway = [...world.before.keys()].filter((key) => isUnderKey(world.bucket.current(key) ?? { ...EMPTY_VERSION, id: '', modified: 0 })).length;
    expect(halfway).toBeGreaterThan(200);

    // As long as it is disabled, nothing begins.
    expect(await backfill({ endpoint: server.endpoint, folder })).toMatchObject({ code: 1 });
    server.state.disabledKeys.clear();
    await finish({ endpoint: server.endpoint, folder });
    expect(complaints(world)).toEqual([]);
  });
});

test('a full disk for the checkpoint stops the run with a word about it, and with room again it finishes', async () => {
  let writes = 0;
  const server = await startMemoryS3((request, response) => { if (isWrite(request, response)) { writes += 1; } });
  try {
    const world = fill(server.state.bucket('data'), 5000, true);
    const folder = newFolder();
    for (const blocks of [0, 24]) {
      // No file may become larger: what the disk says when it is full, without filling one.
      const through = ['bash', '-c', `ulimit -f ${blocks}; exec "$@"`, 'bash'];
      const { code, stderr } = await backfill({ endpoint: server.endpoint, folder, through });
      expect({ blocks, code, stderr }).toMatchObject({ blocks, code: 1 });
      expect(stderr).toMatch(/EFBIG|ENOSPC/);
    }
    // The device that is always full, where the checkpoint is written before it takes its name.
    const checkpoint = join(folder, 'full.json');
    symlinkSync('/dev/full', `${checkpoint}.new`);
    const full = await backfill({ endpoint: server.endpoint, folder, args: ['--checkpoint', checkpoint] });
    expect(full).toMatchObject({ code: 1 });
    expect(full.stderr).toMatch(/ENOSPC/);
    expect(full.stderr).toContain(checkpoint);
    expect(writes).toBeGreaterThan(0);
    await finish({ endpoint: server.endpoint, folder });
    expect(complaints(world)).toEqual([]);
    expect(writes).toBe(workIn(world));
  } finally {
    await server.close();
  }
});
