import { encryptionHeaders, refusedByCustomerKey, refusedByKey } from './attributes';
import { bytesOf, sizeOf, type Version } from './objects';
import type { State } from './state';
import type { Request, Response } from './wire';
import { escape, failure, xml } from './xml';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function head(version: Version, versioned: boolean, { headers, query }: Request): Response {
  const refused = refusedByCustomerKey(version, headers) ?? refusedByCondition(version, headers);
  if (refused !== undefined) { return { ...refused, body: '' }; }
  const size = sizeOf(version.body);
  const part = query.get('partNumber');
  const described = describe(version, versioned, headers['x-amz-checksum-mode'] === 'ENABLED');
  if (part === undefined) { return { status: 200, headers: described, length: size }; }
  const parts = version.parts ?? [size];
  const length = parts[Number(part) - 1] ?? 0;
  const first = parts.slice(0, Number(part) - 1).reduce((sum, each) => sum + each, 0);
  const counted = version.parts === undefined ? {} : { 'x-amz-mp-parts-count': parts.length };
  return { status: 206, headers: { ...described, ...counted, 'content-range': `bytes ${first}-${first + length - 1}/${size}` }, length };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function get(state: State, version: Version, versioned: boolean, { headers }: Request): Response {
  const refused = refusedByCustomerKey(version, headers) ?? refusedByKey(state, version.encryption) ?? refusedByCondition(version, headers);
  if (refused !== undefined) { return refused; }
  if (['GLACIER', 'DEEP_ARCHIVE'].includes(version.storageClass)) {
    return failure(403, 'InvalidObjectState', 'The operation is not valid for the object\'s storage class');
  }
  const described = describe(version, versioned, false); // clients would compute it, and ours are made up
  const bytes = bytesOf(version.body);
  const range = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  if (range === null) { return { status: 200, headers: described, body: bytes }; }
  const first = range[1] === '' ? Math.max(0, bytes.length - Number(range[2])) : Number(range[1]);
  const last = range[1] === '' || range[2] === '' ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
  if (first > last) { return failure(416, 'InvalidRange', 'The requested range is not satisfiable'); }
  return { status: 206, headers: { ...described, 'content-range': `bytes ${first}-${last}/${bytes.length}` }, body: bytes.subarray(first, last + 1) };
}

export function tagging({ tags }: Version): Response {
  const set = tags === '' ? '' : tags.split('&').map((pair) => {
    const [name, value] = pair.split('=').map((text) => escape(decodeURIComponent(text)));
    return `<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`;
  }).join('');
  return xml('Tagging', `<TagSet>${set}</TagSet>`);
}

export function acl({ acl: grants }: Version): Response {
  const list = grants.split('; ').map((grant) => {
    const [, permission, kind, who] = /^(\S+) (\w+)="(.*)"$/.exec(grant) ?? [];
    const grantee = kind === 'uri' ? `xsi:type="Group"><URI>${who}</URI>` : `xsi:type="CanonicalUser"><ID>${who}</ID>`;
    return `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ${grantee}</Grantee><Permission>${permission}</Permission></Grant>`;
  }).join('');
  return xml('AccessControlPolicy', `<Owner><ID>owner</ID></Owner><AccessControlList>${list}</AccessControlList>`);
}

const NO_LOCK = failure(404, 'NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration');

export function retention({ lock }: Version): Response {
  if (lock?.mode === undefined) { return NO_LOCK; }
  return xml('Retention', `<Mode>${lock.mode}</Mode><RetainUntilDate>${lock.until}</RetainUntilDate>`);
}

export function legalHold({ lock }: Version): Response {
  return lock?.hold === undefined ? NO_LOCK : xml('LegalHold', `<Status>${lock.hold}</Status>`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export function attributes(version: Version): Response {
  const { checksum, parts, etag, body, storageClass } = version;
  const sum = checksum === undefined ? '' :
    `<Checksum><Checksum${checksum.algorithm}>${checksum.value}</Checksum${checksum.algorithm}><ChecksumType>${checksum.type}</ChecksumType></Checksum>`;
  const list = parts?.map((size, index) => `<Part><PartNumber>${index + 1}</PartNumber><Size>${size}</Size></Part>`).join('');
  const made = parts === undefined ? '' : `<ObjectParts><PartsCount>${parts.length}</PartsCount><IsTruncated>false</IsTruncated>${list}</ObjectParts>`;
  return xml('GetObjectAttributesResponse',
    `<ETag>${etag}</ETag>${sum}${made}<StorageClass>${storageClass}</StorageClass><ObjectSize>${sizeOf(body)}</ObjectSize>`);
}

function describe(version: Version, versioned: boolean, withChecksum: boolean): Record<string, string | number | undefined> {
  const { checksum, lock } = version;
  const headers: Record<string, string | number | undefined> = {
    'last-modified': new Date(version.modified).toUTCString(),
    'etag': `"${version.etag}"`,
    'accept-ranges': 'bytes',
    ...version.headers,
    ...encryptionHeaders(version.encryption),
  };
  headers['content-type'] ??= 'binary/octet-stream';
  for (const name in version.metadata) { headers[`x-amz-meta-${name}`] = version.metadata[name]; }
  if (versioned) { headers['x-amz-version-id'] = version.id; }
  if (version.tags !== '') { headers['x-amz-tagging-count'] = version.tags.split('&').length; }
  if (version.storageClass !== 'STANDARD') { headers['x-amz-storage-class'] = version.storageClass; }
  if (version.redirect !== undefined) { headers['x-amz-website-redirect-location'] = version.redirect; }
  if (lock !== undefined) {
    headers['x-amz-object-lock-mode'] = lock.mode;
    headers['x-amz-object-lock-retain-until-date'] = lock.until;
    headers['x-amz-object-lock-legal-hold'] = lock.hold;
  }
  if (withChecksum && checksum !== undefined) {
    headers[`x-amz-checksum-${checksum.algorithm.toLowerCase()}`] = checksum.value;
    headers['x-amz-checksum-type'] = checksum.type;
  }
  return headers;
}

function refusedByCondition(version: Version, headers: Request['headers']): Response | undefined {
  const match = headers['if-match'];
  if (match !== undefined && match !== '*' && match.replace(/"/g, '') !== version.etag) {
    return failure(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  return headers['if-none-match']?.replace(/"/g, '') === version.etag ? { status: 304 } : undefined;
}

