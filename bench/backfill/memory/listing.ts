import { type Bucket, lowerBound, sizeOf, type Version } from './objects';
import type { Request, Response } from './wire';
import { escape, iso, xml } from './xml';

const MOST = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, and its first version. */
export function listObjects(bucket: Bucket, name: string, { query }: Request): Response {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const second = query.get('list-type') === '2';
  const most = Math.min(Number(query.get('max-keys') ?? MOST), MOST);
  const encode = encoder(query);
  const token = query.get('continuation-token');
  const after = second ? token === undefined ? query.get('start-after') : Buffer.from(token, 'base64').toString() : query.get('marker');
  const keys = bucket.keys();
  let body = '';
  let count = 0;
  let last: string | undefined;
  let truncated = false;
  const groups = new Set<string>();
  for (let i = after === undefined || after < prefix ? lowerBound(keys, prefix) : lowerBound(keys, after); i < keys.length; i += 1) {
    const key = keys[i];
    if (!key.startsWith(prefix)) { break; }
    if (key === after || after !== undefined && delimiter !== '' && after.endsWith(delimiter) && key.startsWith(after)) { continue; }
    const version = bucket.current(key);
    if (version === undefined || version.deleted) { continue; }
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (group !== undefined && groups.has(group)) { continue; }
    if (count === most) { truncated = true; break; }
    count += 1;
    last = group ?? key;
    if (group !== undefined) { groups.add(group); continue; }
    body += `<Contents><Key>${encode(key)}</Key>${common(version)}</Contents>`;
  }
  for (const group of groups) { body += `<CommonPrefixes><Prefix>${encode(group)}</Prefix></CommonPrefixes>`; }
  const next = !truncated || last === undefined ? '' : second
    ? `<NextContinuationToken>${Buffer.from(last).toString('base64')}</NextContinuationToken>` : `<NextMarker>${encode(last)}</NextMarker>`;
  return xml('ListBucketResult', `${about(name, query, most, truncated)}<KeyCount>${count}</KeyCount>${next}${body}`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html: the newest version of a key comes first. */
export function listVersions(bucket: Bucket, name: string, { query }: Request): Response {
  const prefix = query.get('prefix') ?? '';
  const most = Math.min(Number(query.get('max-keys') ?? MOST), MOST);
  const encode = encoder(query);
  const keyMarker = query.get('key-marker') || undefined;
  const versionMarker = query.get('version-id-marker') || undefined;
  const keys = bucket.keys();
  let body = '';
  let count = 0;
  let last: { readonly key: string; readonly id: string } | undefined;
  let next = '';
  scan: for (let i = lowerBound(keys, keyMarker === undefined || keyMarker < prefix ? prefix : keyMarker); i < keys.length; i += 1) {
    const key = keys[i];
    if (!key.startsWith(prefix)) { break; }
    const versions = bucket.objects.get(key) ?? [];
    let from = versions.length - 1;
    if (key === keyMarker) {
      if (versionMarker === undefined) { continue; }
      from = versions.findIndex(({ id }) => id === versionMarker) - 1;
    }
    for (let at = from; at >= 0; at -= 1) {
      if (count === most && last !== undefined) {
        next = `<NextKeyMarker>${encode(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.id}</NextVersionIdMarker>`;
        break scan;
      }
      count += 1;
      const version = versions[at];
      last = { key, id: version.id };
      const element = version.deleted ? 'DeleteMarker' : 'Version';
      body += `<${element}><Key>${encode(key)}</Key><VersionId>${version.id}</VersionId><IsLatest>${at === versions.length - 1}</IsLatest>` +
        `${version.deleted ? `<LastModified>${iso(version.modified)}</LastModified>` : common(version)}</${element}>`;
    }
  }
  return xml('ListVersionsResult', about(name, query, most, next !== '') + next + body);
}

function common(version: Version): string {
  return `<LastModified>${iso(version.modified)}</LastModified><ETag>&quot;${version.etag}&quot;</ETag><Size>${sizeOf(version.body)}</Size>` +
    `<StorageClass>${version.storageClass}</StorageClass>`;
}

function about(name: string, query: Request['query'], most: number, truncated: boolean): string {
  const encoding = query.get('encoding-type');
  return `<Name>${name}</Name><Prefix>${encoder(query)(query.get('prefix') ?? '')}</Prefix><MaxKeys>${most}</MaxKeys>` +
    `${encoding === undefined ? '' : `<EncodingType>${encoding}</EncodingType>`}<IsTruncated>${truncated}</IsTruncated>`;
}

function encoder(query: Request['query']): (key: string) => string {
  return query.get('encoding-type') === 'url' ? (key) => encodeURIComponent(key).replace(/%2F/g, '/') : escape;
}
