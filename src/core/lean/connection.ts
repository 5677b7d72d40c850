import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure, createSecureContext, type SecureContext } from 'node:tls';
import { types } from 'node:util';
import { type Answer, AnswerParser } from './answer-parser';
import { storeErrorFrom } from '../sdk-errors';
import { StoreError } from '../store-error';

/** A request that waits for its answer. */
export interface Exchange {
  /** Head and body as they are sent, one character for each byte. */
  readonly text: string;
  /** It is HEAD: no body comes, whatever the headers say. */
  readonly bodiless: boolean;
  /** Sending it twice is the same as sending it once. */
  readonly repeatable: boolean;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Who has opened the connection, and is told what becomes of it. */
export interface Owner {
  /** Its answer has come, and the next request may be sent. */
  free(connection: Connection): void;
  /** It is closed. `unanswered` is a request that it may not even have carried to the other side. */
  gone(connection: Connection, unanswered?: Exchange): void;
}

/** One connection, which carries one request at a time. */
export class Connection {
  private exchange?: Exchange;
  private parser?: AnswerParser;
  private answers = 0;
  private closed = false;

  constructor(private readonly socket: Socket, private readonly owner: Owner, timeoutMilliseconds: number) {
    socket.setNoDelay(true);
    // Of silence, not of the whole: while S3 copies 5 GB it sends blanks. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    socket.setTimeout(timeoutMilliseconds, () => this.lose(new StoreError('ETIMEDOUT', `the endpoint was silent for ${timeoutMilliseconds} ms`, 'retryable'), false));
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('end', () => this.finish());
    socket.on('error', (error) => this.lose(error));
    socket.on('close', () => this.lose());
  }

  public take(exchange: Exchange): void {
    this.exchange = exchange;
    this.parser = new AnswerParser(exchange.bodiless);
    this.socket.ref();
    this.socket.write(exchange.text, 'latin1');
  }

  /** Nothing to do: it does not keep the process from ending. */
  public rest(): void { this.socket.unref(); }

  public close(error: StoreError): void { this.lose(error, false); }

  private read(chunk: Buffer): void {
    if (this.parser === undefined) { this.lose(); return; } // the other side says goodbye, or what nobody asked for
    try {
      const answer = this.parser.push(chunk);
      if (answer !== undefined) { this.answer(answer, this.parser.reusable); }
    } catch (error) {
      this.lose(error);
    }
  }

  private finish(): void {
    const answer = this.parser?.end();
    if (answer === undefined) { this.lose(); } else { this.answer(answer, false); }
  }

  private answer(answer: Answer, reusable: boolean): void {
    const exchange = this.exchange;
    this.exchange = undefined;
    this.parser = undefined;
    this.answers++;
    if (reusable) { this.owner.free(this); } else { this.lose(); }
    exchange?.resolve(answer);
  }

  /**
   * @param mayBeStale servers close what has been idle for long, and a request can meet that on its way. Had a byte of the
   * answer come, or was the connection new, then it was something else.
   */
  private lose(error: unknown = new StoreError('ECONNRESET', 'the connection was closed before the answer was whole', 'retryable'), mayBeStale = true): void {
    if (this.closed) { return; }
    this.closed = true;
    const { exchange, parser } = this;
    this.exchange = undefined;
    this.parser = undefined;
    this.socket.destroy();
    const stale = mayBeStale && exchange?.repeatable === true && this.answers > 0 && parser?.started !== true;
    this.owner.gone(this, stale ? exchange : undefined);
    if (!stale) { exchange?.reject(networkErrorFrom(error)); }
  }
}

/** Opens sockets to one host. */
export class Dialer {
  private context?: SecureContext;

  constructor(private readonly host: string, private readonly port: number, private readonly secure: boolean) {}

  public dial(): Socket {
    const { host, port } = this;
    if (!this.secure) { return connectPlain({ host, port, noDelay: true }); }
    // The defaults of Node: certificates are verified, against its own authorities and those of NODE_EXTRA_CA_CERTS.
    this.context ??= createSecureContext();
    // No sessions are resumed: Node does not look at the name in the certificate again then, and connections are kept anyway.
    return connectSecure({ host, port, servername: isIP(host) === 0 ? host : undefined, secureContext: this.context, ALPNProtocols: ['http/1.1'] });
  }
}

/** What the network says by a code of its own may pass; a certificate that does not fit will not. */
function networkErrorFrom(error: unknown): unknown {
  const known = storeErrorFrom(error);
  if (known instanceof StoreError || !types.isNativeError(known)) { return known; }
  const { code = known.name, message } = known as NodeJS.ErrnoException;
  return new StoreError(code, message, 'fatal', { cause: known });
}
