import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const POM = join(__dirname, 'pom.xml');
const CACHE = resolve(__dirname, '../../../node_modules/.cache/event-ruler');
const PROGRAM = join(__dirname, 'Matcher.java');

/** What does not match itself: a pattern of EventBridge. */
export type Pattern = object;

/**
 * The names of the patterns that each event matches, by the rule engine that AWS publishes.
 *
 * It needs Java 11 or later and Maven, which fetches the engine once.
 * https://github.com/aws/event-ruler
 */
export async function matching(patterns: Record<string, Pattern>, events: readonly object[]): Promise<string[][]> {
  const jars = await install();
  const output = await run('java', ['-cp', join(jars, '*'), PROGRAM], JSON.stringify({ patterns, events }));
  const lines = output.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as string[]);
  if (lines.length !== events.length) { throw new Error(`the rule engine answered ${lines.length} times to ${events.length} events`); }
  return lines;
}

/** Puts the jars into a folder named after the pom. Two at a time may do it: the first to finish wins. */
async function install(): Promise<string> {
  const target = join(CACHE, createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16));
  if (existsSync(target)) { return target; }
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  try {
    await run('mvn', ['--batch-mode', '--quiet', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`]);
    renameSync(folder, target);
  } catch (error) {
    if (!existsSync(target)) { throw error; }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return target;
}

async function run(program: string, args: string[], input = ''): Promise<string> {
  return new Promise((done, failed) => {
    const child = execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) { done(stdout); } else if (error.code as unknown === 'ENOENT') {
        failed(new Error(`'${program}' is not there: the tests of event patterns need Java 11 or later and Maven, see README.md`));
      } else { failed(new Error(`${program} failed: ${stderr.slice(0, 2000)}${stdout.slice(0, 2000)}`)); }
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${input}\n`);
  });
}
