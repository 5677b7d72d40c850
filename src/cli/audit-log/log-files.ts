import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

/** A log file that may be read, and what it is called. */
export interface LogFile {
  readonly name: string;
  read(): Promise<Buffer>;
}

/** Digest files stand beside log files, and hold checksums. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html */
function isLogFile(name: string): boolean { return /\.json(\.gz)?$/.test(name) && !/(^|[/\\])CloudTrail-Digest[/\\]/.test(name); }

/** A file that was named, whatever it is called, or every log file of a folder and those below it. */
export async function* filesOnDisk(path: string): AsyncGenerator<LogFile, void, undefined> {
  if (!(await stat(path)).isDirectory()) {
    yield { name: path, read: async () => readFile(path) };
    return;
  }
  for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) {
      yield* filesOnDisk(below);
    } else if (isLogFile(below)) {
      yield { name: below, read: async () => readFile(below) };
    }
  }
}

export async function* filesInBucket(s3: S3Client, Bucket: string, Prefix: string): AsyncGenerator<LogFile, void, undefined> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix })) {
    for (const { Key = '' } of Contents) {
      if (!isLogFile(Key)) { continue; }
      yield {
        name: `s3://${Bucket}/${Key}`,
        read: async () => Buffer.from(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray() ?? []),
      };
    }
  }
}

/** Whether the folder of the day, if there is one in its name, is one of these; both included, as 2026/11/25. */
export function isOfDays(name: string, first: string, last: string): boolean {
  const [, day] = /[/\\](\d{4}[/\\]\d\d[/\\]\d\d)[/\\][^/\\]*$/.exec(name) ?? [];
  const folder = day?.replace(/\\/g, '/');
  return folder === undefined || (folder >= first && folder <= last);
}
