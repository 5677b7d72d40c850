import { resolve } from 'node:path';
import { type AuditLogOptions, isAddress } from './arguments';
import type { Found } from './found';
import { filesInBucket, filesOnDisk, isOfDays, type LogFile } from './log-files';
import { recordsOf } from './records';
import { foldersOf } from './values';
import { inParallel } from '../../core/pool';
import { connect, type Connection } from '../clients';
import type { Io } from '../io';
import { grouped } from '../numbers';
import { Progress } from '../progress';
import { Refusal, UsageError } from '../usage';

/** Files read at a time: each is in memory as a whole. */
const CONCURRENCY = 8;

/** What is wrong with files is said of so many by name. */
const NAMED = 10;

/** Asks log files on disk and in buckets, one after the other, so that memory holds a few of them and the rows. */
export async function askFiles(options: AuditLogOptions, io: Io, signal: AbortSignal): Promise<Found> {
  const { question, asked, files } = options;
  const answer = question.answer(asked);
  const { first, last } = foldersOf(asked);
  const connections: Connection[] = [];
  const unreadable: string[] = [];
  const seen = { files: 0, elsewhere: 0 };
  const look = async (file: LogFile): Promise<void> => {
    if (!isOfDays(file.name, first, last)) {
      seen.elsewhere += 1;
      return;
    }
    const content = await file.read();
    try {
      (await recordsOf(content)).forEach((record) => answer.add(record));
    } catch (error) {
      unreadable.push(`${file.name}: ${(error as Error).message}`);
    }
    seen.files += 1;
  };
  const progress = new Progress({ io, json: options.output === 'json', doing: 'Reading', state: () => ({ objects: seen.files, failed: unreadable.length }) });
  try {
    for (const file of files) {
      await inParallel(await listed(file, options, io, connections), CONCURRENCY, look, signal);
    }
  } finally {
    progress.end();
    connections.forEach((connection) => connection.close());
  }
  if (seen.files + seen.elsewhere === 0 && !signal.aborted) {
    throw new Refusal(`there is no log file in ${files.join(', ')}: they end in .json.gz, in folders such as AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/25/`);
  }
  return {
    rows: answer.rows(),
    where: `${grouped(seen.files)} ${seen.files === 1 ? 'file' : 'files'}${seen.elsewhere === 0 ? '' : `, and ${grouped(seen.elsewhere)} of other days were left alone`}`,
    missing: [
      ...signal.aborted ? ['Interrupted: the rows cover what was read until then.'] : [],
      ...unreadable.slice(0, NAMED),
      ...unreadable.length > NAMED ? [`and ${grouped(unreadable.length - NAMED)} other files could not be read`] : [],
    ],
  };
}

async function listed(file: string, { region, endpointUrl }: AuditLogOptions, io: Io, connections: Connection[]): Promise<AsyncIterable<LogFile>> {
  if (!isAddress(file)) { return filesOnDisk(resolve(io.cwd, file)); }
  const [, bucket, prefix = ''] = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])(?:\/(.*))?$/s.exec(file) ?? [];
  if (bucket === undefined) { throw new UsageError(`--file is "${file}", and must be a file, a folder, or an address such as s3://bucket/AWSLogs/`); }
  const connection = await connect({ bucket, prefix, concurrency: CONCURRENCY, region, endpointUrl }, undefined, io);
  connections.push(connection);
  return filesInBucket(connection.s3, bucket, prefix);
}
