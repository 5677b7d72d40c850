import { type FileHandle, mkdir, open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listedIn, recordOf } from './record';
import { Refusal } from './usage';
import type { Checkpoint, Ledger } from '../core/checkpoint';
import type { Outcome } from '../core/outcome';

/** What is in the checkpoint file: how far the run is, and how much of the failures file belongs to it. */
interface Stored extends Checkpoint { readonly failureBytes: number }

/** A commit did not reach the disk. What it was about is done again by the next run. */
export class LedgerError extends Error {
  public readonly name = 'LedgerError';
}

/**
 * Two files that change as one. The failures are written first; they count when the checkpoint that is renamed into its
 * place says how long they are, and what is longer is cut off by the next run.
 */
export class FileLedger implements Ledger {
  private failureBytes = 0;
  /** The failures file may hold those of an earlier run. */
  private fresh = true;

  constructor(private readonly checkpointFile: string, private readonly failuresFile: string, private readonly fingerprint: string) {}

  /** @throws Refusal when there is a checkpoint that this run does not understand: it is never started over in silence */
  public async load(): Promise<Checkpoint | undefined> {
    const text = await readFile(this.checkpointFile, 'utf8').catch(unlessMissing);
    if (text === undefined || this.understand(text).done) {
      await this.refuseForeignFailures(text !== undefined);
      return undefined;
    }
    const { failureBytes, ...checkpoint } = this.understand(text);
    const size = (await stat(this.failuresFile).catch(unlessMissing))?.size ?? 0;
    if (size < failureBytes) {
      throw new Refusal(`the checkpoint ${this.checkpointFile} counts on ${failureBytes} bytes in ${this.failuresFile}, which has ${size}: failed objects would be forgotten. `
        + 'Put the file back, or delete the checkpoint to start over');
    }
    if (size > failureBytes) { await truncate(this.failuresFile, failureBytes); }
    this.failureBytes = failureBytes;
    this.fresh = false;
    return checkpoint;
  }

  public async commit(checkpoint: Checkpoint, records: readonly Outcome[]): Promise<void> {
    try {
      await mkdir(dirname(this.checkpointFile), { recursive: true });
      if (this.fresh) { await rm(this.failuresFile, { force: true }); }
      this.fresh = false;
      const lines = Buffer.from(records.flatMap((outcome) => recordOf(outcome) ?? []).map((record) => `${JSON.stringify(record)}\n`).join(''));
      if (lines.length > 0) { await this.append(lines); }
      const failureBytes = this.failureBytes + lines.length;
      await replace(this.checkpointFile, JSON.stringify({ ...checkpoint, failureBytes } satisfies Stored));
      this.failureBytes = failureBytes;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code === undefined) { throw error; }
      throw new LedgerError(`the checkpoint ${this.checkpointFile} cannot be written: ${message}`, { cause: error });
    }
  }

  /** At a place, not at the end: what a failed attempt left there is overwritten. */
  private async append(lines: Buffer): Promise<void> {
    await mkdir(dirname(this.failuresFile), { recursive: true });
    await written(this.failuresFile, this.failureBytes === 0 ? 'w' : 'r+', async (file) => {
      let done = 0;
      while (done < lines.length) { done += (await file.write(lines, done, lines.length - done, this.failureBytes + done)).bytesWritten; }
    });
  }

  private understand(text: string): Stored {
    const remedy = 'Give another --checkpoint, or delete it to start over';
    let stored: Partial<Stored>;
    try {
      stored = JSON.parse(text) as Partial<Stored>;
    } catch (error) {
      throw new Refusal(`${this.checkpointFile} is not a checkpoint: ${(error as Error).message}. ${remedy}`);
    }
    if (stored?.format !== 1) { throw new Refusal(`${this.checkpointFile} has the format ${JSON.stringify(stored?.format)}, and this version reads 1. ${remedy}`); }
    if (typeof stored.failureBytes !== 'number' || typeof stored.totals !== 'object' || typeof stored.fingerprint !== 'string') {
      throw new Refusal(`${this.checkpointFile} is a checkpoint that somebody has changed: parts of it are missing. ${remedy}`);
    }
    if (stored.fingerprint !== this.fingerprint && stored.done !== true) {
      throw new Refusal(`${this.checkpointFile} belongs to an unfinished run of something else (${stored.fingerprint}), and this is ${this.fingerprint}. ${remedy}`);
    }
    return stored as Stored;
  }

  /** The file is about to be replaced, so it has to be one of ours. */
  private async refuseForeignFailures(checkpointed: boolean): Promise<void> {
    if (checkpointed) { return; }
    const text = await firstLine(this.failuresFile);
    if (text !== undefined && text !== '' && typeof listedIn(text) === 'string') {
      throw new Refusal(`${this.failuresFile} is not a list of failed objects, and would be overwritten: give another --failures`);
    }
  }
}

/** A crash leaves the old file or the new one. */
async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  await written(temporary, 'w', (handle) => handle.writeFile(text));
  await rename(temporary, file);
}

async function written(file: string, flags: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(file, flags);
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function firstLine(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(unlessMissing);
  if (handle === undefined) { return undefined; }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
    return buffer.subarray(0, bytesRead).toString('utf8').split('\n')[0];
  } finally {
    await handle.close();
  }
}

function unlessMissing(error: { code?: string }): undefined {
  if (error.code === 'ENOENT') { return undefined; }
  throw error;
}
