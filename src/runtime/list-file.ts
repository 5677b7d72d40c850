import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, type WriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvField } from './csv';
import type { Operations } from './operations';

/** A list that is written row by row to the disk of the function, and then put into the operations bucket as one object. */
export class ListFile {
  public rows = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'list-'));
  private readonly path = join(this.folder, 'rows.csv');
  private readonly file: WriteStream = createWriteStream(this.path);
  private broken?: Error;

  constructor(private readonly key: string) {
    this.file.on('error', (error) => { this.broken = error; });
  }

  public async add(fields: readonly string[]): Promise<void> {
    this.rows++;
    if (!this.file.write(`${fields.map(csvField).join(',')}\n`)) { await once(this.file, 'drain'); }
    if (this.broken !== undefined) { throw this.broken; }
  }

  /** Puts it where it belongs, unless it is empty; the disk is free again afterwards. */
  public async deliver(operations: Operations): Promise<{ address: string; objectArn: string; etag: string; rows: number } | undefined> {
    try {
      await new Promise<void>((resolve, reject) => { this.file.once('error', reject); this.file.end(resolve); });
      if (this.rows === 0) { return undefined; }
      const etag = await operations.putFile(this.key, this.path, this.file.bytesWritten);
      return { address: `s3://${operations.bucket}/${this.key}`, objectArn: `${operations.arn}/${this.key}`, etag, rows: this.rows };
    } finally {
      this.discard();
    }
  }

  public discard(): void {
    this.file.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
