import { createHash } from 'node:crypto';
import { LineTooLong, linesOf } from './lines';
import { type Listed, listedIn } from './record';
import { UsageError } from './usage';
import type { NumberedPage } from '../core/pages';
import type { Marker } from '../core/store';

const PAGE = 1000;

/** The objects of a failures file, read line by line, however many there are. */
export class OnlyFile {
  /** @throws UsageError with the number of the first line that is not one */
  public static async check(file: string): Promise<OnlyFile> {
    const hash = createHash('sha256');
    let objects = 0;
    let number = 0;
    for await (const line of readable(file)) {
      number++;
      hash.update(line).update('\n');
      if (line.trim() === '') { continue; }
      const listed = listedIn(line);
      if (typeof listed === 'string') {
        throw new UsageError(`--only ${file}, line ${number}: ${listed}. Each line is a JSON object such as {"key":"folder/name","versionId":"optional"}, as --failures writes it`);
      }
      objects++;
    }
    return new OnlyFile(file, objects, hash.digest('hex'));
  }

  private constructor(private readonly file: string, public readonly objects: number, public readonly sha256: string) {}

  /** In pages as a listing has them. A marker is the number of lines that are done. */
  public async* pages(after?: Marker): AsyncGenerator<NumberedPage, void, undefined> {
    const done = after === undefined ? 0 : Number(after.key);
    let number = 0;
    let page: Listed[] = [];
    for await (const line of readable(this.file)) {
      number++;
      if (number <= done || line.trim() === '') { continue; }
      if (page.length === PAGE) {
        yield { versions: page.map(versionOf), end: { key: `${number - 1}` } };
        page = [];
      }
      const listed = listedIn(line);
      if (typeof listed === 'string') { throw new UsageError(`--only ${this.file}, line ${number}: ${listed}. Somebody has changed the file during the run`); }
      page.push(listed);
    }
    yield { versions: page.map(versionOf), end: undefined };
  }
}

function versionOf({ key, versionId, size }: Listed): NumberedPage['versions'][number] {
  return { key, versionId, size, isLatest: versionId === undefined, etag: '', storageClass: 'STANDARD' };
}

/** What cannot be read is the caller's mistake, like a line that cannot be understood. */
async function* readable(file: string): AsyncGenerator<string, void, undefined> {
  try {
    yield* linesOf(file);
  } catch (error) {
    if (!(error instanceof LineTooLong) && (error as { code?: string }).code === undefined) { throw error; }
    throw new UsageError(`--only ${file} cannot be read (${(error as Error).message}): give the failures file of an earlier run`);
  }
}
