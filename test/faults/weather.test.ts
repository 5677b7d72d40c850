import { finish, newFolder } from './command';
import { startFaultProxy } from './fault-proxy';
import { nameOf, type Rule } from './faults';
import { complaints, fill, isWrite, workIn } from './world';
import { startMemoryS3 } from '../../bench/backfill/memory-s3';

const OBJECTS = 2000;
const SEED = 4711;
/** A request that is never answered is given up after half a minute, ten times at the worst. */
const PATIENCE_MILLISECONDS = 400_000;

const STORMS: readonly Rule[] = [{ fault: { kind: 'slow-down' }, rate: 0.5, storm: { every: 500, lasts: 60 } }];
const ERRORS: readonly Rule[] = [
  { fault: { kind: 'internal-error', when: 'before' }, rate: 0.03 }, { fault: { kind: 'internal-error', when: 'after' }, rate: 0.03 },
];
const LATE_ERRORS: readonly Rule[] = [
  { fault: { kind: 'error-in-200', when: 'before' }, rate: 0.1 }, { fault: { kind: 'error-in-200', when: 'after' }, rate: 0.1 },
];
const RESETS: readonly Rule[] = [
  { fault: { kind: 'reset', when: 'before' }, rate: 0.02 }, { fault: { kind: 'reset', when: 'after' }, rate: 0.02 }, { fault: { kind: 'reset-in-answer' }, rate: 0.02 },
];
const SLOW: readonly Rule[] = [{ fault: { kind: 'truncated' }, rate: 0.1 }, { fault: { kind: 'latency', milliseconds: 40 }, rate: 0.05 }];
const SILENCE: readonly Rule[] = [
  { fault: { kind: 'silence', when: 'before' }, rate: 0.01, most: 5 }, { fault: { kind: 'silence', when: 'after' }, rate: 0.01, most: 5 },
];

/** A preflight asks whether the endpoint can update, and has to ask until it knows: no answer is not a no. */
const UNANSWERED: readonly Rule[] = [{ fault: { kind: 'internal-error', when: 'before' }, rate: 1, operations: ['UpdateObjectEncryption'], most: 15 }];

/**
 * Columns: whether the bucket has versions, where a copy that is made twice shows as a version too many; and whether trying
 * again is enough, so that the first run leaves nothing to the next.
 */
test.each<[string, readonly Rule[], boolean, boolean]>([
  ['storms of 503 SlowDown', STORMS, true, false],
  ['500 before and after the work was done', ERRORS, true, true],
  ['200 with an error in it, before and after the work was done', LATE_ERRORS, true, true],
  ['resets before the work, after it and within the answer', RESETS, true, true],
  ['answers that are cut off, and late ones', SLOW, true, false],
  ['silence before and after the work was done', SILENCE, true, true],
  ['the first updates unanswered', UNANSWERED, true, false],
  ['all of them together, without versions', [...STORMS, ...ERRORS, ...LATE_ERRORS, ...RESETS, ...SLOW, ...SILENCE], false, false],
])('%s: a further run finishes, nothing is lost, doubled or downgraded', async (_, rules, versioned, ridesOut) => {
  let writes = 0;
  const server = await startMemoryS3((request, response) => { if (isWrite(request, response)) { writes += 1; } });
  const world = fill(server.state.bucket('data'), OBJECTS, versioned);
  const proxy = await startFaultProxy({ upstream: server.endpoint, seed: SEED, rules });
  try {
    await finish({ endpoint: proxy.endpoint, folder: newFolder() });
    if (ridesOut) { expect(complaints(world)).toEqual([]); }
    // In fine weather, for what the storm has left.
    await finish({ endpoint: server.endpoint, folder: newFolder() });
    expect(complaints(world)).toEqual([]);
    expect(Object.keys(proxy.counts.faults).sort()).toEqual(rules.map(({ fault }) => nameOf(fault)).sort());
    const before = writes;
    expect(before).toBeGreaterThanOrEqual(workIn(world));
    await finish({ endpoint: server.endpoint, folder: newFolder() });
    expect(writes).toBe(before);
  } finally {
    await proxy.close();
    await server.close();
  }
}, PATIENCE_MILLISECONDS);
