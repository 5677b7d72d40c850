import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { encryptionFrom } from './encryption';
import type { ObjectState, VersionRef } from './object';

const ARCHIVES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function stateFrom(ref: VersionRef, answer: HeadObjectCommandOutput, now: Date, checksum?: ObjectState['checksum']): ObjectState {
  const storageClass = answer.StorageClass ?? 'STANDARD'; // S3 leaves the header out for STANDARD
  const retained = answer.ObjectLockRetainUntilDate !== undefined && answer.ObjectLockRetainUntilDate.getTime() > now.getTime();
  // Intelligent-Tiering archives without changing the class; it then says so in ArchiveStatus.
  const archived = ARCHIVES.has(storageClass) || answer.ArchiveStatus !== undefined;
  const restored = /ongoing-request="false"/.test(answer.Restore ?? '');
  return {
    key: ref.key,
    versionId: answer.VersionId ?? ref.versionId,
    size: answer.ContentLength ?? 0,
    etag: answer.ETag ?? '',
    storageClass,
    encryption: encryptionFrom(answer),
    locked: retained || answer.ObjectLockLegalHoldStatus === 'ON',
    archived: archived && !restored,
    headers: {
      cacheControl: answer.CacheControl,
      contentDisposition: answer.ContentDisposition,
      contentEncoding: answer.ContentEncoding,
      contentLanguage: answer.ContentLanguage,
      contentType: answer.ContentType,
      expires: answer.ExpiresString,
      websiteRedirect: answer.WebsiteRedirectLocation,
    },
    metadata: answer.Metadata ?? {},
    unreadableMetadata: (answer.MissingMeta ?? 0) > 0 || answer.ExpiresString !== undefined && Number.isNaN(Date.parse(answer.ExpiresString)),
    checksum,
  };
}
