import { ChunkedBody } from './chunked-body';
import { malformed } from './malformed';

export interface Answer {
  readonly status: number;
  /** Lower-case names; what came more than once is joined by commas. A byte above 127 is one character. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What S3 sends is a tenth of it: 2 KB of metadata, 8 KB of headers. */
const MOST_HEAD_BYTES = 64 * 1024;
/** A page of a thousand keys of the longest kind, every byte encoded as three, is a tenth of it. */
const MOST_BODY_BYTES = 64 * 1024 ** 2;

const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: |$)/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for: no header may have one
const CONTROL = /[\0-\x08\n-\x1f\x7f]/;

type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; left: number; readonly parts: Buffer[] }
  | { readonly kind: 'chunked'; readonly chunks: ChunkedBody }
  | { readonly kind: 'until-close'; bytes: number; readonly parts: Buffer[] };

/**
 * Reads one answer of HTTP/1.1, in whatever pieces it comes. What could be read in two ways is refused, not guessed: a
 * wrong guess would give one object the answer of another. RFC 9112, https://www.rfc-editor.org/rfc/rfc9112.html
 */
export class AnswerParser {
  /** A byte of the answer has come. */
  public started = false;
  /** The connection may carry another request after this answer. */
  public reusable = false;
  private headBytes = 0;
  private rest: Buffer = EMPTY;
  private status = 0;
  private headers: Record<string, string> = {};
  private body?: Body;

  /** @param bodiless it answers HEAD, whose headers tell the length of a body that does not come */
  constructor(private readonly bodiless: boolean) {}

  /**
   * @returns the answer, when it is whole
   * @throws StoreError `MalformedAnswer`
   */
  public push(chunk: Buffer): Answer | undefined {
    this.started = true;
    let buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = EMPTY;
    while (this.body === undefined) {
      const end = buffer.indexOf(HEAD_END);
      if (this.headBytes + (end < 0 ? buffer.length : end) > MOST_HEAD_BYTES) { throw malformed(`its headers have more than ${MOST_HEAD_BYTES} bytes`); }
      if (end < 0) { this.rest = buffer; return undefined; }
      this.headBytes += end;
      this.readHead(buffer.toString('latin1', 0, end));
      buffer = buffer.subarray(end + HEAD_END.length);
    }
    return this.readBody(this.body, buffer);
  }

  /** The other side has closed the connection in good order: the end of an answer that has no other. */
  public end(): Answer | undefined {
    return this.body?.kind === 'until-close' ? this.whole(this.body.parts) : undefined;
  }

  private readHead(text: string): void {
    const lines = text.split('\r\n');
    const [, minor, code] = STATUS_LINE.exec(lines[0]) ?? [];
    if (code === undefined || CONTROL.test(lines[0])) { throw malformed('its first line is not the status of HTTP/1.1'); }
    const status = Number(code);
    const headers = headersFrom(lines);
    if (status === 101) { throw malformed('it changes to a protocol that nobody asked for'); }
    if (status < 200) { return; } // 100 Continue and the like: the answer is still to come
    this.status = status;
    this.headers = headers;
    this.body = this.bodyOf(status, headers);
    const connection = headers.connection?.toLowerCase().split(',').map((option) => option.trim()) ?? [];
    this.reusable = this.body.kind !== 'until-close' && (minor === '1' ? !connection.includes('close') : connection.includes('keep-alive'));
  }

  private bodyOf(status: number, headers: Record<string, string>): Body {
    const { 'transfer-encoding': encoding, 'content-length': length } = headers;
    if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) { throw malformed(`its Content-Length is "${length}"`); }
    if (this.bodiless || status === 204 || status === 304) { return { kind: 'none' }; }
    if (encoding !== undefined) {
      if (encoding.toLowerCase() !== 'chunked') { throw malformed(`its Transfer-Encoding is "${encoding}", and only chunked was to be expected`); }
      if (length !== undefined) { throw malformed('it has both a Content-Length and a Transfer-Encoding'); }
      return { kind: 'chunked', chunks: new ChunkedBody(MOST_BODY_BYTES) };
    }
    if (length === undefined) { return { kind: 'until-close', bytes: 0, parts: [] }; }
    if (Number(length) > MOST_BODY_BYTES) { throw malformed(`its body has ${length} bytes, and none that is expected here has more than ${MOST_BODY_BYTES}`); }
    return { kind: 'length', left: Number(length), parts: [] };
  }

  private readBody(body: Body, buffer: Buffer): Answer | undefined {
    switch (body.kind) {
      case 'none': return this.whole([], buffer.length);
      case 'length': {
        const mine = buffer.length > body.left ? buffer.subarray(0, body.left) : buffer;
        body.left -= mine.length;
        if (mine.length > 0) { body.parts.push(mine); }
        return body.left > 0 ? undefined : this.whole(body.parts, buffer.length - mine.length);
      }
      case 'chunked': {
        const used = body.chunks.push(buffer);
        if (body.chunks.done) { return this.whole(body.chunks.parts, buffer.length - used); }
        this.rest = buffer.subarray(used);
        return undefined;
      }
      case 'until-close': {
        body.bytes += buffer.length;
        if (body.bytes > MOST_BODY_BYTES) { throw malformed(`its body has more than ${MOST_BODY_BYTES} bytes`); }
        body.parts.push(buffer);
        return undefined;
      }
    }
  }

  /** @param more bytes that came behind the answer: nobody asked for them, so what comes next cannot be trusted either */
  private whole(parts: readonly Buffer[], more = 0): Answer {
    if (more > 0) { this.reusable = false; }
    const { status, headers } = this;
    const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    return { status, headers, body: bytes.length === 0 ? '' : bytes.toString('utf8') };
  }
}

function headersFrom(lines: readonly string[]): Record<string, string> {
  const headers = Object.create(null) as Record<string, string>; // a header may be called "constructor"
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i];
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    // Neither a blank before the colon nor a line that continues the last one is let through.
    if (!TOKEN.test(name) || CONTROL.test(line)) { throw malformed(`"${line.slice(0, 40)}" is not a header`); }
    const value = withoutBlanks(line, colon + 1);
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/** `trim()` would take away characters that are bytes of UTF-8 here. */
function withoutBlanks(line: string, from: number): string {
  let first = from;
  let end = line.length;
  while (first < end && isBlank(line.charCodeAt(first))) { first++; }
  while (end > first && isBlank(line.charCodeAt(end - 1))) { end--; }
  return line.slice(first, end);
}

function isBlank(code: number): boolean { return code === 0x20 || code === 0x09; }
