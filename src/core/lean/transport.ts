import type { Answer } from './answer-parser';
import { Connection, Dialer, type Exchange, type Owner } from './connection';
import { StoreError } from '../store-error';

export interface Endpoint {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port?: number;
  /** What comes before the key: empty, or `/bucket` with path-style addresses. */
  readonly base: string;
}

/**
 * Requests over connections that are kept open, at most so many of them. On plain sockets: the client of Node costs three
 * times the processor time, which is what bounds a run. The environment is not looked at, so no proxy is used.
 */
export class Transport implements Owner {
  private readonly dialer: Dialer;
  private readonly connections = new Set<Connection>();
  /** The last one used is at the end, and is taken first: the others may grow old and be closed. */
  private readonly idle: Connection[] = [];
  private readonly waiting: Exchange[] = [];
  private closed = false;

  constructor({ protocol, hostname, port }: Endpoint, private readonly sockets: number, private readonly timeoutMilliseconds: number) {
    const secure = protocol === 'https:';
    this.dialer = new Dialer(hostname.replace(/^\[|\]$/g, ''), port ?? (secure ? 443 : 80), secure);
  }

  /**
   * @param text head and body of the request, one character for each byte
   * @throws StoreError on anything but a whole answer: a reset, a silence longer than the timeout, a body that was cut off
   */
  public async send(text: string, { bodiless, repeatable }: Pick<Exchange, 'bodiless' | 'repeatable'>): Promise<Answer> {
    return new Promise((resolve, reject) => this.begin({ text, bodiless, repeatable, resolve, reject }));
  }

  public close(): void {
    this.closed = true;
    const error = new StoreError('Closed', 'the connections were closed', 'refused');
    for (const exchange of this.waiting.splice(0)) { exchange.reject(error); }
    for (const connection of [...this.connections]) { connection.close(error); }
  }

  public free(connection: Connection): void {
    const next = this.waiting.shift();
    if (next !== undefined) { connection.take(next); return; }
    connection.rest();
    this.idle.push(connection);
  }

  public gone(connection: Connection, unanswered?: Exchange): void {
    this.connections.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at >= 0) { this.idle.splice(at, 1); }
    // On a new connection, not on one that may be as old.
    const next = unanswered ?? this.waiting.shift();
    if (next !== undefined) { this.open(next); }
  }

  private begin(exchange: Exchange): void {
    const connection = this.idle.pop();
    if (connection !== undefined) { connection.take(exchange); return; }
    if (this.connections.size < this.sockets) { this.open(exchange); } else { this.waiting.push(exchange); }
  }

  private open(exchange: Exchange): void {
    if (this.closed) { exchange.reject(new StoreError('Closed', 'the connections were closed', 'refused')); return; }
    const connection = new Connection(this.dialer.dial(), this, this.timeoutMilliseconds);
    this.connections.add(connection);
    connection.take(exchange);
  }
}
