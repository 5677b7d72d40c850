import type { Answer } from './answer-parser';
import { elementOf, errorFrom } from './answers';
import { retrying, type RetryOptions } from './retrying';
import { type Credentials, EMPTY_HASH, type Header, type Moment, Signer } from './signature';
import { type Endpoint, Transport } from './transport';
import type { Clock } from '../clock';
import { storeErrorFrom } from '../sdk-errors';
import { StoreError } from '../store-error';

export interface LeanClientOptions {
  readonly endpoint: Endpoint;
  readonly region: string;
  /** Asked once a second: who gives them has to know when they expire, as the SDK does. */
  readonly credentials: () => Promise<Credentials>;
  readonly clock: Clock;
  readonly sockets: number;
  readonly timeoutMilliseconds: number;
  readonly retry: RetryOptions;
}

/** A body that is sent many times. */
export interface Body { readonly bytes: Buffer; readonly hash: string }

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** Encoded, behind the base of the endpoint. */
  readonly path: string;
  /** Encoded, in the order of the names: as it is sent, and as it is signed if that differs. */
  readonly search: string;
  readonly canonicalSearch?: string;
  /** All that are signed, in order. The attempt tells the time and the token. */
  readonly headers: (host: string, moment: Moment) => readonly Header[];
  readonly body?: Body;
  /** Sending it twice is the same as sending it once. */
  readonly repeatable: boolean;
  /** An element without which an answer of 200 is none. */
  readonly result?: string;
}

/** S3 refuses a signature that is a quarter of an hour off; long before that, the clock is what is wrong. */
const MOST_SKEW = 5 * 60_000;

/** Signs requests, sends them, and tries again what may work later. */
export class LeanClient {
  private readonly transport: Transport;
  private readonly signer: Signer;
  private readonly host: string;
  private known?: { readonly second: number; readonly credentials: Credentials };
  /** What the clock of S3 is ahead of ours. */
  private skew = 0;

  constructor(private readonly options: LeanClientOptions) {
    const { endpoint } = options;
    this.transport = new Transport(endpoint, options.sockets, options.timeoutMilliseconds);
    this.signer = new Signer(options.region);
    this.host = endpoint.port === undefined ? endpoint.hostname : `${endpoint.hostname}:${endpoint.port}`;
  }

  /** @throws StoreError whatever the attempts came to */
  public async ask(request: Request): Promise<Answer> {
    return retrying(this.options.retry, async () => {
      const answer = await this.send(request);
      // S3 may begin a copy with 200 and end it with an error.
      if (answer.status >= 200 && answer.status < 300 && !answer.body.includes('<Error>')) {
        if (request.result !== undefined && elementOf(answer.body, request.result) === undefined) {
          throw new StoreError('InternalError', `the request ended without its result, ${request.result}`, 'retryable');
        }
        return answer;
      }
      const error = errorFrom(answer);
      // To HEAD it is a bare 403.
      if ((error.code === 'RequestTimeTooSkewed' || answer.status === 403 && answer.body === '') && this.learnTime(answer)) {
        throw new StoreError('RequestTimeTooSkewed', 'the clock here and that of S3 differ', 'retryable', { status: answer.status });
      }
      throw error;
    });
  }

  public close(): void { this.transport.close(); }

  private async send({ method, path, search, canonicalSearch, headers, body, repeatable }: Request): Promise<Answer> {
    const now = this.options.clock.now().getTime() + this.skew;
    const moment = this.signer.at(now, await this.credentials(now));
    const whole = `${this.options.endpoint.base}${path}`;
    const lines = this.signer.sign(
      { method, path: whole, query: canonicalSearch ?? search, headers: headers(this.host, moment), bodyHash: body?.hash ?? EMPTY_HASH }, moment,
    );
    const length = method === 'PUT' ? `content-length: ${body?.bytes.length ?? 0}\r\n` : '';
    const text = `${method} ${whole}${search === '' ? '' : `?${search}`} HTTP/1.1\r\nuser-agent: cdk-s3-encryption\r\n${lines}${length}\r\n${body?.bytes.toString('latin1') ?? ''}`;
    return this.transport.send(text, { bodiless: method === 'HEAD', repeatable });
  }

  private async credentials(now: number): Promise<Credentials> {
    const second = Math.floor(now / 1000);
    if (this.known?.second !== second) {
      try {
        this.known = { second, credentials: await this.options.credentials() };
      } catch (error) {
        throw storeErrorFrom(error);
      }
    }
    return this.known.credentials;
  }

  /** Whether there was something to learn: the date of an answer is far from the one that was signed. */
  private learnTime({ headers }: Answer): boolean {
    const theirs = Date.parse(headers.date ?? '');
    const ours = this.options.clock.now().getTime();
    if (Number.isNaN(theirs) || Math.abs(theirs - ours - this.skew) < MOST_SKEW) { return false; }
    this.skew = theirs - ours;
    return true;
  }
}
