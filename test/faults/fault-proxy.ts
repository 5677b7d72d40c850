import { Agent, createServer, type IncomingMessage, request as send, type Server, type ServerResponse } from 'http';
import type { AddressInfo, Socket } from 'net';
import { type Fault, Faults, nameOf, type Rule } from './faults';
import { type Asked, asked } from './operations';

export interface FaultProxyOptions {
  /** Where S3 is, `http://127.0.0.1:1234`. */
  readonly upstream: string;
  /** Every run with the same seed meets the same requests with the same faults. */
  readonly seed: number;
  readonly rules?: readonly Rule[];
  /** Awaited before a request goes on, to change the world between two requests of the client. */
  readonly onRequest?: (request: Asked) => Promise<void> | void;
  /** Awaited when S3 has answered and the client does not know it yet. */
  readonly onAnswer?: (request: Asked, status: number) => Promise<void> | void;
}

/** What the proxy did. */
export interface ProxyCounts {
  readonly requests: number;
  readonly operations: Readonly<Record<string, number>>;
  /** By kind and time: `internal-error after`. */
  readonly faults: Readonly<Record<string, number>>;
}

/** A proxy between a client and any endpoint of S3 that breaks what it is told to break and changes nothing else. */
export interface FaultProxy {
  readonly endpoint: string;
  readonly counts: ProxyCounts;
  close(): Promise<void>;
}

interface Answer { readonly head: IncomingMessage; readonly body: Buffer }

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const counts = { requests: 0, operations: {} as Record<string, number>, faults: {} as Record<string, number> };
  const faults = new Faults(options.seed, options.rules ?? []);
  const upstream = new URL(options.upstream);
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const about = asked(++counts.requests, request.method ?? '', request.url ?? '', request.headers);
    counts.operations[about.operation] = (counts.operations[about.operation] ?? 0) + 1;
    const fault = faults.of(about);
    const body = await whole(request);
    await options.onRequest?.(about);
    const count = (): void => { if (fault !== undefined) { counts.faults[nameOf(fault)] = (counts.faults[nameOf(fault)] ?? 0) + 1; } };
    if (fault !== undefined && breakBefore(fault, response)) { count(); return; }
    const got = await forward(upstream, agent, request, body);
    await options.onAnswer?.(about, got.head.statusCode ?? 0);
    if (fault !== undefined && await breakAfter(fault, got, response)) { count(); return; }
    pass(got, response);
  };

  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) { socket.destroy(); }
      agent.destroy();
      await closed;
    },
  };
}

async function whole(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) { chunks.push(chunk as Buffer); }
  return Buffer.concat(chunks);
}

/** The headers as they came, in their order and writing: the signature is about them. */
async function forward(upstream: URL, agent: Agent, request: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = send({
      agent,
      host: upstream.hostname,
      port: upstream.port,
      method: request.method,
      path: request.url,
      setHost: false,
      headers: framed(request.rawHeaders, body),
    }, (head) => { whole(head).then((bytes) => resolve({ head, body: bytes }), reject); });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The body is here as a whole, so its length replaces chunks of transfer, and nobody need be asked to continue. */
function framed(rawHeaders: readonly string[], body: Buffer): string[] {
  const kept = pairs(rawHeaders).filter(([name]) => !/^(transfer-encoding|expect)$/i.test(name));
  const chunked = kept.length < rawHeaders.length / 2 && !kept.some(([name]) => /^content-length$/i.test(name));
  return [...kept, ...(chunked ? [['Content-Length', `${body.length}`] as const] : [])].flat();
}

function pairs(rawHeaders: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [rawHeaders[2 * index], rawHeaders[2 * index + 1]] as const);
}

function pass({ head, body }: Answer, response: ServerResponse): void {
  writeHead(head, response);
  response.end(body);
}

function writeHead(head: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false; // if S3 has sent one, it is among the headers
  response.writeHead(head.statusCode ?? 500, head.statusMessage, pairs(head.rawHeaders).flat());
}

/** Breaks a request that S3 is never to see; tells whether it did. */
function breakBefore(fault: Fault, response: ServerResponse): boolean {
  if (fault.kind === 'slow-down') { fail(response, 503, 'SlowDown', 'Please reduce your request rate.'); return true; }
  return 'when' in fault && fault.when === 'before' && breakNow(fault, response);
}

/** Breaks the answer to a request that S3 has done; tells whether it did. */
async function breakAfter(fault: Fault, answer: Answer, response: ServerResponse): Promise<boolean> {
  const half = answer.body.subarray(0, answer.body.length / 2);
  switch (fault.kind) {
    case 'latency':
      await new Promise((resolve) => { setTimeout(resolve, fault.milliseconds); });
      pass(answer, response);
      return true;
    case 'reset-in-answer':
      if (half.length === 0) {
        response.socket?.write('HTTP/1.1 200 O', () => response.socket?.resetAndDestroy());
      } else {
        writeHead(answer.head, response);
        response.write(half, () => response.socket?.resetAndDestroy());
      }
      return true;
    case 'truncated':
      if (half.length === 0) { return false; }
      response.strictContentLength = false;
      writeHead(answer.head, response);
      response.write(half, () => response.socket?.end());
      return true;
    default:
      return 'when' in fault && breakNow(fault, response);
  }
}

function breakNow(fault: Fault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case 'internal-error': fail(response, 500, 'InternalError', 'We encountered an internal error. Please try again.'); return true;
    case 'error-in-200': fail(response, 200, 'InternalError', 'We encountered an internal error. Please try again.'); return true;
    case 'reset': response.socket?.resetAndDestroy(); return true;
    case 'silence': return true;
    default: return false;
  }
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>PROXY</RequestId></Error>`;
  response.writeHead(status, { 'Content-Type': 'application/xml', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
