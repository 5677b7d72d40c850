import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../emulator/server';

const MAIN = join(__dirname, '../../emulator/main.ts');
const TSX = join(__dirname, '../../node_modules/.bin/tsx');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100 && !holds(); tries += 1) { await new Promise((resolve) => setTimeout(resolve, 50)); }
  return holds();
}

test('two emulators take a free port each, and end by their ids', async () => {
  const [one, two] = await Promise.all([startEmulator(), startEmulator()]);
  expect(one.port).not.toBe(two.port);
  await Promise.all([one.stop(), two.stop()]);
  expect([isAlive(one.pid), isAlive(two.pid)]).toEqual([false, false]);
  await one.stop();
});

test('an emulator listens on the loopback interface only', async () => {
  const emulator = await startEmulator();
  try {
    const outside = Object.values(networkInterfaces()).flat().find((address) => address?.internal === false && address.family === 'IPv4');
    expect((await fetch(emulator.endpoint)).status).toBeLessThan(500);
    if (outside !== undefined) {
      await expect(fetch(`http://${outside.address}:${emulator.port}`)).rejects.toThrow();
    }
  } finally {
    await emulator.stop();
  }
});

test('a port in use is an error that names it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await expect(startEmulator({ port })).rejects.toThrow(new RegExp(`did not start[^]*${port}`));
  server.close();
});

test('an emulator ends with the process that started it, also when that is killed', async () => {
  const script = "const { startEmulator } = require('./emulator/server'); startEmulator().then((e) => console.log('pid', e.pid));";
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], { cwd: join(__dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = await once(parent.stdout, 'data') as [Buffer];
  const pid = Number(/pid (\d+)/.exec(chunk.toString())?.[1]);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  expect(await until(() => !isAlive(pid))).toBe(true);
});

describe('the command', () => {
  const run = (...args: string[]) => spawnSync(TSX, ['--no-warnings', MAIN, ...args], { encoding: 'utf8' });

  test('explains itself, starting with an example', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Example: npm run emulator -- --port 4566/);
  });

  test.each([[['--port', 'http']], [['--port', '70000']], [['--prot', '1']], [['extra']]])('answers bad usage %j with 64', (args) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(64);
    expect(stderr).not.toBe('');
  });
});
