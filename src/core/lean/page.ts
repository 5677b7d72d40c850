import { listingIn, type Fields } from './listing';
import type { ListedVersion } from '../object';
import type { Marker, Page } from '../store';
import { decodeKey } from '../wire';

/** A page of ListObjectsV2; undefined when it is written in a way that only a parser for all of XML understands. */
export function currentIn(xml: string): Page | undefined {
  const listing = listingIn(xml, 'ListBucketResult', 'Contents');
  if (listing === undefined) { return undefined; }
  const versions = versionsOf(listing.entries, listing.page, () => ({ isLatest: true }));
  const last = versions?.at(-1);
  return versions && { versions, next: listing.page.IsTruncated === 'true' && last !== undefined ? { key: last.key } : undefined };
}

/** A page of ListObjectVersions, without delete markers. */
export function versionsIn(xml: string): Page | undefined {
  const listing = listingIn(xml, 'ListVersionsResult', 'Version');
  if (listing === undefined) { return undefined; }
  const { page, entries } = listing;
  const versions = versionsOf(entries, page, ({ VersionId, IsLatest }) => ({ versionId: VersionId, isLatest: IsLatest === 'true' }));
  let next: Marker | undefined;
  if (page.IsTruncated === 'true') {
    if (page.NextKeyMarker === undefined) { return undefined; }
    next = { key: keyIn(page, page.NextKeyMarker), versionId: page.NextVersionIdMarker };
  }
  return versions && { versions, next };
}

function versionsOf(entries: readonly Fields[], page: Fields, which: (entry: Fields) => Pick<ListedVersion, 'versionId' | 'isLatest'>): ListedVersion[] | undefined {
  const versions: ListedVersion[] = [];
  for (const entry of entries) {
    const { Key, Size = '0', ETag = '', StorageClass = 'STANDARD' } = entry;
    if (Key === undefined || !/^[0-9]{1,15}$/.test(Size)) { return undefined; }
    versions.push({ key: keyIn(page, Key), ...which(entry), size: Number(Size), etag: ETag, storageClass: StorageClass });
  }
  return versions;
}

/** Who does not know `encoding-type` does not say that it was used. */
function keyIn({ EncodingType }: Fields, key: string): string { return EncodingType === 'url' ? decodeKey(key) : key; }
