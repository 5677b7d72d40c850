import { createServer, type Server, type Socket } from 'net';

/** A request, whole. */
export interface Request {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: string | Buffer;
  /** What the header says of a body that is not sent, to HEAD. */
  readonly length?: number;
}

export type Handler = (request: Request) => Response;

const EMPTY = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');
const REASONS: Record<number, string> = {
  200: 'OK',
  204: 'No Content',
  206: 'Partial Content',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  416: 'Range Not Satisfiable',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/**
 * HTTP/1.1 on plain sockets. Node's own server costs several times the processor time of what is asked of it here, and
 * on a machine of two cores that time would be missing to the tools that are measured.
 */
export function serve(handler: Handler): Server {
  return createServer({ noDelay: true }, (socket) => {
    let rest: Buffer = EMPTY;
    let continued = false;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const parsed = parse(buffer);
        if (parsed === undefined) { break; }
        if (parsed === 'bad') { socket.destroy(); return; }
        if (parsed.end === undefined) {
          if (!continued && parsed.head.headers.expect === '100-continue') {
            continued = true;
            socket.write('HTTP/1.1 100 Continue\r\n\r\n');
          }
          break;
        }
        continued = false;
        buffer = buffer.subarray(parsed.end);
        answer(socket, handler, parsed.head, parsed.body);
      }
      rest = buffer;
    });
  });
}

type Head = Omit<Request, 'body'>;
type Parsed = { readonly head: Head; readonly end: undefined } | { readonly head: Head; readonly end: number; readonly body: Buffer };

function parse(buffer: Buffer): Parsed | 'bad' | undefined {
  const headEnd = buffer.indexOf(HEAD_END);
  if (headEnd < 0) { return undefined; }
  const lines = buffer.toString('latin1', 0, headEnd).split('\r\n');
  const [method, target] = lines[0].split(' ');
  if (target === undefined) { return 'bad'; }
  const headers: Record<string, string> = {};
  for (let i = 1; i < lines.length; i += 1) {
    const line = lines[i];
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const mark = target.indexOf('?');
  const head = { method, path: mark < 0 ? target : target.slice(0, mark), query: queryOf(mark < 0 ? '' : target.slice(mark + 1)), headers };
  const start = headEnd + 4;
  if (headers['transfer-encoding'] === 'chunked') {
    const chunks = chunksOf(buffer, start);
    return chunks === undefined ? { head, end: undefined } : { head, end: chunks.end, body: payload(headers, chunks.body) };
  }
  const length = Number(headers['content-length'] ?? 0);
  if (buffer.length < start + length) { return { head, end: undefined }; }
  return { head, end: start + length, body: length === 0 ? EMPTY : payload(headers, buffer.subarray(start, start + length)) };
}

const NO_QUERY: ReadonlyMap<string, string> = new Map();

function queryOf(text: string): ReadonlyMap<string, string> {
  if (text === '') { return NO_QUERY; }
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    if (equals < 0) { query.set(pair, ''); } else { query.set(pair.slice(0, equals), decode(pair.slice(equals + 1))); }
  }
  return query;
}

export function decode(text: string): string {
  return text.includes('%') || text.includes('+') ? decodeURIComponent(text.replace(/\+/g, ' ')) : text;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html: chunks within the body, whatever the transfer is. */
function payload(headers: Readonly<Record<string, string>>, body: Buffer): Buffer {
  if (!headers['x-amz-content-sha256']?.startsWith('STREAMING-')) { return body; }
  return chunksOf(body, 0)?.body ?? EMPTY;
}

function chunksOf(buffer: Buffer, start: number): { readonly body: Buffer; readonly end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = buffer.indexOf('\r\n', at);
    if (lineEnd < 0) { return undefined; }
    const size = parseInt(buffer.toString('latin1', at, lineEnd), 16);
    if (size === 0) {
      // Trailers, if any, end with an empty line.
      const end = buffer.indexOf(HEAD_END, lineEnd);
      return end < 0 ? undefined : { body: Buffer.concat(parts), end: end + 4 };
    }
    const end = lineEnd + 2 + size;
    if (buffer.length < end + 2) { return undefined; }
    parts.push(buffer.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}

function answer(socket: Socket, handler: Handler, head: Head, body: Buffer): void {
  let response: Response;
  try {
    response = handler({ ...head, body });
  } catch (error) {
    response = { status: 500, body: String(error instanceof Error ? error.stack : error) };
  }
  const sent = response.body ?? '';
  const length = response.length ?? (typeof sent === 'string' ? Buffer.byteLength(sent) : sent.length);
  let text = `HTTP/1.1 ${response.status} ${REASONS[response.status] ?? 'Unknown'}\r\ndate: ${now()}\r\nserver: memory-s3\r\nx-amz-request-id: MEMORY\r\n`;
  for (const name in response.headers) {
    const value = response.headers[name];
    if (value !== undefined) { text += `${name}: ${value}\r\n`; }
  }
  // RFC 9110, 8.6: neither 204 nor 304 has a body to tell the length of.
  text += response.status === 204 || response.status === 304 ? '\r\n' : `content-length: ${length}\r\n\r\n`;
  if (head.method === 'HEAD' || length === 0) { socket.write(text, 'latin1'); return; }
  if (typeof sent === 'string') { socket.write(text + sent, 'utf8'); return; }
  socket.cork();
  socket.write(text, 'latin1');
  socket.write(sent);
  socket.uncork();
}

let second = 0;
let date = '';

function now(): string {
  const current = Math.floor(Date.now() / 1000);
  if (current !== second) {
    second = current;
    date = new Date(current * 1000).toUTCString();
  }
  return date;
}
