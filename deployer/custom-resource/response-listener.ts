import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRecord } from '../values';

/** What a handler says to CloudFormation. */
export interface CustomResourceResponse {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly StackId?: string;
  readonly RequestId?: string;
  readonly LogicalResourceId?: string;
  readonly Data?: Record<string, unknown>;
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
const MAX_RESPONSE_BYTES = 4096;

/** Listens on a port of this machine for the one PUT that a handler sends to its ResponseURL. */
export class ResponseListener {
  /** Opens a listener on a free port. */
  public static async open(): Promise<ResponseListener> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new ResponseListener(server);
  }

  /** Resolves with the first response; rejects if what is sent is not one. */
  public readonly response: Promise<CustomResourceResponse>;
  public readonly url: string;

  private constructor(private readonly server: Server) {
    // Only the handler knows the path, so nothing else on the machine can answer by accident.
    const path = `/${randomUUID()}`;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    this.response = new Promise((resolve, reject) => {
      server.on('request', (request, reply) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          if (request.method !== 'PUT' || request.url !== path) {
            reply.writeHead(403).end();
            return;
          }
          reply.writeHead(200).end();
          try {
            resolve(parseResponse(Buffer.concat(chunks)));
          } catch (error) {
            reject(error as Error);
          }
        });
      });
    });
    // The caller may have given up already, on a timeout for example.
    this.response.catch(() => undefined);
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function parseResponse(body: Buffer): CustomResourceResponse {
  if (body.length > MAX_RESPONSE_BYTES) throw new Error(`the response has ${body.length} bytes, CloudFormation takes ${MAX_RESPONSE_BYTES}`);
  const json: unknown = JSON.parse(body.toString('utf8'));
  if (!isRecord(json) || (json.Status !== 'SUCCESS' && json.Status !== 'FAILED')) {
    throw new Error('the response has no Status of SUCCESS or FAILED');
  }
  return json as unknown as CustomResourceResponse;
}
