import type { S3Client } from '@aws-sdk/client-s3';
import { encryptionFrom, type Target } from '../encryption';
import type { ObjectState, VersionRef } from '../object';
import { stateFrom } from '../object-state';
import { storeErrorFrom } from '../sdk-errors';
import { SdkStore, type SdkStoreOptions } from '../sdk-store';
import type { CopyRequest, Written } from '../store';
import { StoreError } from '../store-error';
import { copySource, encodeKey } from '../wire';
import { elementOf, errorFrom, headFrom } from './answers';
import { endpointOf } from './endpoint';
import { retrying, type RetryOptions } from './retrying';
import { EMPTY_HASH, sha256, Signer } from './signature';
import { type Answer, Transport } from './transport';

export interface LeanStoreOptions extends SdkStoreOptions {
  readonly client: S3Client;
  /** From 0 to 1, as Math.random gives it; spreads the pauses between attempts. */
  readonly random: () => number;
  readonly sockets: number;
  readonly attempts?: number;
  /** A request that is silent for so long has failed, and is tried again. */
  readonly timeoutMilliseconds?: number;
}

interface Call {
  readonly method: 'HEAD' | 'PUT';
  readonly ref: VersionRef;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: { readonly text: string; readonly hash: string };
}

/**
 * The three requests that a run makes for every object, without the machinery of the SDK, which costs six times their
 * processor time. Everything else, and where to send it and with which credentials, stays with the SDK.
 */
export class LeanStore extends SdkStore {
  public static async open(options: LeanStoreOptions): Promise<LeanStore> {
    const { client } = options;
    const [endpoint, region] = await Promise.all([endpointOf(client, options.bucket), client.config.region()]);
    const transport = new Transport(endpoint, options.sockets, options.timeoutMilliseconds ?? 30_000);
    const host = endpoint.port === undefined ? endpoint.hostname : `${endpoint.hostname}:${endpoint.port}`;
    return new LeanStore(options, transport, new Signer(region), host, endpoint.base);
  }

  private readonly retry: RetryOptions;
  private readonly bodies = new Map<string, { text: string; hash: string }>();
  /** What the clock of S3 is ahead of ours. */
  private skew = 0;

  private constructor(
    private readonly lean: LeanStoreOptions, private readonly transport: Transport, private readonly signer: Signer,
    private readonly host: string, private readonly basePath: string,
  ) {
    super(lean);
    this.retry = { clock: lean.clock, random: lean.random, attempts: lean.attempts ?? 10 };
  }

  public async head(ref: VersionRef): Promise<ObjectState> {
    let answer: Answer;
    try {
      answer = await this.ask({ method: 'HEAD', ref });
    } catch (error) {
      // The SDK asks again in a way that has a body, and knows what a bare 400 or 405 means here.
      if (error instanceof StoreError && (error.status === 400 || error.status === 405)) { return super.head(ref); }
      throw error;
    }
    return stateFrom(ref, headFrom(answer), this.lean.clock.now());
  }

  public async updateEncryption(ref: VersionRef, target: Target): Promise<void> {
    const body = this.bodyFor(target);
    // The operation demands a checksum of its body, whichever (httpChecksumRequired in the service model).
    const checksum = { 'x-amz-sdk-checksum-algorithm': 'SHA256', 'x-amz-checksum-sha256': Buffer.from(body.hash, 'hex').toString('base64') };
    await this.ask({ method: 'PUT', ref, query: { encryption: '' }, headers: { 'content-type': 'application/xml', ...checksum }, body });
  }

  public async copy({ source, target, replaces, checksumAlgorithm, grants }: CopyRequest): Promise<Written> {
    const answer = await this.ask({
      method: 'PUT',
      ref: { key: source.key },
      query: { 'x-id': 'CopyObject' },
      headers: {
        'x-amz-copy-source': copySource(this.bucket, source.key), // without a version: see SdkStore.copy
        'x-amz-copy-source-if-match': source.etag,
        'if-match': replaces,
        'x-amz-metadata-directive': 'COPY',
        'x-amz-tagging-directive': 'COPY',
        'x-amz-storage-class': source.storageClass,
        'x-amz-website-redirect-location': source.headers.websiteRedirect,
        'x-amz-checksum-algorithm': checksumAlgorithm,
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': target.keyArn,
        'x-amz-server-side-encryption-bucket-key-enabled': String(target.bucketKey),
        'x-amz-source-expected-bucket-owner': this.lean.expectedBucketOwner,
        'x-amz-grant-full-control': grants?.fullControl,
        'x-amz-grant-read': grants?.read,
        'x-amz-grant-read-acp': grants?.readAcp,
        'x-amz-grant-write-acp': grants?.writeAcp,
      },
    });
    const { VersionId, ...encryption } = headFrom(answer);
    return { versionId: VersionId, etag: elementOf(answer.body, 'ETag'), encryption: encryptionFrom(encryption) };
  }

  /** Closes the connections. */
  public close(): void { this.transport.close(); }

  /** The SDK tries again what S3 answers, and no answer that was cut off within its body. */
  protected async call<T>(send: () => Promise<T>): Promise<T> {
    return retrying({ ...this.retry, isWorthIt: ({ status }) => status === undefined || status < 300 }, async () => super.call(send));
  }

  private async ask(call: Call): Promise<Answer> {
    return retrying(this.retry, async () => {
      const answer = await this.send(call);
      // S3 may begin a copy with 200 and end it with an error.
      if (answer.status >= 200 && answer.status < 300 && !answer.body.includes('<Error>')) {
        if (call.query?.['x-id'] === 'CopyObject' && elementOf(answer.body, 'ETag') === undefined) {
          throw new StoreError('InternalError', 'the copy ended without a result', 'retryable');
        }
        return answer;
      }
      const error = errorFrom(answer);
      if (error.code === 'RequestTimeTooSkewed') { this.learnTime(answer); }
      throw error;
    });
  }

  private async send({ method, ref, query, headers, body }: Call): Promise<Answer> {
    const all: Record<string, string> = { host: this.host };
    if (this.lean.expectedBucketOwner !== undefined) { all['x-amz-expected-bucket-owner'] = this.lean.expectedBucketOwner; }
    for (const [name, value] of Object.entries(headers ?? {})) { if (value !== undefined) { all[name] = value; } }
    const path = `${this.basePath}/${encodeKey(ref.key)}`;
    const asked = ref.versionId === undefined ? { ...query } : { ...query, versionId: encodeURIComponent(ref.versionId) };
    try {
      const credentials = await this.lean.client.config.credentials();
      const now = new Date(this.lean.clock.now().getTime() + this.skew);
      const signed = this.signer.sign({ method, path, query: asked, headers: all, bodyHash: body?.hash ?? EMPTY_HASH }, credentials, now);
      if (method === 'PUT') { signed['content-length'] = String(Buffer.byteLength(body?.text ?? '')); }
      const search = Object.entries(asked).map(([name, value]) => value === '' ? name : `${name}=${value}`).join('&');
      return await this.transport.send(method, search === '' ? path : `${path}?${search}`, signed, body?.text);
    } catch (error) {
      throw storeErrorFrom(error);
    }
  }

  private bodyFor(target: Target): { text: string; hash: string } {
    const id = `${target.keyArn} ${target.bucketKey}`;
    let body = this.bodies.get(id);
    if (body === undefined) {
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html; an ARN has nothing to escape
      const text = '<?xml version="1.0" encoding="UTF-8"?><ObjectEncryption xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        + `<SSE-KMS><KMSKeyArn>${target.keyArn}</KMSKeyArn><BucketKeyEnabled>${target.bucketKey}</BucketKeyEnabled></SSE-KMS></ObjectEncryption>`;
      body = { text, hash: sha256(text) };
      this.bodies.set(id, body);
    }
    return body;
  }

  private learnTime(answer: Answer): void {
    const theirs = Date.parse(String(answer.headers.date));
    if (!Number.isNaN(theirs)) { this.skew = theirs - this.lean.clock.now().getTime(); }
  }
}
