import { malformed } from './malformed';

const LINE_END = Buffer.from('\r\n');
const MOST_LINE_BYTES = 1024;
const MOST_TRAILERS = 100;
/** A size, and extensions, which nobody uses and which may be ignored. */
const SIZE_LINE = /^([0-9a-fA-F]{1,12})[\t ]*(?:;[\t\x20-\x7e]*)?$/;

/** A body whose length is told piece by piece. https://www.rfc-editor.org/rfc/rfc9112.html#name-chunked-transfer-coding */
export class ChunkedBody {
  public readonly parts: Buffer[] = [];
  public done = false;
  private state: 'size' | 'data' | 'data-end' | 'trailers' = 'size';
  private left = 0;
  private bytes = 0;
  private trailers = 0;

  constructor(private readonly mostBytes: number) {}

  /** @returns how many bytes were used; the others have to come again, with more behind them, or belong to nobody when it is done */
  public push(buffer: Buffer): number {
    let at = 0;
    while (!this.done) {
      if (this.state === 'data') {
        const part = buffer.subarray(at, at + this.left);
        if (part.length === 0) { return at; }
        this.parts.push(part);
        this.left -= part.length;
        at += part.length;
        if (this.left === 0) { this.state = 'data-end'; }
        continue;
      }
      const end = buffer.indexOf(LINE_END, at);
      if ((end < 0 ? buffer.length : end) - at > MOST_LINE_BYTES) { throw malformed(`a line between its chunks has more than ${MOST_LINE_BYTES} bytes`); }
      if (end < 0) { return at; }
      this.readLine(buffer.toString('latin1', at, end));
      at = end + LINE_END.length;
    }
    return at;
  }

  private readLine(line: string): void {
    if (this.state === 'size') {
      const digits = SIZE_LINE.exec(line)?.[1];
      if (digits === undefined) { throw malformed(`"${line.slice(0, 40)}" is not the size of a chunk`); }
      this.left = parseInt(digits, 16);
      this.bytes += this.left;
      if (this.bytes > this.mostBytes) { throw malformed(`its body has more than ${this.mostBytes} bytes`); }
      this.state = this.left === 0 ? 'trailers' : 'data';
    } else if (this.state === 'data-end') {
      if (line !== '') { throw malformed('a chunk is longer than it says'); }
      this.state = 'size';
    } else if (line === '') {
      this.done = true;
    } else if (++this.trailers > MOST_TRAILERS) {
      throw malformed(`it has more than ${MOST_TRAILERS} trailers`);
    }
  }
}
