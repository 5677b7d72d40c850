import type { S3Client } from '@aws-sdk/client-s3';
import type { Answer } from './answer-parser';
import { checksumIn, elementOf, encryptionIn, headFrom } from './answers';
import { endpointOf } from './endpoint';
import { type Body, LeanClient } from './lean-client';
import { currentIn, versionsIn } from './page';
import { retrying, type RetryOptions } from './retrying';
import { EMPTY_HASH, type Header, type Moment, sha256 } from './signature';
import type { Target } from '../encryption';
import type { Checksum, ObjectState, VersionRef } from '../object';
import { stateFrom } from '../object-state';
import { SdkStore, type SdkStoreOptions } from '../sdk-store';
import type { CopyRequest, Marker, Page, Written } from '../store';
import { StoreError } from '../store-error';
import { copySource, encodeKey, encodeStrictly } from '../wire';

export interface LeanStoreOptions extends SdkStoreOptions {
  readonly client: S3Client;
  /** From 0 to 1, as Math.random gives it; spreads the pauses between attempts. */
  readonly random: () => number;
  readonly sockets: number;
  readonly attempts?: number;
  /** A request that is silent for so long has failed, and is tried again. */
  readonly timeoutMilliseconds?: number;
}

/** With its checksum, as its header has it. */
interface UpdateBody extends Body { readonly sum: string }

/** After so many copies in a row, with no object under KMS and no update in between, the next object is taken to need one too. */
const ROW = 16;

/**
 * The three requests that a run makes for every object, and the listing, without the machinery of the SDK, which costs
 * ten times their processor time. Everything else, and where to send it and with which credentials, stays with the SDK.
 */
export class LeanStore extends SdkStore {
  public static async open(options: LeanStoreOptions): Promise<LeanStore> {
    const { client, clock } = options;
    const [endpoint, region] = await Promise.all([endpointOf(client, options.bucket), client.config.region()]);
    const retry = { clock, random: options.random, attempts: options.attempts ?? 10 };
    return new LeanStore(options, retry, new LeanClient({
      endpoint,
      region,
      clock,
      retry,
      credentials: client.config.credentials,
      sockets: options.sockets,
      timeoutMilliseconds: options.timeoutMilliseconds ?? 30_000,
    }));
  }

  private readonly bodies = new Map<string, UpdateBody>();
  private row = 0;
  /** Its listings need a parser for all of XML. */
  private odd = false;

  private constructor(private readonly lean: LeanStoreOptions, private readonly retry: RetryOptions, private readonly requests: LeanClient) {
    super(lean);
  }

  public async listCurrent(prefix: string, after?: Marker): Promise<Page> {
    const start = after === undefined ? '' : `&start-after=${encodeStrictly(after.key)}`;
    return await this.list(`encoding-type=url&list-type=2&prefix=${encodeStrictly(prefix)}${start}`, currentIn) ?? super.listCurrent(prefix, after);
  }

  public async listVersions(prefix: string, after?: Marker): Promise<Page> {
    const key = after === undefined ? '' : `&key-marker=${encodeStrictly(after.key)}`;
    const version = after?.versionId === undefined ? '' : `&version-id-marker=${encodeStrictly(after.versionId)}`;
    const search = `encoding-type=url${key}&prefix=${encodeStrictly(prefix)}${version}&versions`;
    return await this.list(search, versionsIn) ?? super.listVersions(prefix, after);
  }

  /**
   * The checksum, which a copy has to know, comes with it where that is free. For an object under KMS it is not: S3 then
   * demands kms:Decrypt, and KMS counts a request. So it is asked for while copies are made, and not for a plan or an audit.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
   */
  public async head(ref: VersionRef): Promise<ObjectState> {
    try {
      if (this.row < ROW) { return await this.lookAt(ref, false); }
      return await this.lookAt(ref, true).catch(async (error: unknown) => {
        if (!(error instanceof StoreError) || error.status !== 403) { throw error; }
        return this.lookAt(ref, false); // which says that it is under KMS
      });
    } catch (error) {
      // The SDK asks again in a way that has a body, and knows what a bare 400 or 405 means here.
      if (error instanceof StoreError && (error.status === 400 || error.status === 405)) { return super.head(ref); }
      throw error;
    }
  }

  public async checksum(ref: VersionRef): Promise<Checksum | undefined> {
    return checksumIn(await this.askFor(ref, true));
  }

  public async updateEncryption({ key, versionId }: VersionRef, target: Target): Promise<void> {
    this.row = 0;
    const body = this.bodyFor(target);
    const version = versionId === undefined ? '' : `&versionId=${encodeStrictly(versionId)}`;
    await this.requests.ask({
      method: 'PUT',
      path: `/${encodeKey(key)}`,
      search: `encryption${version}`,
      canonicalSearch: `encryption=${version}`,
      repeatable: true,
      body,
      headers: (host, { stamp, credentials }) => [
        ['content-type', 'application/xml'],
        ['host', host],
        // The operation demands a checksum of its body, whichever (httpChecksumRequired in the service model).
        ['x-amz-checksum-sha256', body.sum],
        ['x-amz-content-sha256', body.hash],
        ['x-amz-date', stamp],
        ['x-amz-expected-bucket-owner', this.lean.expectedBucketOwner],
        ['x-amz-sdk-checksum-algorithm', 'SHA256'],
        ['x-amz-security-token', credentials.sessionToken],
      ],
    });
  }

  public async copy({ source, target, replaces, checksumAlgorithm, grants }: CopyRequest): Promise<Written> {
    const owner = this.lean.expectedBucketOwner;
    const answer = await this.requests.ask({
      method: 'PUT',
      path: `/${encodeKey(source.key)}`,
      search: 'x-id=CopyObject',
      repeatable: false, // the second finds what the first has made, so it is not the same
      result: 'ETag',
      headers: (host, { stamp, credentials }) => [
        ['host', host],
        ['if-match', replaces],
        ['x-amz-checksum-algorithm', checksumAlgorithm],
        ['x-amz-content-sha256', EMPTY_HASH],
        ['x-amz-copy-source', copySource(this.bucket, source.key)], // without a version: see SdkStore.copy
        ['x-amz-copy-source-if-match', source.etag],
        ['x-amz-date', stamp],
        ['x-amz-expected-bucket-owner', owner],
        ['x-amz-grant-full-control', grants?.fullControl],
        ['x-amz-grant-read', grants?.read],
        ['x-amz-grant-read-acp', grants?.readAcp],
        ['x-amz-grant-write-acp', grants?.writeAcp],
        ['x-amz-metadata-directive', 'COPY'],
        ['x-amz-security-token', credentials.sessionToken],
        ['x-amz-server-side-encryption', 'aws:kms'],
        ['x-amz-server-side-encryption-aws-kms-key-id', target.keyArn],
        ['x-amz-server-side-encryption-bucket-key-enabled', String(target.bucketKey)],
        ['x-amz-source-expected-bucket-owner', owner],
        ['x-amz-storage-class', source.storageClass],
        ['x-amz-tagging-directive', 'COPY'],
        ['x-amz-website-redirect-location', source.headers.websiteRedirect],
      ],
    });
    if (source.encryption.keyArn === undefined) { this.row++; }
    return { versionId: answer.headers['x-amz-version-id'], etag: elementOf(answer.body, 'ETag'), encryption: encryptionIn(answer) };
  }

  /** Closes the connections. */
  public close(): void { this.requests.close(); }

  /**
   * The SDK does not try again when an answer is cut off within its body, nor anything once its quota of retries is used up,
   * which happens in the first second of a storm. Its attempts count as ours. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
   */
  protected async call<T>(send: () => Promise<T>): Promise<T> {
    let made = 0;
    const isWorthIt = ({ cause }: StoreError): boolean => {
      made += (cause as { $metadata?: { attempts?: number } } | undefined)?.$metadata?.attempts ?? 1;
      return made < this.retry.attempts;
    };
    return retrying({ ...this.retry, isWorthIt }, async () => super.call(send));
  }

  /** Undefined when the endpoint writes pages in another way than S3. */
  private async list(search: string, read: (xml: string) => Page | undefined): Promise<Page | undefined> {
    if (this.odd) { return undefined; }
    const { body } = await this.requests.ask({
      method: 'GET',
      path: '/',
      search,
      canonicalSearch: search.replace(/&versions$/, '&versions='),
      repeatable: true,
      headers: (host, moment) => this.plainHeaders(host, moment),
    });
    const page = read(body);
    this.odd = page === undefined;
    return page;
  }

  private async lookAt(ref: VersionRef, withChecksum: boolean): Promise<ObjectState> {
    const answer = await this.askFor(ref, withChecksum);
    const state = stateFrom(ref, headFrom(answer), this.lean.clock.now(), withChecksum ? checksumIn(answer) ?? 'none' : undefined);
    if (state.encryption.keyArn !== undefined) { this.row = 0; }
    return state;
  }

  private async askFor({ key, versionId }: VersionRef, withChecksum: boolean): Promise<Answer> {
    return this.requests.ask({
      method: 'HEAD',
      path: `/${encodeKey(key)}`,
      search: versionId === undefined ? '' : `versionId=${encodeStrictly(versionId)}`,
      repeatable: true,
      headers: (host, moment) => this.plainHeaders(host, moment, withChecksum ? 'ENABLED' : undefined),
    });
  }

  private plainHeaders(host: string, { stamp, credentials }: Moment, checksumMode?: string): readonly Header[] {
    return [
      ['host', host],
      ['x-amz-checksum-mode', checksumMode],
      ['x-amz-content-sha256', EMPTY_HASH],
      ['x-amz-date', stamp],
      ['x-amz-expected-bucket-owner', this.lean.expectedBucketOwner],
      ['x-amz-security-token', credentials.sessionToken],
    ];
  }

  private bodyFor(target: Target): UpdateBody {
    const id = `${target.keyArn} ${target.bucketKey}`;
    let body = this.bodies.get(id);
    if (body === undefined) {
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html; an ARN has nothing to escape
      const text = '<?xml version="1.0" encoding="UTF-8"?><ObjectEncryption xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        + `<SSE-KMS><KMSKeyArn>${target.keyArn}</KMSKeyArn><BucketKeyEnabled>${target.bucketKey}</BucketKeyEnabled></SSE-KMS></ObjectEncryption>`;
      const hash = sha256(text);
      body = { bytes: Buffer.from(text), hash, sum: Buffer.from(hash, 'hex').toString('base64') };
      this.bodies.set(id, body);
    }
    return body;
  }
}
