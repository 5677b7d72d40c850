import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Unsigned {
  readonly method: string;
  /** Encoded, as it is sent. */
  readonly path: string;
  /** Encoded names and values; a name without a value has the value ''. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyHash: string;
}

export const EMPTY_HASH = sha256('');

/**
 * Signature Version 4 of S3, which signs the path as it is sent. The key of a day is derived once, not for every request.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export class Signer {
  private derived?: { readonly of: string; readonly key: Buffer };

  constructor(private readonly region: string) {}

  /** The headers to send: those given, and what makes them genuine. */
  public sign(request: Unsigned, credentials: Credentials, now: Date): Record<string, string> {
    const stamp = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = stamp.slice(0, 8);
    const headers: Record<string, string> = { ...request.headers, 'x-amz-date': stamp, 'x-amz-content-sha256': request.bodyHash };
    if (credentials.sessionToken !== undefined) { headers['x-amz-security-token'] = credentials.sessionToken; }

    const names = Object.keys(headers).sort();
    const signedHeaders = names.join(';');
    const query = Object.entries(request.query).sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) => `${name}=${value}`).join('&');
    const canonical = [
      request.method, request.path, query, ...names.map((name) => `${name}:${headers[name].trim().replace(/ +/g, ' ')}`), '',
      signedHeaders, request.bodyHash,
    ].join('\n');
    const scope = `${day}/${this.region}/s3/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical)}`;
    const signature = createHmac('sha256', this.keyOf(day, credentials)).update(text).digest('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
    return headers;
  }

  private keyOf(day: string, credentials: Credentials): Buffer {
    const of = `${day} ${credentials.secretAccessKey}`;
    if (this.derived?.of !== of) {
      const steps = [day, this.region, 's3', 'aws4_request'];
      const key = steps.reduce<Buffer>((secret, step) => createHmac('sha256', secret).update(step).digest(), Buffer.from(`AWS4${credentials.secretAccessKey}`));
      this.derived = { of, key };
    }
    return this.derived.key;
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
