import { type ChildProcess, spawn } from 'child_process';
import { existsSync, mkdtempSync, readFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { KEY_ARN } from './world';

/** What `npx projen bundle` makes; another build can be tried with the variable. */
export const COMMAND = process.env.BACKFILL_COMMAND ?? join(__dirname, '..', '..', 'assets', 'cli', 'main', 'main.js');

/** It did all that it may do; 2 is for what it may not. */
export const FINISHED: readonly (number | null)[] = [0, 2];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most that it had in memory, in MB; only Linux tells. */
  readonly peak: number | undefined;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface CommandOptions {
  readonly endpoint: string;
  /** Where it leaves its checkpoint. */
  readonly folder: string;
  readonly bucket?: string;
  readonly keyArn?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What starts it instead of Node, with Node and the rest as arguments. */
  readonly through?: readonly string[];
}

/** Folders are below one that goes when the tests end. */
export function newFolder(): string { return mkdtempSync(join(tmpdir(), 'faults-')); }

/** Starts the command as a user would: the bundle, in a process of its own. */
export function start({ endpoint, folder, bucket = 'data', keyArn = KEY_ARN, args = [], environment = {}, through = [] }: CommandOptions): Running {
  if (!existsSync(COMMAND)) { throw new Error(`there is no ${COMMAND}: run \`npx projen bundle\``); }
  const [program, ...rest] = [...through, process.execPath, COMMAND, 'backfill', '--bucket', bucket, '--key', keyArn, '--engine', 'local', '--yes', '--json', ...args];
  const child = spawn(program, rest, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      NODE_NO_WARNINGS: '1',
      ...environment,
    },
  });
  let stdout = '';
  let stderr = '';
  let peak: number | undefined;
  child.stdout.on('data', (chunk: Buffer) => { stdout = (stdout + chunk.toString()).slice(-100_000); });
  child.stderr.on('data', (chunk: Buffer) => { stderr = (stderr + chunk.toString()).slice(-10_000); });
  const watch = setInterval(() => { peak = peakOf(child.pid) ?? peak; }, 50);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      resolve({ code, signal, stdout, stderr, peak });
    });
  });
  return { process: child, ended };
}

export async function backfill(options: CommandOptions): Promise<Ended> { return start(options).ended; }

/**
 * Runs it until it says that it has finished.
 *
 * @throws Error with its last words when it does not finish
 */
export async function finish(options: CommandOptions, most = 3): Promise<Ended> {
  let ended = await backfill(options);
  for (let run = 1; run < most && !FINISHED.includes(ended.code); run += 1) { ended = await backfill(options); }
  if (!FINISHED.includes(ended.code)) { throw new Error(`after ${most} runs it ended with ${ended.code ?? ended.signal}: ${ended.stderr.slice(-1000)} ${ended.stdout.slice(-1000)}`); }
  return ended;
}

function peakOf(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) { return undefined; }
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(file, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined; // it ended between the two lines
  }
}
