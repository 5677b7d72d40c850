import { spawn } from 'child_process';
import { existsSync, readFileSync } from 'fs';
import type { Setting } from './tools/tool';

export interface Run {
  readonly seconds: number;
  /** Processor time of the tool and of what it started; only Linux tells. */
  readonly processor: number | undefined;
}

/** After so long a tool is ended: it hangs. */
const PATIENCE_MILLISECONDS = 15 * 60_000;
const TICKS_PER_SECOND = 100;

/**
 * Runs a tool to its end.
 *
 * @throws Error with the tool's last words if it fails
 */
export async function runTool({ command: [program, ...args], environment, good = [0] }: Setting, endpoint: string, folder: string): Promise<Run> {
  const before = processorOfChildren();
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: folder, // nobody's configuration
      AWS_ACCESS_KEY_ID: 'BENCH',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_NO_WARNINGS: '1',
      ...environment,
    },
  });
  let words = '';
  const listen = (chunk: Buffer): void => { words = (words + chunk.toString()).slice(-2000); };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const tooLong = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLISECONDS);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(tooLong);
  const seconds = (performance.now() - started) / 1000;
  if (code === null || !good.includes(code)) { throw new Error(`${program} ended with ${code ?? signal}: ${words.trim().slice(-600)}`); }
  const after = processorOfChildren();
  return { seconds, processor: before === undefined || after === undefined ? undefined : after - before };
}

/** Fields 16 and 17 of proc_pid_stat(5): time of the children that have ended, and of theirs. */
function processorOfChildren(): number | undefined {
  if (!existsSync('/proc/self/stat')) { return undefined; }
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
