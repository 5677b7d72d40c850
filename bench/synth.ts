import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { dirname, join, relative } from 'path';
import { parseArgs } from 'util';
import Table from 'cli-table3';
import * as ts from 'typescript';
import type { Measurement } from './measure';

const HELP = `npm run bench:synth -- [--runs N] [--json]

Compares the synthesis of SecureBuckets with that of s3.Buckets which are hardened by hand to the
same template. Exits with 1 when a limit is exceeded.

  --runs N  measurements of each variant and size, of which the fastest counts (default 9)
  --json    prints JSON instead of a table`;

const LIMITS = { time: 1.25, bytes: 1.05, resourcesPerBucket: 2 };
const MOST_RESOURCES = 500; // of a stack of CloudFormation
const SHARED_RESOURCES = 3; // the key, the log bucket and its policy; each bucket has two more
const SIZES = [1, 10, 100, Math.floor((MOST_RESOURCES - SHARED_RESOURCES) / 2)];
const ROOT = join(__dirname, '..');

type Variant = 'secure' | 'hand';

interface Size {
  readonly buckets: number;
  readonly secure: Summary;
  readonly hand: Summary;
  readonly time: number;
  readonly bytes: number;
}

interface Summary {
  readonly fastest: number;
  readonly median: number;
  readonly elapsed: number;
  readonly bytes: number;
  readonly resources: number;
}

/**
 * Compiles this library and the stacks to plain JavaScript, as users run it: a loader that compiles
 * on the way would be measured too.
 */
function compile(folder: string): string {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, experimentalDecorators: true, esModuleInterop: true,
  };
  const sources = [
    ...readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => join('src', name)),
    ...['measure.ts', 'stacks.ts'].map((name) => join('bench', name)),
  ].filter((name) => name.endsWith('.ts'));
  for (const source of sources) {
    const target = join(folder, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, ts.transpileModule(readFileSync(join(ROOT, source), 'utf8'), { compilerOptions: options }).outputText);
  }
  return join(folder, 'bench', 'measure.js');
}

function measure(program: string, variant: Variant, buckets: number): Measurement {
  const output = execFileSync(process.execPath, [program, variant, `${buckets}`], {
    encoding: 'utf8', cwd: ROOT, env: { ...process.env, CDK_VALIDATION: 'false' },
  });
  return JSON.parse(output) as Measurement;
}

function summarize(measurements: Measurement[]): Summary {
  const times = measurements.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const [{ bytes, resources }] = measurements;
  const elapsed = Math.min(...measurements.map((measurement) => measurement.elapsed));
  return { fastest: times[0], median: times[Math.floor(times.length / 2)], elapsed, bytes, resources };
}

function compare(program: string, buckets: number, runs: number): Size {
  const found: Record<Variant, Measurement[]> = { secure: [], hand: [] };
  for (let run = 1; run <= runs; run += 1) {
    process.stderr.write(`\r${buckets} buckets: run ${run} of ${runs}   `);
    // Each goes first every other time, so that what else the machine does meets both alike.
    const order: Variant[] = run % 2 === 0 ? ['secure', 'hand'] : ['hand', 'secure'];
    for (const variant of order) { found[variant].push(measure(program, variant, buckets)); }
  }
  process.stderr.write('\r                                  \r');
  const secure = summarize(found.secure);
  const hand = summarize(found.hand);
  return { buckets, secure, hand, time: secure.fastest / hand.fastest, bytes: secure.bytes / hand.bytes };
}

function excesses(sizes: Size[]): string[] {
  const over = sizes.flatMap(({ buckets, time, bytes }) => [
    ...time > LIMITS.time ? [`${buckets} buckets take ${time.toFixed(3)} times as long, limit ${LIMITS.time}`] : [],
    ...bytes > LIMITS.bytes ? [`${buckets} buckets have ${bytes.toFixed(3)} times as many bytes, limit ${LIMITS.bytes}`] : [],
  ]);
  const perBucket = resourcesPerBucket(sizes);
  return perBucket > LIMITS.resourcesPerBucket
    ? [...over, `each further bucket has ${perBucket} resources, limit ${LIMITS.resourcesPerBucket}`] : over;
}

function resourcesPerBucket(sizes: Size[]): number {
  const [first] = sizes;
  const last = sizes[sizes.length - 1];
  return (last.secure.resources - first.secure.resources) / (last.buckets - first.buckets);
}

function render(sizes: Size[]): string {
  const table = new Table({
    head: ['buckets', 'resources', 'by hand, ms', 'SecureBucket, ms', 'time', 'by hand, bytes', 'SecureBucket, bytes', 'bytes'],
    colAligns: Array.from({ length: 8 }, () => 'right' as const),
    style: process.stdout.isTTY ? {} : { head: [], border: [] },
  });
  const times = ({ fastest, median }: Summary) => `${fastest.toFixed(0)} (${median.toFixed(0)})`;
  for (const { buckets, secure, hand, time, bytes } of sizes) {
    const resources = secure.resources === hand.resources ? `${secure.resources}` : `${secure.resources}, by hand ${hand.resources}`;
    table.push([buckets, resources, times(hand), times(secure), `${time.toFixed(2)}x`, hand.bytes, secure.bytes, `${bytes.toFixed(3)}x`]);
  }
  return `${table.toString()}\nTimes are processor time of the fastest run (and the median), in a fresh process each, without loading the CDK.\n`
    + `Each further bucket has ${resourcesPerBucket(sizes)} resources. `
    + `Limits: ${LIMITS.time}x the time, ${LIMITS.bytes}x the bytes, ${LIMITS.resourcesPerBucket} resources.\n`;
}

function main(): number {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '9' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) { process.stdout.write(`${HELP}\n`); return 0; }
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    process.stderr.write(`--runs must be a whole number from 1, got '${values.runs}'\n\n${HELP}\n`);
    return 64;
  }

  // Inside the repository, so that Node finds its packages.
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bench-synth-'));
  try {
    const program = compile(folder);
    measure(program, 'hand', 1); // the first process finds cold files
    const sizes = SIZES.map((buckets) => compare(program, buckets, runs));
    const over = excesses(sizes);
    process.stdout.write(values.json
      ? `${JSON.stringify({ limits: LIMITS, resourcesPerBucket: resourcesPerBucket(sizes), sizes, over }, undefined, 2)}\n`
      : render(sizes));
    for (const line of over) { process.stderr.write(`${relative('.', __filename)}: ${line}\n`); }
    return over.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
