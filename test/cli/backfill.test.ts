import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { type Ended, FakeIo, type FakeOptions, newFolder, run } from './fake-io';
import { CliWorld } from './world';
import { main } from '../../src/cli/command';
import { interruptible } from '../../src/cli/interruptible';
import { Talk } from '../../src/cli/talk';
import { startFaultProxy } from '../faults/fault-proxy';

const CUSTOMER_KEY = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 7).toString('base64'), ServerSideEncryption: undefined };

let world: CliWorld;
let keyArn: string;
let oldKey: string;

beforeAll(async () => {
  world = await CliWorld.start();
  [keyArn, oldKey] = [await world.key(), await world.key()];
});
afterAll(async () => world.stop());

const backfill = async (bucket: string, args: readonly string[], options: FakeOptions = {}): Promise<Ended> =>
  run(['backfill', '--bucket', bucket, '--key', keyArn, ...args], { env: world.env, ...options });
const json = (ended: Ended): Record<string, unknown> => JSON.parse(ended.out) as Record<string, unknown>;

/** One of each, with what a careless copy would lose. */
async function oneOfEach(versioned: boolean): Promise<string> {
  const bucket = await world.bucket({ versioned, defaultKey: keyArn });
  const more = { Metadata: { owner: 'me' }, Tagging: 'a=1&b=2', CacheControl: 'max-age=7', ContentType: 'text/odd', StorageClass: 'STANDARD_IA' as const };
  await world.put(bucket, 'in/sse-s3', more);
  await world.put(bucket, 'in/old key', { ...more, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: oldKey });
  await world.put(bucket, 'in/dsse', { ...more, ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: oldKey });
  await world.put(bucket, 'in/done', { ...more, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true });
  await world.put(bucket, 'in/no bucket key', { ...more, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: false });
  await world.put(bucket, 'in/customer key', { ...more, ...CUSTOMER_KEY });
  await world.putUnencrypted(bucket, 'in/unencrypted ä+', more);
  return bucket;
}
const REACHABLE = ['in/sse-s3', 'in/old key', 'in/dsse', 'in/done', 'in/no bucket key', 'in/unencrypted ä+'];

describe.each([['with', true], ['without', false]])('a bucket %s versions', (_, versioned) => {
  test('ends under the key, and everything else about its objects is as it was', async () => {
    const bucket = await oneOfEach(versioned);
    const before = await Promise.all(REACHABLE.map(async (key) => world.see(bucket, key)));
    const cwd = newFolder();
    const first = await backfill(bucket, ['--yes', '--json', '--verify'], { cwd });
    expect(first.code).toBe(2);
    expect(json(first)).toMatchObject({
      type: 'summary',
      bucket,
      prefix: '',
      key: keyArn,
      bucketKey: true,
      engine: 'local',
      versioned,
      complete: true,
      stopped: null,
      objects: 7,
      rewritten: { update: 3, copy: 2, multipartCopy: 0 },
      alreadyEncrypted: 1,
      exceptions: { 'sse-c': 1 },
      failed: 0,
      gone: 0,
      leftVersions: versioned ? 2 : 0,
      verified: { complete: true, left: 0, failed: 0 },
      exitCode: 2,
    });

    const after = await Promise.all(REACHABLE.map(async (key) => world.see(bucket, key)));
    expect(after).toEqual(before.map((seen) => ({ ...seen, encryption: 'aws:kms', key: keyArn, bucketKey: true })));
    const { Versions = [] } = await world.s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    expect(Versions).toHaveLength(versioned ? 9 : 7);

    const failures = readFileSync(json(first).failuresFile as string, 'utf8');
    expect(failures.split('\n').slice(0, -1).map((line) => JSON.parse(line) as unknown)).toMatchObject([{ key: 'in/customer key', kind: 'exception', reason: 'sse-c' }]);

    const everything = await world.everything(bucket);
    const second = await backfill(bucket, ['--yes', '--json'], { cwd });
    expect(json(second)).toMatchObject({ objects: 7, rewritten: { update: 0, copy: 0, multipartCopy: 0 }, alreadyEncrypted: 6, exceptions: { 'sse-c': 1 } });
    expect(await world.everything(bucket)).toEqual(everything);
  });
});

test('--plan counts and prices the same, and writes nothing anywhere', async () => {
  const bucket = await oneOfEach(true);
  const everything = await world.everything(bucket);
  const cwd = newFolder();
  const plan = await backfill(bucket, ['--plan', '--json'], { cwd });
  expect({ code: plan.code, json: json(plan) }).toMatchObject({
    code: 0,
    json: { type: 'plan', objects: 7, rewritten: { update: 3, copy: 2, multipartCopy: 0 }, exceptions: { 'sse-c': 1 }, checkpointFile: null, failuresFile: null },
  });
  expect((json(plan).cost as { total: number }).total).toBeGreaterThan(0);
  expect(await world.everything(bucket)).toEqual(everything);
  expect(readdirSync(cwd)).toEqual([]);

  const people = await backfill(bucket, ['--plan'], { cwd });
  const ran = await backfill(bucket, ['--yes'], { cwd });
  const counts = (text: string): string[] => text.split('\n').filter((line) => /^( {2})?[a-zA-Z][a-z -]+ {2,}[\d,]+/.test(line)).map((line) => line.replace(/To re-encrypt|Re-encrypted {1}/, '').replace(/ +/g, ' ').replace(/Old versions (to be left|left).*/, 'old'));
  expect(counts(people.out)).toEqual(counts(ran.out));
  expect(counts(people.out).length).toBeGreaterThan(6);
  expect(people.out).toMatch(/Cost of the run: .*\n {2}list prices of us-east-1/);
  expect(people.out).toContain('Nothing was written');
});

test('what a prefix holds does not reach the terminal as a command', async () => {
  const bucket = await world.bucket({ defaultKey: keyArn });
  const { code, out } = await backfill(bucket, ['--plan', '--prefix', '\u001b[2J']);
  expect(code).toBe(0);
  expect(out).toContain('objects below "\\u001b[2J"');
  expect(out).not.toContain('\u001b');
});

test('at a terminal: the plan, a question, and nothing without a yes', async () => {
  const bucket = await oneOfEach(false);
  const everything = await world.everything(bucket);
  for (const answer of ['', 'n', 'yess', undefined]) {
    const { code, err, io } = await backfill(bucket, [], { answers: [answer] });
    expect({ answer, code, questions: io.questions }).toEqual({ answer, code: 1, questions: [`Re-encrypt 5 objects in ${bucket}? [y/N] `] });
    expect(err).toMatch(/To re-encrypt +5/);
    expect(err).toContain('Nothing was written.');
  }
  expect(await world.everything(bucket)).toEqual(everything);

  const { code, out } = await backfill(bucket, [], { answers: ['Y'] });
  expect(code).toBe(2);
  expect(out).toMatch(/Re-encrypted +5/);
  expect(out).toMatch(/To take up only these again: cdk-s3-encryption backfill .*--only /);
  expect(out).toContain(`cdk-s3-encryption audit --bucket ${bucket}`);

  const again = await backfill(bucket, [], { answers: [] });
  expect({ code: again.code, questions: again.io.questions }).toEqual({ code: 2, questions: [] });
  expect(again.out).toContain('Nothing to re-encrypt');
});

test('--prefix and --source leave the rest alone', async () => {
  const bucket = await oneOfEach(false);
  await world.put(bucket, 'out/sse-s3');
  const ended = await backfill(bucket, ['--yes', '--json', '--prefix', 'in/', '--source', `kms:${oldKey}`, '--source', 'unencrypted']);
  expect(json(ended)).toMatchObject({ objects: 7, rewritten: { update: 1, copy: 1 }, notASource: 3, alreadyEncrypted: 1 });
  expect((await world.see(bucket, 'in/old key')).key).toBe(keyArn);
  expect((await world.see(bucket, 'in/unencrypted ä+')).key).toBe(keyArn);
  expect((await world.see(bucket, 'in/sse-s3')).encryption).toBe('AES256');
  expect((await world.see(bucket, 'out/sse-s3')).encryption).toBe('AES256');
});

test('--noncurrent takes old versions too, and reports those that only a copy could encrypt', async () => {
  const bucket = await world.bucket({ versioned: true, defaultKey: keyArn });
  await world.put(bucket, 'a');
  await world.put(bucket, 'a');
  await world.putUnencrypted(bucket, 'b');
  await world.put(bucket, 'b', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true });
  const ended = await backfill(bucket, ['--yes', '--json', '--noncurrent']);
  expect({ code: ended.code, json: json(ended) }).toMatchObject({
    code: 2, json: { objects: 4, rewritten: { update: 2 }, alreadyEncrypted: 1, exceptions: { 'noncurrent-needs-copy': 1 } },
  });
});

test('--no-bucket-key is another target', async () => {
  const bucket = await world.bucket({ defaultKey: keyArn });
  await world.put(bucket, 'a', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true });
  expect(json(await backfill(bucket, ['--yes', '--json', '--no-bucket-key']))).toMatchObject({ rewritten: { update: 1 }, bucketKey: false });
  expect((await world.see(bucket, 'a')).bucketKey).toBe(false);
});

describe('a failures file', () => {
  test('is valid input for the next run, which touches nothing else', async () => {
    const bucket = await world.bucket({ defaultKey: keyArn });
    await world.putUnencrypted(bucket, 'odd key "1" \u2028', { StorageClass: 'GLACIER' });
    await world.put(bucket, 'other');
    const first = await backfill(bucket, ['--yes', '--json', '--source', 'unencrypted']);
    expect(json(first)).toMatchObject({ exceptions: { archived: 1 }, notASource: 1 });
    const list = json(first).failuresFile as string;

    await world.put(bucket, 'odd key "1" \u2028'); // its owner has replaced it
    const second = await backfill(bucket, ['--yes', '--json', '--only', list]);
    expect({ code: second.code, json: json(second) }).toMatchObject({ code: 0, json: { objects: 1, rewritten: { update: 1 } } });
    expect((await world.see(bucket, 'odd key "1" \u2028')).key).toBe(keyArn);
    expect((await world.see(bucket, 'other')).encryption).toBe('AES256');
    expect(existsSync(list)).toBe(true);
  });

  test('is not read and written by one run', async () => {
    const bucket = await world.bucket();
    const cwd = newFolder();
    writeFileSync(join(cwd, 'x.failures.jsonl'), '{"key":"a"}\n');
    for (const args of [['--failures', './x.failures.jsonl'], ['--checkpoint', 'x.checkpoint.json']]) {
      const { code, err } = await backfill(bucket, ['--yes', '--only', 'x.failures.jsonl', ...args], { cwd });
      expect(code).toBe(64);
      expect(err).toMatch(/--failures and --only are the same file/);
    }
    expect(readFileSync(join(cwd, 'x.failures.jsonl'), 'utf8')).toBe('{"key":"a"}\n');
  });
});

describe('what stops it before the first write', () => {
  test.each<[string, (bucket: string) => Promise<Ended>, number, readonly RegExp[]]>([
    ['no such bucket', async () => backfill('nobody-has-it', ['--yes']), 1, [/there is no bucket "nobody-has-it" at http/, /spelling/]],
    ['a key that is not there', async (bucket) => run(['backfill', '--bucket', bucket, '--key', keyArn.replace(/key\/.*/, 'key/11111111-2222-3333-4444-555555555555'), '--yes'], { env: world.env }), 1,
      [/there is no key arn:aws:kms/]],
  ])('%s', async (_, attempt, code, said) => {
    const bucket = await world.bucket();
    await world.put(bucket, 'a');
    const ended = await attempt(bucket);
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' });
    for (const text of said) { expect(ended.err).toMatch(text); }
    expect(ended.err).not.toMatch(/\n\s+at /);
    expect((await world.see(bucket, 'a')).encryption).toBe('AES256');
  });

  test('a key that is disabled', async () => {
    const bucket = await world.bucket();
    const disabled = await world.key();
    await world.kms.send(new DisableKeyCommand({ KeyId: disabled }));
    const { code, err } = await run(['backfill', '--bucket', bucket, '--key', disabled, '--yes'], { env: world.env });
    expect(code).toBe(1);
    expect(err).toMatch(/error: the key is Disabled: .*enable it/);
  });

  test('a lock that another run holds', async () => {
    const bucket = await world.bucket();
    const cwd = newFolder();
    writeFileSync(join(cwd, 'c.json.lock'), JSON.stringify({ pid: process.pid, host: 'elsewhere' }));
    const { code, err } = await backfill(bucket, ['--yes', '--checkpoint', 'c.json'], { cwd });
    expect(code).toBe(1);
    expect(err).toMatch(/on elsewhere works with this checkpoint/);
  });

  test('a checkpoint that cannot be read', async () => {
    const bucket = await world.bucket();
    const cwd = newFolder();
    writeFileSync(join(cwd, 'c.json'), 'nonsense');
    const { code, err } = await backfill(bucket, ['--yes', '--checkpoint', 'c.json'], { cwd });
    expect(code).toBe(1);
    expect(err).toMatch(/c.json is not a checkpoint.*Give another --checkpoint, or delete it/);
    expect(readdirSync(cwd)).toEqual(['c.json']); // the lock is given back
  });
});

describe('an interrupted run', () => {
  async function many(objects: number): Promise<string> {
    const bucket = await world.bucket({ defaultKey: keyArn });
    await Promise.all(Array.from({ length: objects }, async (_, number) => world.put(bucket, `k${String(number).padStart(5, '0')}`)));
    return bucket;
  }

  test('finishes what is on its way, says how to go on, and the same command goes on', async () => {
    const bucket = await many(1300);
    const cwd = newFolder();
    const args = ['--yes', '--json', '--concurrency', '4'];
    const io = new FakeIo({ env: world.env, cwd });
    const running = main(['backfill', '--bucket', bucket, '--key', keyArn, ...args], io);
    const checkpoint = (): string | undefined => readdirSync(join(cwd, '.cdk-s3-encryption'), { withFileTypes: true }).map(({ name }) => name).find((name) => name.endsWith('.checkpoint.json'));
    while (!existsSync(join(cwd, '.cdk-s3-encryption')) || checkpoint() === undefined) { await new Promise((resolve) => setTimeout(resolve, 5)); }
    io.signal();
    expect(await running).toBe(1);
    expect(JSON.parse(io.out)).toMatchObject({ complete: false, stopped: { code: 'Interrupted' }, exitCode: 1 });
    expect(io.err).toContain('Once more stops at once');
    expect(io.isHeard).toBe(false);
    expect(io.deaths).toBe(0);

    const next = await backfill(bucket, args, { cwd });
    expect(next.err).toContain('Going on behind 1,000 objects');
    expect({ code: next.code, json: json(next) }).toMatchObject({ code: 0, json: { objects: 1300, complete: true } });
    const third = await backfill(bucket, args, { cwd });
    expect(third.err).not.toContain('Going on');
    expect(json(third)).toMatchObject({ objects: 1300, alreadyEncrypted: 1300, rewritten: { update: 0 } });
  });

  test('dies of the second signal', async () => {
    const io = new FakeIo();
    const aborted = await interruptible(io, new Talk(io, false), 'Stopping.', async (signal) => {
      io.signal();
      expect(io.deaths).toBe(0);
      io.signal();
      return signal.aborted;
    });
    expect({ aborted, deaths: io.deaths, err: io.err }).toEqual({ aborted: true, deaths: 1, err: 'Stopping. Once more stops at once.\n' });
  });
});

describe('--verify', () => {
  test('says that nothing is left', async () => {
    const bucket = await world.bucket({ defaultKey: keyArn });
    await world.put(bucket, 'a');
    const ended = await backfill(bucket, ['--yes', '--verify']);
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('Verified: a second look at 1 objects found none left');
  });

  test('finds what was written meanwhile', async () => {
    const bucket = await world.bucket({ versioned: true }); // whose default is not the key
    await world.put(bucket, 'a');
    await world.put(bucket, 'b');
    let writes = 0;
    const proxy = await startFaultProxy({
      upstream: world.endpoint,
      seed: 1,
      onAnswer: async ({ operation, key }) => {
        if (operation !== 'UpdateObjectEncryption' || key !== 'a') { return; }
        writes += 1;
        await world.put(bucket, 'a');
      },
    });
    try {
      const ended = await backfill(bucket, ['--yes', '--verify', '--json', '--endpoint-url', proxy.endpoint]);
      expect({ code: ended.code, writes, json: json(ended) }).toMatchObject({
        code: 1, writes: 1, json: { complete: true, verified: { complete: true, left: 1 } },
      });
    } finally {
      await proxy.close();
    }
  });
});

test('objects that are gone when it comes to them are counted, and no failure', async () => {
  const bucket = await world.bucket({ defaultKey: keyArn });
  const cwd = newFolder();
  writeFileSync(join(cwd, 'list.jsonl'), '{"key":"a"}\n{"key":"never was"}\n');
  await world.put(bucket, 'a');
  await world.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a' }));
  await world.put(bucket, 'b');
  const ended = await backfill(bucket, ['--yes', '--json', '--only', 'list.jsonl'], { cwd });
  expect({ code: ended.code, json: json(ended) }).toMatchObject({ code: 0, json: { objects: 2, gone: 2 } });
});
