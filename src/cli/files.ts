import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BackfillOptions } from './backfill-arguments';
import { UsageError } from './usage';

const FOLDER = '.cdk-s3-encryption';

export interface Files {
  readonly checkpoint: string;
  readonly failures: string;
  readonly lock: string;
}

/** What makes a run this run: an unfinished one is continued only by one that has all of it in common. */
export function fingerprintOf({ where, target, sources, noncurrent }: BackfillOptions, endpoint: string, onlySha256: string | undefined): string {
  const listed = onlySha256 === undefined ? `prefix ${JSON.stringify(where.prefix)}` : `list ${onlySha256.slice(0, 16)}`;
  const from = Object.entries(sources).filter(([, value]) => value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => value === true || value === 'any' ? name : `${name} ${String(value)}`).sort().join(', ');
  return `bucket ${where.bucket} at ${endpoint}, ${listed}, to ${target.keyArn}${target.bucketKey ? '' : ' without Bucket Key'}, from ${from}`
    + (noncurrent ? ', old versions too' : '');
}

/** The same run finds the same files in the same working directory. */
export function filesOf(options: BackfillOptions, fingerprint: string, cwd: string): Files {
  const id = createHash('sha256').update(fingerprint).digest('hex').slice(0, 12);
  const checkpoint = resolve(cwd, options.checkpoint ?? join(FOLDER, `${options.where.bucket}-${id}.checkpoint.json`));
  const besides = checkpoint.replace(/(\.checkpoint)?\.json$/, '');
  const failures = resolve(cwd, options.failures ?? join(dirname(checkpoint), `${besides.slice(dirname(checkpoint).length + 1)}.failures.jsonl`));
  return { checkpoint, failures, lock: `${checkpoint}.lock` };
}

/** Two of the files being one would destroy the list that is read, or the checkpoint. */
export async function refuseSameFile(files: Files, options: BackfillOptions, cwd: string): Promise<void> {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['--checkpoint', files.checkpoint], ['--failures', files.failures], ['--only', options.only === undefined ? undefined : resolve(cwd, options.only)],
  ];
  const seen = new Map<string, string>();
  for (const [flag, file] of named) {
    if (file === undefined) { continue; }
    const real = await realpath(file).catch(() => file);
    const other = seen.get(real);
    if (other !== undefined) { throw new UsageError(`${other} and ${flag} are the same file, ${file}: give another ${other}`); }
    seen.set(real, flag);
  }
}
