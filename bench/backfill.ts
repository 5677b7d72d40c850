import { mkdirSync } from 'fs';
import { homedir } from 'os';
import { join, relative } from 'path';
import { parseArgs } from 'util';
import { Bench } from './backfill/measure-all';
import type { Shape } from './backfill/memory/populate';
import { spawnMemoryS3 } from './backfill/memory-s3-process';
import { faults, renderCeiling, renderLosses, renderSpeed, TIMES_AWS } from './backfill/report';
import { aws } from './backfill/tools/aws';
import { ours } from './backfill/tools/ours';
import { rclone } from './backfill/tools/rclone';
import { s3p } from './backfill/tools/s3p';
import { s5cmd } from './backfill/tools/s5cmd';
import type { Tool } from './backfill/tools/tool';

const TOOLS: readonly Tool[] = [ours, aws, rclone, s5cmd, s3p];
const NAMES = TOOLS.map(({ name }) => name).join(', ');
/** Shared by all runs: a build of rclone takes minutes. https://specifications.freedesktop.org/basedir-spec/latest/ */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cdk-s3-encryption-bench');
/** Of what is looked at for losses only. */
const EVERYTHING = 400;

const HELP = `npm run bench:backfill -- [--objects N] [--only TOOL] [--repeat R]

Brings a bucket in an S3 in memory under a KMS key, with the backfill command of this library and with
what else there is for it, side by side in one run: objects a second, processor time, and what each of
them lost. Exits with 1 when the command loses something, or is slower than its goals: ${TIMES_AWS} times the
AWS CLI, and no slower than the fastest of the others.

  --objects N  objects in each bucket (default 10000)
  --only TOOL  this one and no other, of ${NAMES}
  --repeat R   repetitions, interleaved, of which the median counts (default 5)

The other tools are installed into ${CACHE}, the first time for minutes. For that it
needs Python 3 and Go; without them the tools are left out, and named. Run \`npx projen bundle\` first.`;

interface Options { readonly objects: number; readonly repeat: number; readonly tools: readonly Tool[] }

function optionsFrom(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      objects: { type: 'string', default: '10000' }, only: { type: 'string' }, repeat: { type: 'string', default: '5' }, help: { type: 'boolean', default: false },
    },
  });
  if (values.help) { return 'help'; }
  const tools = TOOLS.filter(({ name }) => values.only === undefined || name === values.only);
  if (tools.length === 0) { throw new Error(`--only must be one of ${NAMES}, got '${values.only}'`); }
  return { tools, objects: wholeNumber('--objects', values.objects, 100), repeat: wholeNumber('--repeat', values.repeat, 1) };
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) { throw new Error(`${option} must be a whole number from ${least}, got '${text}'`); }
  return value;
}

function say(line: string): void { process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`); }

function installed(tools: readonly Tool[]): { readonly ready: readonly Tool[]; readonly missing: readonly string[] } {
  mkdirSync(CACHE, { recursive: true });
  const missing: string[] = [];
  const ready = tools.filter((tool) => {
    say(`installing ${tool.name}`);
    try {
      tool.install(CACHE);
      return true;
    } catch (error) {
      missing.push(`${tool.title} is left out: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  });
  return { ready, missing };
}

async function compare({ objects, repeat, tools }: Options): Promise<number> {
  const { ready, missing } = installed(tools);
  const server = await spawnMemoryS3();
  const found: string[] = [];
  try {
    const bench = new Bench(server, CACHE, say);
    const ceiling = await bench.ceiling(objects, repeat);
    let text = renderCeiling(ceiling);
    for (const shape of ['sse-s3', 'unencrypted'] as const satisfies readonly Shape[]) {
      const measured = await bench.sideBySide(ready, shape, objects, repeat);
      text += renderSpeed(shape, objects, measured, repeat) + renderLosses(measured);
      found.push(...faults(shape, measured));
    }
    const looked = [];
    for (const tool of ready) { looked.push(await bench.once(tool, 0, 'everything', EVERYTHING)); }
    text += `\n${EVERYTHING} objects of both kinds in a bucket with versions, ACLs and Object Lock\n${renderLosses(looked)}`;
    found.push(...faults('everything', looked));
    say('');
    process.stdout.write(text);
  } finally {
    await server.close();
  }
  for (const line of missing) { process.stdout.write(`${line}\n`); }
  for (const line of found) { process.stderr.write(`${relative('.', __filename)}: ${line}\n`); }
  return found.length === 0 && ready.length > 0 ? 0 : 1;
}

async function main(args: string[]): Promise<number> {
  let options: Options | 'help';
  try {
    options = optionsFrom(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}\n`);
    return 64;
  }
  if (options === 'help') { process.stdout.write(`${HELP}\n`); return 0; }
  return compare(options);
}

void main(process.argv.slice(2)).then(
  (code) => { process.exitCode = code; },
  (error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
