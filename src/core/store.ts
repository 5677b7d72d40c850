import type { Encryption, Target } from './encryption';
import type { Checksum, ListedVersion, ObjectState, VersionRef } from './object';

export interface Page {
  readonly versions: readonly ListedVersion[];
  /** Where the next page starts; absent on the last one. */
  readonly next?: Marker;
}

/** A place in the listing. It is what a checkpoint keeps. */
export interface Marker { readonly key: string; readonly versionId?: string }

export interface CopyRequest {
  readonly source: ObjectState;
  readonly target: Target;
  /** ETag that the latest version must still have when the copy is made. */
  readonly replaces: string;
  readonly checksumAlgorithm?: string;
  readonly grants?: ObjectGrants;
}

/** The ACL of an object, as headers; absent where ACLs are off or the owner alone has access. */
export interface ObjectGrants {
  readonly fullControl?: string;
  readonly read?: string;
  readonly readAcp?: string;
  readonly writeAcp?: string;
}

export interface ByteRange { readonly first: number; readonly last: number }

export interface MultipartCopyRequest extends CopyRequest {
  readonly ranges: readonly ByteRange[];
  readonly tagging?: string;
  readonly checksum?: Checksum;
}

export interface Written { readonly versionId?: string; readonly etag?: string; readonly encryption?: Encryption }

/** What the engine needs of an S3 endpoint. Every failure is thrown as a StoreError. */
export interface ObjectStore {
  readonly bucket: string;
  /** Current versions, in the order of their keys. */
  listCurrent(prefix: string, after?: Marker): Promise<Page>;
  /** All versions without delete markers; of one key the newest first. */
  listVersions(prefix: string, after?: Marker): Promise<Page>;
  head(ref: VersionRef): Promise<ObjectState>;
  updateEncryption(ref: VersionRef, target: Target): Promise<void>;
  copy(request: CopyRequest): Promise<Written>;
  multipartCopy(request: MultipartCopyRequest): Promise<Written>;
  checksum(ref: VersionRef): Promise<Checksum | undefined>;
  /** Sizes of the parts it was uploaded in; undefined if it was not. */
  partSizes(ref: VersionRef): Promise<readonly number[] | undefined>;
  tagging(ref: VersionRef): Promise<string | undefined>;
  /** Undefined when the bucket owner alone has access. */
  grants(ref: VersionRef): Promise<ObjectGrants | undefined>;
  isLocked(ref: VersionRef): Promise<boolean>;
}
