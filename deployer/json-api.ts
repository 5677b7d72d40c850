import type { Credentials } from './clients';
import { isRecord } from './values';

type Answer = Record<string, unknown>;

/** An error that a service answered. Its name is the code. */
class ApiError extends Error {
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

/**
 * Calls services that take JSON and for which the project has no client.
 *
 * Local endpoints look at who signed and for which service, and check no signature: there is none.
 */
export class JsonApi {
  constructor(private readonly endpoint: string, private readonly region: string, private readonly credentials: Credentials) {}

  /** An operation as most services take it, such as `Logs_20140328.CreateLogGroup`. */
  public async call(service: 'athena' | 'cloudtrail' | 'config' | 'glue' | 'logs' | 'sqs' | 'ssm', target: string, body: object): Promise<Answer> {
    const version = service === 'sqs' ? '1.0' : '1.1';
    return this.send(service, 'POST', '/', body, { 'Content-Type': `application/x-amz-json-${version}`, 'X-Amz-Target': target });
  }

  /** An operation as EventBridge Scheduler and Macie take it. */
  public async rest(service: 'macie2' | 'scheduler', method: string, path: string, body?: object): Promise<Answer> {
    return this.send(service, method, path, body, { 'Content-Type': 'application/json' });
  }

  private async send(service: string, method: string, path: string, body: object | undefined, types: Record<string, string>): Promise<Answer> {
    const scope = `${this.credentials.accessKeyId}/20260101/${this.region}/${service}/aws4_request`;
    const headers = { ...types, Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` };
    const response = await fetch(new URL(path, this.endpoint), { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    if (!isRecord(answer)) throw new Error(`${service} answered ${text}`);
    if (response.ok) return answer;
    const code = String(answer.__type ?? response.headers.get('x-amzn-errortype') ?? `Status${response.status}`).replace(/^.*#/, '');
    throw new ApiError(code, String(answer.message ?? answer.Message ?? text));
  }
}
