import { spawnSync } from 'child_process';
import { join } from 'path';
import { type Measured, median } from '../../bench/backfill/measure-all';
import type { Comparison } from '../../bench/backfill/memory/compare';
import { faults, renderSpeed } from '../../bench/backfill/report';
import { step } from '../../bench/backfill/tools/install';

const BENCH = join(__dirname, '..', '..', 'bench', 'backfill.ts');

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', '--no-warnings', BENCH, ...args], { encoding: 'utf8' });
}

test('explains itself', () => {
  const { status, stdout } = bench('--help');
  expect(status).toBe(0);
  for (const option of ['--objects N', '--only TOOL', '--repeat R']) { expect(stdout).toContain(option); }
});

test.each([
  [['--objects', 'many'], '--objects must be a whole number from 100, got \'many\''],
  [['--objects', '99'], '--objects must be a whole number from 100, got \'99\''],
  [['--repeat', '0'], '--repeat must be a whole number from 1, got \'0\''],
  [['--only', 'scp'], '--only must be one of ours, aws, rclone, s5cmd, s3p, got \'scp\''],
  [['--speed'], 'Unknown option \'--speed\''],
])('%j is bad usage', (args, message) => {
  const { status, stderr } = bench(...args);
  expect(status).toBe(64);
  expect(stderr).toContain(message);
  expect(stderr).toContain('npm run bench:backfill');
});

test('says what it cannot install, and why', () => {
  expect(() => step('no-such-program', ['install'])).toThrow('there is no `no-such-program` on the PATH');
  expect(() => step(process.execPath, ['-e', 'console.error("no room"); process.exit(3)'])).toThrow('failed: no room');
  expect(() => step(process.execPath, ['-e', ''])).not.toThrow();
});

const whole: Comparison = { objects: 100, underKey: 100, missing: 0, added: 0, versionsLeft: 0, changed: { 'ETag': 100, 'last modified': 100 } };
const measured = (name: string, perSecond: number, comparison: Partial<Comparison> = {}): Measured => ({
  tool: { name, title: name, install: () => undefined, settings: () => [] },
  setting: '',
  run: { seconds: 1, processor: 1 },
  perSecond,
  range: [perSecond, perSecond],
  serverBusy: 0.5,
  requests: {},
  comparison: { ...whole, ...comparison },
});

describe('ours is held to its goals', () => {
  test('of speed', () => {
    expect(faults('sse-s3', [measured('ours', 300), measured('aws', 100), measured('s5cmd', 300)])).toEqual([]);
    expect(faults('sse-s3', [measured('ours', 299), measured('aws', 100)])).toEqual(['sse-s3: ours is 2.99 times as fast as aws, the goal is 3']);
    expect(faults('sse-s3', [measured('ours', 300), measured('s5cmd', 400)])).toEqual(['sse-s3: ours is 0.75 times as fast as s5cmd, the goal is 1']);
  });

  test('of keeping what there is, which the others are not held to', () => {
    expect(faults('unencrypted', [measured('ours', 9, { changed: { ETag: 1, tags: 1 } })])).toEqual(['unencrypted: ours lost tags']);
    expect(faults('unencrypted', [measured('ours', 9, { underKey: 99 })])).toEqual(['unencrypted: ours left 1 of 100 objects under another key']);
    expect(faults('unencrypted', [measured('ours', 9, { missing: 1 })])).toHaveLength(1);
    expect(faults('unencrypted', [measured('ours', 9), measured('s5cmd', 1, { changed: { tags: 100 }, underKey: 0 })])).toEqual([]);
    // Objects that are locked stay as they are, and slower than others it may be there.
    expect(faults('everything', [measured('ours', 9, { underKey: 50 }), measured('aws', 9)])).toEqual([]);
  });
});

test('the median counts, the damage of the worst repetition, and the range is told', () => {
  const lost = { changed: { 'ETag': 100, 'last modified': 100, 'tags': 7 } };
  expect(median([measured('ours', 300), measured('ours', 100, lost), measured('ours', 200)])).toMatchObject({ perSecond: 200, range: [100, 300], comparison: lost });
  expect(median([measured('ours', 300), measured('ours', 100)])).toMatchObject({ perSecond: 100 });
});

test('says against what a number stands, and whether it is the server that was measured', () => {
  const busy = { ...measured('s5cmd', 400), serverBusy: 0.97 };
  const text = renderSpeed('sse-s3', 5000, [measured('ours', 300), measured('aws', 100), busy], 5);
  expect(text).toContain('5,000 objects, under SSE-S3; the median of 5 repetitions');
  expect(text).toMatch(/ours .* 300 .* 300 to 300 .* 3\.00x .* 0\.75x/);
  expect(text).toMatch(/s5cmd .* 400 .* 4\.00x .* 1\.33x .* 97 %/);
  expect(text.match(/was the limit/g)).toHaveLength(1);
  expect(text).toContain('The server was the limit for s5cmd');
});
