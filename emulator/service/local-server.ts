import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a local service sees it: read whole. */
export interface ServiceRequest {
  readonly method: string;
  /** Without the query, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  header(name: string): string | undefined;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export type ServiceHandler = (request: ServiceRequest) => Promise<ServiceResponse>;

/** An HTTP server on a free port of the loopback interface, with one handler for all requests. */
export class LocalServer {
  public static async start(handler: ServiceHandler): Promise<LocalServer> {
    const server = createServer((incoming, reply) => {
      answer(incoming, handler).then(({ status, headers, body }) => {
        reply.writeHead(status, { 'Content-Length': Buffer.byteLength(body ?? ''), ...headers }).end(body ?? '');
      }, (error: Error) => {
        // A defect of the service itself: a client must not take it for an answer of AWS.
        reply.writeHead(500, { 'Content-Type': 'application/json' }).end(JSON.stringify({ __type: 'InternalFailure', message: error.stack ?? error.message }));
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new LocalServer(server);
  }

  private constructor(private readonly server: Server) {}

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

async function answer(incoming: IncomingMessage, handler: ServiceHandler): Promise<ServiceResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [path, query = ''] = (incoming.url ?? '/').split('?', 2);
  return handler({
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    header: (name) => {
      const value = incoming.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: Buffer.concat(chunks),
  });
}
