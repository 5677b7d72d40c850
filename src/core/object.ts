import type { Encryption } from './encryption';

/** One version as a listing names it. */
export interface ListedVersion {
  readonly key: string;
  /** Absent when the listing does not tell versions: the latest one is meant. */
  readonly versionId?: string;
  readonly isLatest: boolean;
  readonly size: number;
  readonly etag: string;
  readonly storageClass: string;
}

/** A version that can be asked for by name. */
export type VersionRef = Pick<ListedVersion, 'key' | 'versionId'>;

/** One version as HeadObject describes it. */
export interface ObjectState {
  readonly key: string;
  /** As S3 answered it; absent in a bucket that was never versioned. */
  readonly versionId?: string;
  readonly size: number;
  readonly etag: string;
  readonly storageClass: string;
  readonly encryption: Encryption;
  /** Kept from being changed: retention that has not ended, or a legal hold. Only seen with s3:GetObjectRetention. */
  readonly locked: boolean;
  /** In an archive and not restored: cannot be read, so cannot be copied. */
  readonly archived: boolean;
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  /** S3 could not decode some metadata values, so they cannot be written again. */
  readonly unreadableMetadata: boolean;
  /** Absent where it was not asked for: the store has to be asked. */
  readonly checksum?: Checksum | 'none';
}

/** System metadata that a multipart copy has to name again. */
export interface ObjectHeaders {
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentType?: string;
  readonly expires?: string;
  /** CopyObject never copies it. */
  readonly websiteRedirect?: string;
}

export interface Checksum {
  readonly algorithm: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  readonly value: string;
}
