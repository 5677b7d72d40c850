import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type * as Timers from 'node:timers/promises';
import { newFolder } from './fake-io';
import { Lock } from '../../src/cli/lock';

jest.mock('node:timers/promises', () => {
  const actual = jest.requireActual<typeof Timers>('node:timers/promises');
  return { ...actual, setTimeout: jest.fn(actual.setTimeout) };
});
const timers = jest.requireMock<{ setTimeout: jest.Mock<Promise<unknown>> }>('node:timers/promises');

let file: string;
const children: ChildProcess[] = [];

beforeEach(() => { file = join(newFolder(), 'checkpoint.json.lock'); });
afterEach(() => { children.splice(0).forEach((child) => child.kill('SIGKILL')); });

function living(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(child);
  return child.pid ?? 0;
}

async function dead(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

function heldBy(holder: object): void { writeFileSync(file, JSON.stringify(holder)); }

test('keeps a second run off, and lets the next one in when it is given back', async () => {
  const lock = await Lock.take(file);
  await expect(Lock.take(file)).rejects.toThrow(new RegExp(`process ${process.pid} on .* works with this checkpoint: wait .*--checkpoint.*delete ${file}`));
  await lock.release();
  expect(existsSync(file)).toBe(false);
  await (await Lock.take(file)).release();
});

test('is held by a process that lives', async () => {
  const pid = living();
  heldBy({ pid, host: hostname() });
  await expect(Lock.take(file)).rejects.toThrow(`process ${pid} on`);
  expect(existsSync(file)).toBe(true);
});

test('is taken over from a process that is gone', async () => {
  heldBy({ pid: await dead(), host: hostname() });
  const lock = await Lock.take(file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  await lock.release();
});

(process.platform === 'linux' ? test : test.skip)('is taken over when another process has got the number of the one that is gone', async () => {
  heldBy({ pid: living(), host: hostname(), began: '1' });
  await (await Lock.take(file)).release();
});

test('is not taken from another machine, whose processes cannot be seen', async () => {
  heldBy({ pid: await dead(), host: 'elsewhere' });
  await expect(Lock.take(file)).rejects.toThrow(/process \d+ on elsewhere/);
});

test.each([['nothing', ''], ['half a line', '{"pid":1'], ['something else', '[]']])('is taken over when it holds %s: its writer was killed', async (_, text) => {
  writeFileSync(file, text);
  await (await Lock.take(file)).release();
});

test('of many that find it stale, one gets it', async () => {
  for (let round = 0; round < 5; round += 1) {
    heldBy({ pid: await dead(), host: hostname() });
    const script = `require('tsx/cjs'); require(${JSON.stringify(require.resolve('../../src/cli/lock'))}).Lock.take(process.argv[1]).then(() => { console.log('taken'); setTimeout(() => {}, 600); }, () => {});`;
    const takers = Array.from({ length: 4 }, () => spawn(process.execPath, ['-e', script, file], { stdio: ['ignore', 'pipe', 'ignore'] }));
    children.push(...takers);
    const said = await Promise.all(takers.map(async (taker) => {
      let out = '';
      taker.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
      await once(taker, 'close');
      return out.trim();
    }));
    expect(said.filter((each) => each === 'taken')).toEqual(['taken']);
  }
});

test('is not taken over by two: who loses it before a second look has not got it', async () => {
  heldBy({ pid: await dead(), host: hostname() });
  const other = { pid: living(), host: hostname() };
  // The other one has read the old lock too, removes ours for it, and puts its own there, while we pause.
  timers.setTimeout.mockImplementationOnce(async () => heldBy(other));
  await expect(Lock.take(file)).rejects.toThrow(`process ${other.pid} on`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(other);
});

test('does not give back what is no longer its own', async () => {
  const lock = await Lock.take(file);
  heldBy({ pid: 1, host: 'elsewhere' });
  await lock.release();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: 1, host: 'elsewhere' });
});
