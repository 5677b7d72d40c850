import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ensurePythonEnvironment } from './install';

const START_SECONDS = 60;
const STOP_SECONDS = 5;
const KEPT_LINES = 20;

/** A running local AWS. */
export interface Emulator {
  /** Where it listens, on the loopback interface only. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when it has ended, asked or not. */
  readonly ended: Promise<void>;
  /** Ends it, by the process id it was started with. Safe to call more than once. */
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** @default - a free port */
  readonly port?: number;
  /** @default us-east-1 */
  readonly region?: string;
  readonly log?: (line: string) => void;
}

/**
 * Starts the local AWS and waits until it answers.
 *
 * It ends with this process, also when that is killed: it watches its standard input.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const python = await ensurePythonEnvironment(options.log);
  const child = spawn(python, [
    '-m', 's3truth', '--watch-stdin', '--port', `${options.port ?? 0}`, '--region', options.region ?? 'us-east-1',
  ], { cwd: __dirname, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }, stdio: ['pipe', 'pipe', 'pipe'] });
  const lastLines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastLines.push(line);
    if (lastLines.length > KEPT_LINES) { lastLines.shift(); }
  });
  child.stdin.on('error', () => {}); // it ended before us; `exit` below says so

  const ended = once(child, 'exit');
  try {
    const endpoint = await ready(child, lastLines);
    const { pid } = child;
    if (pid === undefined) { throw new Error('the local AWS has no process id'); }
    return { endpoint, port: Number(new URL(endpoint).port), pid, ended: ended.then(() => {}), stop: () => end(child, ended) };
  } catch (error) {
    await end(child, ended);
    throw error;
  }
}

async function ready(child: ChildProcess, lastLines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the local AWS did not start: ${why}\n${lastLines.join('\n')}`));
    const timer = setTimeout(() => fail(`no answer within ${START_SECONDS} seconds`), START_SECONDS * 1000);
    child.once('error', (error) => { clearTimeout(timer); fail(error.message); });
    // `close` and not `exit`: by then its last words have been read.
    child.once('close', (code) => { clearTimeout(timer); fail(`it ended with code ${code}`); });
    if (child.stdout === null) { return fail('it has no output'); }
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, endpoint] = /listening on (http:\S+)/.exec(line) ?? [];
      if (endpoint !== undefined) { clearTimeout(timer); resolve(endpoint); }
    });
  });
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) { return; }
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
  await ended;
  clearTimeout(timer);
}
