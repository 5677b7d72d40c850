import { Agent as HttpAgent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface Endpoint {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port?: number;
  /** What comes before the key: empty, or `/bucket` with path-style addresses. */
  readonly base: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Requests over connections that are kept open, at most `sockets` of them. */
export class Transport {
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly request: typeof httpRequest;

  constructor(private readonly endpoint: Endpoint, sockets: number, private readonly timeoutMilliseconds: number) {
    const options = { keepAlive: true, maxSockets: sockets, scheduling: 'lifo' as const };
    const secure = endpoint.protocol === 'https:';
    this.agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
    this.request = secure ? httpsRequest : httpRequest;
  }

  /** Rejects on anything but a whole answer: a reset, a silence longer than the timeout, a body that was cut off. */
  public async send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.endpoint;
      const sent = this.request({ agent: this.agent, hostname, port, method, path, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('aborted', () => reject(networkError('ECONNRESET', 'the answer was cut off')));
        answer.on('end', () => {
          if (!answer.complete) { reject(networkError('ECONNRESET', 'the answer was cut off')); }
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      sent.setTimeout(this.timeoutMilliseconds, () => sent.destroy(networkError('ETIMEDOUT', `no answer for ${this.timeoutMilliseconds} ms`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  public close(): void { this.agent.destroy(); }
}

function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
