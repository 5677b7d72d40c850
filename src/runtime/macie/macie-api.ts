import { hash } from 'node:crypto';
import type { Clock } from '../../core';
import { type Credentials, Signer } from '../../core/lean/signature';

/** One call of Amazon Macie: the method, the path with everything encoded in it, and the body. */
export interface Macie {
  call(method: 'GET' | 'PATCH' | 'POST' | 'PUT', path: string, body?: object): Promise<Record<string, unknown>>;
}

export interface MacieOptions {
  /** Where Macie is, without a path, such as `https://macie2.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  /** Asked for before every attempt: those of a role change. */
  readonly credentials: () => Credentials;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
}

/** What Macie answered instead of a result. Its name is the code. */
export class MacieError extends Error {
  constructor(code: string, message: string, public readonly status?: number) {
    super(message);
    this.name = code;
  }
}

const MOST_ATTEMPTS = 8;
const FIRST_WAIT_MILLISECONDS = 500;
const LONGEST_WAIT_MILLISECONDS = 16_000;
/** An answer that never comes must not hold the function until its time is over. */
const REQUEST_MILLISECONDS = 30_000;

/**
 * Calls Macie, which takes JSON over REST. It is asked a handful of things when a stack is deployed, which needs no client of 80 operations.
 *
 * Tries again what a moment may heal, with a pause that doubles: throttling, errors of Macie's own, a broken connection, and a policy of the role
 * that IAM does not know everywhere yet.
 * https://docs.aws.amazon.com/macie/latest/APIReference/welcome.html
 */
export class MacieApi implements Macie {
  private readonly signer: Signer;

  constructor(private readonly options: MacieOptions) {
    this.signer = new Signer(options.region, 'macie2');
  }

  public async call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(method, path, body === undefined ? '' : JSON.stringify(body));
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !(error instanceof MacieError) || !passes(error)) { throw error; }
        await this.options.clock.sleep(Math.min(FIRST_WAIT_MILLISECONDS * 2 ** (attempt - 1), LONGEST_WAIT_MILLISECONDS));
      }
    }
  }

  private async once(method: string, path: string, body: string): Promise<Record<string, unknown>> {
    const { endpoint, credentials, clock } = this.options;
    const now = this.signer.at(clock.now().getTime(), credentials());
    const lines = this.signer.sign({
      method,
      path: path.split('/').map(encodeURIComponent).join('/'),
      query: '',
      headers: [
        ['content-type', 'application/json'], ['host', new URL(endpoint).host], ['x-amz-date', now.stamp],
        ['x-amz-security-token', now.credentials.sessionToken],
      ],
      bodyHash: hash('sha256', body, 'hex'),
    }, now);
    const headers = lines.split('\r\n').filter((line) => line !== '' && !line.startsWith('host:'))
      .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
    let response: Response;
    let text: string;
    try {
      response = await (this.options.fetch ?? fetch)(`${endpoint}${path}`, {
        method, headers, body: body === '' ? undefined : body, signal: AbortSignal.timeout(REQUEST_MILLISECONDS),
      });
      text = await response.text();
    } catch (error) {
      throw new MacieError('ConnectionFailed', `${endpoint} cannot be reached: ${error instanceof Error ? String(error.cause ?? error.message) : String(error)}`);
    }
    const answer = parsed(text);
    if (response.ok && answer !== undefined) { return answer; }
    const code = response.headers.get('x-amzn-errortype') ?? answer?.__type ?? answer?.code ?? `Status${response.status}`;
    throw new MacieError(String(code).replace(/^.*#/, '').replace(/:.*$/, ''), String(answer?.message ?? answer?.Message ?? text), response.status);
  }
}

function passes({ name, message, status }: MacieError): boolean {
  return name === 'ConnectionFailed' || name === 'ThrottlingException' || status === 429 || (status !== undefined && status >= 500)
    || (name === 'AccessDeniedException' && message.includes('is not authorized to perform'));
}

function parsed(text: string): Record<string, unknown> | undefined {
  if (text === '') { return {}; }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
