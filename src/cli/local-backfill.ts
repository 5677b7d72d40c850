import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { BackfillOptions } from './backfill-arguments';
import { connect, type Connection } from './clients';
import { countUpTo, LOCAL_LIMIT } from './count';
import { explained } from './explain';
import { fingerprintOf } from './files';
import type { Io } from './io';
import { localRun } from './local-run';
import { grouped } from './numbers';
import { OnlyFile } from './only-file';
import { type Ground, pass } from './pass';
import { show } from './show';
import type { Talk } from './talk';
import { EXIT, UsageError } from './usage';
import { NoLedger } from '../core/checkpoint';
import { preflight } from '../core/preflight';

/** Who gave a wrong address shall not wait for the tenth attempt without a word. */
const PATIENCE = 3000;

/** Goes through the bucket from this machine, by the S3 API. */
export async function localBackfill(options: BackfillOptions, io: Io, talk: Talk, signal: AbortSignal): Promise<number> {
  const only = options.only === undefined ? undefined : await OnlyFile.check(resolve(io.cwd, options.only));
  const about = { bucket: options.where.bucket, endpoint: 'AWS', keyArn: options.target.keyArn };
  let connection: Connection | undefined;
  try {
    connection = await connect(options.where, options.target.keyArn.split(':')[3], io);
    about.endpoint = connection.endpoint;
    const ground = await prepared({ options, io, talk, signal, connection, only, about });
    if (ground === undefined) { return EXIT.failed; }
    const total = await totalFor(ground);
    return options.plan ? await planOnly(ground, total) : await localRun(ground, total);
  } catch (error) {
    const text = explained(error, about);
    if (text === undefined) { throw error; }
    talk.error(text);
    return EXIT.failed;
  } finally {
    connection?.close();
  }
}

/** Undefined when the bucket or the key is not fit for it, which has then been said. */
async function prepared(ground: Omit<Ground, 'found' | 'fingerprint'>): Promise<Ground | undefined> {
  const { options, connection, talk, only } = ground;
  const { bucket, prefix, expectedBucketOwner } = options.where;
  const late = setTimeout(() => talk.note(`No answer from ${connection.endpoint} yet; trying again.`), PATIENCE);
  const found = await preflight({
    s3: connection.s3,
    kms: connection.kms,
    bucket,
    target: options.target,
    expectedBucketOwner,
    foreignEndpoint: connection.foreign,
    probeKey: `${prefix.slice(0, 900)}cdk-s3-encryption-probe-${randomUUID()}`,
  }).finally(() => clearTimeout(late));
  found.warnings.forEach((warning) => talk.warn(warning));
  found.problems.forEach((problem) => talk.error(problem));
  if (found.problems.length > 0) { return undefined; }
  if (!found.abilities.update) {
    talk.warn(`${connection.endpoint} has no UpdateObjectEncryption: every object is copied onto itself${found.versioned ? ', and leaves an old version behind' : ''}`);
  }
  return { ...ground, found, fingerprint: fingerprintOf(options, connection.endpoint, only?.sha256) };
}

/**
 * How many objects there are, for the bar, and whether this is the engine for so many.
 *
 * @returns undefined when nobody has counted them to the end
 */
async function totalFor({ options, connection, only, io, signal }: Ground): Promise<number | undefined> {
  if (only !== undefined) { return only.objects; }
  // Who chose the engine and watches no bar has no use for a number that costs a listing.
  if (options.engine === 'local' && (!io.stderr.isTTY || options.json)) { return undefined; }
  const total = await countUpTo(connection.store, options.where.prefix, options.noncurrent, signal);
  if (total === undefined && options.engine === undefined && !signal.aborted) {
    throw new UsageError(`there are more than ${grouped(LOCAL_LIMIT)} objects, so say which engine shall take them: `
      + '--engine batch (S3 Batch Operations; deploy an EncryptionBackfillJob first), '
      + 'or --engine local (from this machine, an hour for ten million objects or more, can be interrupted and continued)');
  }
  return total;
}

async function planOnly(ground: Ground, total: number | undefined): Promise<number> {
  const result = await pass(ground, { doing: 'Planning', planOnly: true, ledger: new NoLedger(), total });
  return show(ground, { result, plan: true });
}
