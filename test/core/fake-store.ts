import type { Encryption, Target } from '../../src/core/encryption';
import type { Checksum, ListedVersion, ObjectState, VersionRef } from '../../src/core/object';
import type { CopyRequest, Marker, MultipartCopyRequest, ObjectGrants, ObjectStore, Page, Written } from '../../src/core/store';
import { StoreError } from '../../src/core/store-error';

export const KEY = 'arn:aws:kms:us-east-1:111122223333:key/new';
export const OLD_KEY = 'arn:aws:kms:us-east-1:111122223333:key/old';
export const TARGET: Target = { keyArn: KEY, bucketKey: true };

export interface FakeObject extends ObjectState {
  readonly grants?: ObjectGrants;
  readonly hiddenLock?: boolean;
  readonly tags?: string;
}

let serial = 0;

export function object(key: string, about: Partial<FakeObject> = {}): FakeObject {
  serial++;
  return {
    key,
    size: 10,
    etag: `"${serial}"`,
    storageClass: 'STANDARD',
    encryption: { status: 'SSE-S3', bucketKey: false },
    locked: false,
    archived: false,
    headers: {},
    metadata: {},
    unreadableMetadata: false,
    ...about,
  };
}

export type Call = 'head' | 'update' | 'copy' | 'multipart' | 'list';

/** An ObjectStore in memory: versions of each key, the newest first. `before` may change it, or throw, before any request. */
export class FakeStore implements ObjectStore {
  public readonly bucket = 'data';
  public readonly keys = new Map<string, FakeObject[]>();
  public readonly calls: string[] = [];
  public readonly copies: (CopyRequest | MultipartCopyRequest)[] = [];
  public pageSize = 1000;
  public before?: (call: Call, key: string) => void | Promise<void>;

  constructor(objects: readonly FakeObject[] = [], private readonly versioned = false) {
    for (const each of objects) { this.put(each); }
  }

  public put(added: FakeObject): void {
    const versions = this.keys.get(added.key) ?? [];
    this.keys.set(added.key, this.versioned ? [{ versionId: `v${++serial}`, ...added }, ...versions] : [added]);
  }

  public latest(key: string): FakeObject | undefined { return this.keys.get(key)?.[0]; }

  public writes(): string[] { return this.calls.filter((call) => !/^(head|list)/.test(call)); }

  public async listCurrent(prefix: string, after?: Marker): Promise<Page> {
    await this.called('list', prefix);
    const keys = [...this.keys.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || key > after.key)).sort();
    const page = keys.slice(0, this.pageSize);
    return {
      versions: page.map((key) => ({ ...listed(this.latest(key) as FakeObject, true), versionId: undefined })),
      next: keys.length > page.length ? { key: page.at(-1) as string } : undefined,
    };
  }

  public async listVersions(prefix: string, after?: Marker): Promise<Page> {
    await this.called('list', prefix);
    const all = [...this.keys.entries()].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => a < b ? -1 : 1)
      .flatMap(([, versions]) => versions.map((version, index) => listed(version, index === 0)));
    const start = after === undefined ? 0 : all.findIndex((each) => each.key === after.key && each.versionId === after.versionId) + 1;
    const page = all.slice(start, start + this.pageSize);
    const last = page.at(-1);
    const more = start + page.length < all.length && last !== undefined;
    return { versions: page, next: more ? { key: last.key, versionId: last.versionId } : undefined };
  }

  public async head(ref: VersionRef): Promise<ObjectState> {
    await this.called('head', ref.key);
    return this.find(ref);
  }

  public async updateEncryption(ref: VersionRef, target: Target): Promise<void> {
    await this.called('update', ref.key);
    const found = this.find(ref);
    if (found.encryption.status === 'NOT-SSE' || found.encryption.status === 'DSSE-KMS') {
      throw new StoreError('InvalidRequest', 'unencrypted', 'needs-copy');
    }
    if (found.locked || found.hiddenLock) { throw new StoreError('AccessDenied', 'Object Lock', 'locked'); }
    this.replace(found, { ...found, encryption: under(target) });
  }

  public async copy(request: CopyRequest): Promise<Written> {
    await this.called('copy', request.source.key);
    return this.write(request);
  }

  public async multipartCopy(request: MultipartCopyRequest): Promise<Written> {
    await this.called('multipart', request.source.key);
    return this.write(request);
  }

  public async checksum(ref: VersionRef): Promise<Checksum | undefined> {
    const { checksum } = this.find(ref);
    return checksum === 'none' ? undefined : checksum;
  }
  public async partSizes(): Promise<undefined> { return undefined; }
  public async tagging(ref: VersionRef): Promise<string | undefined> { return this.find(ref).tags; }
  public async grants(ref: VersionRef): Promise<ObjectGrants | undefined> { return this.find(ref).grants; }
  public async isLocked(ref: VersionRef): Promise<boolean> {
    const found = this.find(ref);
    return found.locked || (found.hiddenLock ?? false);
  }

  private async called(call: Call, key: string): Promise<void> {
    this.calls.push(`${call} ${key}`);
    await this.before?.(call, key);
  }

  private write(request: CopyRequest): Written {
    const { source, replaces, target } = request;
    const latest = this.latest(source.key);
    if (latest === undefined) { throw new StoreError('NoSuchKey', 'gone', 'gone'); }
    if (latest.etag !== replaces) { throw new StoreError('PreconditionFailed', 'changed', 'changed'); }
    this.copies.push(request);
    const { versionId: _old, ...rest } = latest;
    this.put({ ...rest, etag: `"copy-${++serial}"`, encryption: under(target) });
    const written = this.latest(source.key) as FakeObject;
    return { versionId: written.versionId, etag: written.etag, encryption: written.encryption };
  }

  private find(ref: VersionRef): FakeObject {
    const versions = this.keys.get(ref.key) ?? [];
    const found = ref.versionId === undefined ? versions[0] : versions.find((each) => each.versionId === ref.versionId);
    if (found === undefined) { throw new StoreError('NoSuchKey', 'no such key', 'gone'); }
    if (found.encryption.status === 'SSE-C') { throw new StoreError('InvalidRequest', 'customer-provided key', 'sse-c', { status: 400 }); }
    return found;
  }

  private replace(old: FakeObject, by: FakeObject): void {
    const versions = this.keys.get(old.key) ?? [];
    versions[versions.indexOf(old)] = by;
  }
}

export function under(target: Target): Encryption {
  return { status: 'SSE-KMS', keyArn: target.keyArn, bucketKey: target.bucketKey };
}

function listed(state: FakeObject, isLatest: boolean): ListedVersion {
  return { key: state.key, versionId: state.versionId, isLatest, size: state.size, etag: state.etag, storageClass: state.storageClass };
}
