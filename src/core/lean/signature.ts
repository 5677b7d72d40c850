import { createHmac, hash } from 'node:crypto';
import { StoreError } from '../store-error';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Lower-case names, in the order of their characters; without a value a header is left out. */
export type Header = readonly [name: string, value: string | undefined];

export interface Unsigned {
  readonly method: string;
  /** Encoded, as it is sent. */
  readonly path: string;
  /** Encoded, as it is signed: in the order of the names, and with `=` behind a name without a value. */
  readonly query: string;
  /** All that are signed, `x-amz-date` and `x-amz-security-token` too. */
  readonly headers: readonly Header[];
  readonly bodyHash: string;
}

/** What signatures of the same second, and with the same credentials, have in common. */
export interface Moment {
  /** For `x-amz-date`. */
  readonly stamp: string;
  readonly scope: string;
  readonly key: Buffer;
  readonly credentials: Credentials;
}

export const EMPTY_HASH = sha256('');

/** A blank within, never two, and none at the ends: the value is signed as it is sent. */
const PLAIN = /^(?:[\x21-\x7e]+(?: [\x21-\x7e]+)*)?$/;
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Signature Version 4. The key of a day is derived once, not for every request.
 *
 * S3 signs the path as it is sent; for any other service the caller encodes it once more.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class Signer {
  private moment?: Moment;
  private second = NaN;
  private derived?: { readonly of: string; readonly key: Buffer };

  constructor(private readonly region: string, private readonly service = 's3') {}

  /** @param now milliseconds since 1970 */
  public at(now: number, credentials: Credentials): Moment {
    const second = Math.floor(now / 1000);
    if (this.moment === undefined || this.second !== second || this.moment.credentials !== credentials) {
      const stamp = new Date(second * 1000).toISOString().replace(/[-:]|\.\d{3}/g, '');
      const day = stamp.slice(0, 8);
      this.moment = { stamp, scope: `${day}/${this.region}/${this.service}/aws4_request`, key: this.keyOf(day, credentials), credentials };
      this.second = second;
    }
    return this.moment;
  }

  /**
   * The lines of the headers, as they are sent, with the one that makes them genuine.
   *
   * @throws Error when the headers are not in order, which is a defect of who asks
   * @throws StoreError `InvalidHeader` when one holds what would end it
   */
  public sign({ method, path, query, headers, bodyHash }: Unsigned, { stamp, scope, key, credentials }: Moment): string {
    let lines = '';
    let canonical = `${method}\n${path}\n${query}\n`;
    let names = '';
    let last = '';
    let ascii = true;
    for (const [name, value] of headers) {
      if (value === undefined) { continue; }
      if (name <= last) { throw new Error(`the header ${name} must come before ${last}`); }
      last = name;
      lines += `${name}: ${value}\r\n`;
      const plain = PLAIN.test(value);
      ascii &&= plain;
      canonical += `${name}:${plain ? value : squeezed(name, value)}\n`;
      names += names === '' ? name : `;${name}`;
    }
    canonical += `\n${names}\n${bodyHash}`;
    const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash('sha256', ascii ? canonical : Buffer.from(canonical, 'latin1'), 'hex')}`;
    const signature = createHmac('sha256', key).update(text).digest('hex');
    return `${lines}authorization: AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}\r\n`;
  }

  private keyOf(day: string, credentials: Credentials): Buffer {
    const of = `${day} ${credentials.secretAccessKey}`;
    if (this.derived?.of !== of) {
      const steps = [day, this.region, this.service, 'aws4_request'];
      const key = steps.reduce<Buffer>((secret, step) => createHmac('sha256', secret).update(step).digest(), Buffer.from(`AWS4${credentials.secretAccessKey}`));
      this.derived = { of, key };
    }
    return this.derived.key;
  }
}

/** As the other side will read it: without blanks at the ends, and with one for many. */
function squeezed(name: string, value: string): string {
  if (!SENDABLE.test(value)) {
    throw new StoreError('InvalidHeader', `the header ${name} would have to hold ${JSON.stringify(value)}, which no header can`, 'refused');
  }
  return value.replace(/^[\t ]+|[\t ]+$/g, '').replace(/[\t ]+/g, ' ');
}

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
