import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
const OLDEST_PYTHON = [3, 10] as const;

/** What `ensurePythonEnvironment` works with; the defaults are the repository's own. */
export interface PythonEnvironmentOptions {
  /** Called with one line for each step that takes time. */
  readonly log?: (line: string) => void;
  /** The interpreter that makes the environment. Defaults to `PYTHON`, then `python3`. */
  readonly python?: string;
  /** Where the environment is. Defaults to `.venv` in the repository. */
  readonly directory?: string;
  /** The pinned packages. */
  readonly requirements?: string;
}

/**
 * Makes the virtual environment of the local AWS, or returns at once when it is current.
 *
 * It is built beside its place and moved there when complete, so an interrupted installation is
 * done again, and of two at the same time one wins and both end with a whole environment.
 *
 * @returns the path of the environment's interpreter
 */
export async function ensurePythonEnvironment(options: PythonEnvironmentOptions | ((line: string) => void) = {}): Promise<string> {
  const { log = () => {}, python, directory = join(ROOT, '.venv'), requirements = REQUIREMENTS } =
    typeof options === 'function' ? { log: options } : options;
  const pinned = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const current = environment(directory, pinned);
  if (existsSync(current)) { return interpreter(current); }

  const base = findPython(python ?? process.env.PYTHON ?? 'python3');
  mkdirSync(directory, { recursive: true });
  const unfinished = mkdtempSync(join(directory, 'unfinished-'));
  try {
    log('Making a Python environment for the local AWS, once');
    run(base, ['-m', 'venv', unfinished],
      `\`${base} -m venv\` failed: install the venv module of this Python (Debian and Ubuntu: apt-get install python3-venv)`);
    log('Installing moto, cfn-lint and DuckDB into it');
    run(interpreter(unfinished), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements],
      `installing ${requirements} failed: check that this machine reaches a Python package index`);
    writeFileSync(join(unfinished, 'complete'), pinned);
    try {
      renameSync(unfinished, current);
    } catch (error) {
      if (!existsSync(current)) { throw error; } // another process was first, and its environment is as good
    }
    return interpreter(current);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** One folder for each set of pinned packages: a stale one is never taken for current. */
function environment(directory: string, pinned: string): string {
  return join(directory, pinned.slice(0, 16));
}

function interpreter(directory: string): string {
  return process.platform === 'win32' ? join(directory, 'Scripts', 'python.exe') : join(directory, 'bin', 'python');
}

function findPython(command: string): string {
  const { status, stdout, error } = spawnSync(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
  const wanted = OLDEST_PYTHON.join('.');
  if (error !== undefined || status !== 0) {
    throw new Error(`the local AWS needs Python ${wanted} or later, and \`${command}\` does not run: install Python, or set PYTHON to its path`);
  }
  const [major, minor] = stdout.trim().split('.').map(Number);
  if (major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1])) {
    throw new Error(`the local AWS needs Python ${wanted} or later, and \`${command}\` is ${stdout.trim()}: set PYTHON to a newer one`);
  }
  return command;
}

function run(command: string, args: string[], remedy: string): void {
  const { status, stderr, stdout, error } = spawnSync(command, args, { encoding: 'utf8', cwd: dirname(REQUIREMENTS) });
  if (error !== undefined || status !== 0) {
    throw new Error(`${remedy}\n${(error?.message ?? `${stdout}${stderr}`).trim()}`);
  }
}
