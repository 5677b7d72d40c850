import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { newFolder } from './fake-io';
import { CliWorld } from './world';
import { ensurePythonEnvironment } from '../../emulator/install';

// As the build bundles it (projenrc/bundles.ts), but of the sources as they are now.
let bundle: string;
let world: CliWorld;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const folder = join(newFolder(), 'cdk-s3-encryption', 'assets');
  mkdirSync(folder, { recursive: true });
  bundle = join(folder, 'main.js');
  const entry = join(__dirname, '..', '..', 'src', 'cli', 'main.ts');
  await build({ entryPoints: [entry], bundle: true, platform: 'node', target: 'node20', outfile: bundle, logLevel: 'error' });
  world = await CliWorld.start();
});
afterAll(async () => {
  children.forEach((child) => child.kill('SIGKILL'));
  await world.stop();
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}
interface Around { readonly cwd?: string; readonly env?: Record<string, string> }

function start(args: readonly string[], options: Around = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const cwd = options.cwd ?? newFolder();
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const began = process.hrtime.bigint();
  const child = spawn(process.execPath, [bundle, ...args], {
    cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: cwd, AWS_EC2_METADATA_DISABLED: 'true', ...credentials, ...world.env, ...options.env },
  });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, out, err, seconds: Number(process.hrtime.bigint() - began) / 1e9 } as Ended));
  return { child, ended };
}

test('starts fast: help needs no SDK', async () => {
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const { code, out, err, seconds } = await start(['--help']).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ {2}npx cdk-s3-encryption/);
    times.push(seconds);
  }
  expect(Math.min(...times)).toBeLessThan(0.5);
});

test('audits, backfills and audits again, and says nothing else on stdout or stderr', async () => {
  const keyArn = await world.key();
  const bucket = await world.bucket({ versioned: true, defaultKey: keyArn });
  await world.put(bucket, 'a');
  await world.putUnencrypted(bucket, 'b');
  const rows = async (): Promise<unknown> => {
    const { code, out } = await start(['audit', '--bucket', bucket, '--json']).ended;
    return [code, (JSON.parse(out) as { rows: { status: string; currentObjects: number }[] }).rows.map(({ status, currentObjects }) => `${currentObjects} ${status}`).sort()];
  };
  expect(await rows()).toEqual([0, ['1 NOT-SSE', '1 SSE-S3']]);
  const cwd = newFolder();
  const { code, out, err } = await start(['backfill', '--bucket', bucket, '--key', keyArn, '--yes', '--json'], { cwd }).ended;
  expect({ code, json: JSON.parse(out) as unknown }).toMatchObject({ code: 0, json: { rewritten: { update: 1, copy: 1 } } });
  expect(err.split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['progress']);
  expect(await rows()).toEqual([0, ['0 NOT-SSE', '2 SSE-KMS']]); // the version that the copy has left
  expect(readdirSync(join(cwd, '.cdk-s3-encryption'))).toEqual([expect.stringMatching(/^cli-1-[0-9a-f]{12}\.checkpoint\.json$/)]);
});

test('a signal stops it in an orderly way, with 1 and without its lock', async () => {
  const keyArn = await world.key();
  const bucket = await world.bucket({ defaultKey: keyArn });
  await Promise.all(Array.from({ length: 400 }, async (_, number) => world.put(bucket, `k${number}`)));
  const cwd = newFolder();
  const args = ['backfill', '--bucket', bucket, '--key', keyArn, '--yes', '--json', '--concurrency', '2'];
  const { child, ended } = start(args, { cwd });
  while (!existsSync(join(cwd, '.cdk-s3-encryption'))) { await new Promise((resolve) => setTimeout(resolve, 5)); }
  child.kill('SIGTERM');
  const { code, signal, out, err } = await ended;
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(JSON.parse(out)).toMatchObject({ complete: false, stopped: { code: 'Interrupted' } });
  expect(err).toContain('the same command goes on');
  expect(readdirSync(join(cwd, '.cdk-s3-encryption')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  const next = await start(args, { cwd }).ended;
  expect({ code: next.code, json: JSON.parse(next.out) as unknown }).toMatchObject({ code: 0, json: { objects: 400, complete: true } });
});

test('a second signal ends it at once', async () => {
  const silent = createServer(() => { /* never answers */ });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const { port } = silent.address() as { port: number };
    const { child, ended } = start(['audit', '--bucket', 'data', '--endpoint-url', `http://127.0.0.1:${port}`]);
    await once(silent, 'connection');
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGINT');
    const { code, signal, err, seconds } = await ended;
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
    expect(err).toContain('Once more stops at once');
    expect(seconds).toBeLessThan(20);
  } finally {
    silent.close();
  }
});

test('nobody listens: said in two lines, without a stack', async () => {
  const keyArn = await world.key();
  const { code, out, err } = await start(['backfill', '--bucket', 'data', '--key', keyArn, '--yes', '--endpoint-url', 'http://127.0.0.1:9']).ended;
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('No answer from http://127.0.0.1:9 yet');
  expect(err).toMatch(/error: ECONNREFUSED: .*\nhttp:\/\/127.0.0.1:9 did not answer/);
  expect(err).not.toMatch(/\n\s+at /);
});

test('no credentials: said in two lines, without a stack', async () => {
  const { code, out, err } = await start(['audit', '--bucket', 'data'], { env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } }).ended;
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^error: .*[Cc]redentials.*\nNo credentials were found/);
  expect(err).not.toMatch(/\n\s+at /);
});

/** Runs its arguments at a terminal of their own, answers the question with what comes first, and passes on what is shown. */
const TERMINAL = `
import os, pty, sys
answer, seen, answered = sys.argv[1].encode(), b'', False
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
while True:
    try: data = os.read(terminal, 4096)
    except OSError: break
    if not data: break
    seen += data
    if b'[y/N]' in seen and not answered:
        answered = True
        os.write(terminal, answer)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test.each([['a yes', 'y\n', 0, 'aws:kms'], ['a no', 'n\n', 1, 'AES256'], ['Control-C', '\u0003', 1, 'AES256'], ['the end of input', '\u0004', 1, 'AES256']])(
  'at a terminal there is a bar, a plan and a question, and %s is understood', async (_, answer, code, encryption) => {
    const keyArn = await world.key();
    const bucket = await world.bucket({ defaultKey: keyArn });
    await world.put(bucket, 'a');
    const cwd = newFolder();
    const child = spawn(await ensurePythonEnvironment(), ['-c', TERMINAL, answer, process.execPath, bundle, 'backfill', '--bucket', bucket, '--key', keyArn], {
      cwd, stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH, HOME: cwd, TERM: 'xterm', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...world.env },
    });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => { shown += chunk.toString(); });
    const [ended] = await once(child, 'close') as [number | null];
    expect({ ended, shown }).toMatchObject({ ended: code });
    expect(shown).toMatch(/Planning \[=+\] 1 of 1 · /);
    expect(shown).toMatch(/To re-encrypt +1\r/);
    expect(shown).toContain('Re-encrypt 1 object in');
    expect(shown).toContain(code === 0 ? 'Done in' : 'Nothing was written.');
    expect((await world.see(bucket, 'a')).encryption).toBe(encryption);
    expect(readdirSync(join(cwd, '.cdk-s3-encryption')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  },
);

test('a reader that has read enough does not break it', async () => {
  const bucket = await world.bucket();
  const child = spawn('bash', ['-c', `"${process.execPath}" "${bundle}" audit --bucket ${bucket} --json | true; exit \${PIPESTATUS[0]}`], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...world.env },
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(err).not.toContain('EPIPE');
});
