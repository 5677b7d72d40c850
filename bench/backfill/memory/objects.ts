import { createHash } from 'crypto';

/** How an object is encrypted at rest. */
export interface Encryption {
  readonly status: 'NOT-SSE' | 'AES256' | 'aws:kms' | 'aws:kms:dsse' | 'SSE-C';
  readonly keyArn?: string;
  readonly bucketKey?: boolean;
  readonly customerKeyMd5?: string;
}

export interface Checksum {
  readonly algorithm: string;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface Lock {
  readonly mode?: string;
  readonly until?: string;
  readonly hold?: string;
}

/** Bytes that are kept, or made from a seed whenever they are asked for. */
export type Body = Buffer | { readonly seed: string; readonly size: number };

/** One version of an object, with everything that a rewrite could lose. */
export interface Version {
  readonly id: string;
  readonly body: Body;
  readonly etag: string;
  /** Sizes of the parts of a multipart upload. */
  readonly parts?: readonly number[];
  readonly modified: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: string;
  readonly storageClass: string;
  readonly redirect?: string;
  readonly acl: string;
  readonly checksum?: Checksum;
  readonly lock?: Lock;
  readonly encryption: Encryption;
  readonly deleted?: boolean;
}

/** The headers that S3 keeps for the reader, in the order in which they are compared. */
export const KEPT_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'] as const;

export function sizeOf(body: Body): number { return Buffer.isBuffer(body) ? body.length : body.size; }

/** The same seed makes the same bytes, and no two seeds do. */
export function bytesOf(body: Body): Buffer {
  if (Buffer.isBuffer(body)) { return body; }
  const block = createHash('sha512').update(body.seed).digest();
  return Buffer.alloc(body.size, block);
}

/** Objects of one bucket, in the order of S3: by the bytes of the UTF-8 key. */
export class Bucket {
  /** Of each key, its versions, the current one last. */
  public readonly objects = new Map<string, Version[]>();
  public versioned = false;
  public objectLock = false;
  /** Objects have ACLs: not so in buckets that were made since April 2023, unless somebody asked for it. */
  public acls = false;
  public defaultKey: string | undefined;
  private sorted: string[] | undefined;
  private counter = 0;

  public keys(): readonly string[] {
    this.sorted ??= [...this.objects.keys()].sort(byBytes);
    return this.sorted;
  }

  public current(key: string): Version | undefined { return this.objects.get(key)?.at(-1); }

  public find(key: string, id: string | undefined): Version | undefined {
    return id === undefined ? this.current(key) : this.objects.get(key)?.find((version) => version.id === id);
  }

  public clear(): void {
    this.objects.clear();
    this.sorted = undefined;
  }

  /** Adds a version, or replaces the only one. */
  public put(key: string, version: Omit<Version, 'id'>): Version {
    const id = this.versioned ? `v${String(++this.counter).padStart(9, '0')}` : 'null';
    const made = { ...version, id };
    const versions = this.objects.get(key);
    if (versions === undefined) {
      this.objects.set(key, [made]);
      this.sorted = undefined;
    } else if (this.versioned) {
      versions.push(made);
    } else {
      this.objects.set(key, [...versions.filter((each) => each.id !== 'null'), made]);
    }
    return made;
  }

  /** Exchanges a version for its successor in the same place. */
  public amend(key: string, old: Version, change: Partial<Version>): void {
    const versions = this.objects.get(key) ?? [];
    versions[versions.indexOf(old)] = { ...old, ...change };
  }

  public remove(key: string, id: string | undefined): void {
    const versions = this.objects.get(key);
    if (versions === undefined) { return; }
    if (id === undefined && this.versioned) {
      this.put(key, { ...EMPTY_VERSION, modified: Date.now(), deleted: true });
      return;
    }
    const left = id === undefined ? [] : versions.filter((version) => version.id !== id);
    if (left.length > 0) { this.objects.set(key, left); return; }
    this.objects.delete(key);
    this.sorted = undefined;
  }
}

export const EMPTY_VERSION: Omit<Version, 'id' | 'modified'> = {
  body: Buffer.alloc(0), etag: '', headers: {}, metadata: {}, tags: '', storageClass: 'STANDARD', acl: 'private', encryption: { status: 'AES256' },
};

/** UTF-16 order, which is JavaScript's, puts surrogates before U+E000; UTF-8 order does not. */
function byBytes(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) { return a < b ? -1 : a > b ? 1 : 0; }
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

// eslint-disable-next-line no-control-regex -- the range of ASCII begins with a control character
function isAscii(text: string): boolean { return /^[\x00-\x7f]*$/.test(text); }

/** Position of the first key that is greater than, or equal to, this one. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (byBytes(keys[middle], key) < 0) { low = middle + 1; } else { high = middle; }
  }
  return low;
}

let tagCounter = 0;

/** Under KMS an ETag is not the MD5 of the bytes, and every write makes another. */
export function etagOf(body: Body, encryption: Encryption): string {
  const hash = createHash('md5').update(Buffer.isBuffer(body) ? body : body.seed);
  return encryption.status === 'AES256' || encryption.status === 'NOT-SSE' ? hash.digest('hex') : hash.update(`${++tagCounter}`).digest('hex');
}
