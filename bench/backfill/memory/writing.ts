import {
  aclAsked, checksumOf, checksumSent, encryptionAsked, encryptionHeaders, isLocked, keptHeaders, lockAsked, metadataOf, refusedByCustomerKey,
  refusedByKey,
} from './attributes';
import { type Bucket, etagOf, sizeOf, type Version } from './objects';
import type { State } from './state';
import { decode, type Request, type Response } from './wire';
import { elementIn, failure, iso, xml } from './xml';

const MOST_BYTES = 5 * 1024 ** 3;
const ARCHIVED = ['GLACIER', 'DEEP_ARCHIVE'];
const CHANGED = failure(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
export const NO_SUCH_KEY = failure(404, 'NoSuchKey', 'The specified key does not exist.');

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export function put(state: State, bucket: Bucket, key: string, { headers, body }: Request): Response {
  const encryption = encryptionAsked(headers, bucket.defaultKey);
  const refused = refusedByKey(state, encryption) ?? refusedByDestination(bucket, key, headers);
  if (refused !== undefined) { return refused; }
  const bytes = Buffer.from(body); // of its own: what came is part of a larger buffer
  const etag = etagOf(bytes, encryption);
  const made = bucket.put(key, {
    ...madeFrom(headers),
    body: bytes,
    etag,
    encryption,
    headers: keptHeaders(headers),
    metadata: metadataOf(headers),
    tags: headers['x-amz-tagging'] ?? '',
    checksum: checksumSent(headers) ?? checksumOf('CRC64NVME', bytes),
  });
  return { status: 200, headers: { etag: `"${etag}"`, ...encryptionHeaders(encryption), ...versionHeader(bucket, made) } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: what is not named in the request is lost or back to its default. */
export function copy(state: State, bucket: Bucket, key: string, { headers }: Request): Response {
  const found = copySource(state, headers);
  if ('status' in found) { return found; }
  const { source, onto } = found;
  const encryption = encryptionAsked(headers, bucket.defaultKey);
  const replaced = headers['x-amz-metadata-directive'] === 'REPLACE';
  const changes = replaced || headers['x-amz-server-side-encryption'] !== undefined || headers['x-amz-storage-class'] !== undefined ||
    headers['x-amz-website-redirect-location'] !== undefined || bucket.defaultKey !== undefined;
  if (onto.bucket === bucket && onto.key === key && !changes) {
    return failure(400, 'InvalidRequest', 'This copy request is illegal because it is trying to copy an object to itself without changing the object\'s ' +
      'metadata, storage class, website redirect location or encryption attributes.');
  }
  if (sizeOf(source.body) > MOST_BYTES) {
    return failure(400, 'InvalidRequest', `The specified copy source is larger than the maximum allowable size for a copy source: ${MOST_BYTES}`);
  }
  const refused = refusedByKey(state, encryption) ?? refusedByDestination(bucket, key, headers);
  if (refused !== undefined) { return refused; }
  const etag = etagOf(source.body, encryption);
  const algorithm = headers['x-amz-checksum-algorithm'] ?? source.checksum?.algorithm ?? 'CRC64NVME';
  const same = source.checksum !== undefined && source.checksum.algorithm === algorithm && source.checksum.type === 'FULL_OBJECT';
  const made = bucket.put(key, {
    ...madeFrom(headers),
    body: source.body,
    etag,
    encryption,
    headers: replaced ? keptHeaders(headers) : source.headers,
    metadata: replaced ? metadataOf(headers) : source.metadata,
    tags: headers['x-amz-tagging-directive'] === 'REPLACE' ? headers['x-amz-tagging'] ?? '' : source.tags,
    checksum: same ? source.checksum : checksumOf(algorithm, source.body),
  });
  return xml('CopyObjectResult', `<LastModified>${iso(made.modified)}</LastModified><ETag>&quot;${etag}&quot;</ETag>`,
    { ...encryptionHeaders(encryption), ...versionHeader(bucket, made) });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html: nothing else of the object changes. */
export function updateEncryption(state: State, bucket: Bucket, key: string, version: Version, { body }: Request): Response {
  const document = body.toString();
  const keyArn = elementIn(document, 'KMSKeyArn');
  if (keyArn === undefined || !keyArn.startsWith('arn:')) {
    return failure(400, 'InvalidRequest', 'Requests that modify an object\'s encryption type to SSE-KMS require a valid AWS KMS key Amazon Resource Name (ARN).');
  }
  if (version.encryption.status === 'NOT-SSE') {
    return failure(400, 'InvalidRequest', 'The UpdateObjectEncryption operation doesn\'t supported unencrypted source objects. Only source objects ' +
      'encrypted with SSE-S3 or SSE-KMS are supported.');
  }
  if (version.encryption.status !== 'AES256' && version.encryption.status !== 'aws:kms') {
    return failure(400, 'InvalidRequest', 'The UpdateObjectEncryption operation doesn\'t support source objects with the encryption type DSSE-KMS or ' +
      'SSE-C. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.');
  }
  if (isLocked(version)) {
    return failure(403, 'AccessDenied', 'The encryption type for the specified object can\'t be updated because that object is protected by S3 Object Lock.');
  }
  const encryption = { status: 'aws:kms' as const, keyArn, bucketKey: elementIn(document, 'BucketKeyEnabled') === 'true' };
  const refused = refusedByKey(state, version.encryption) ?? refusedByKey(state, encryption);
  if (refused !== undefined) { return refused; }
  bucket.amend(key, version, { encryption });
  return { status: 200 };
}

/** Finds the source of a copy, and holds the request to its conditions. */
export function copySource(state: State, headers: Request['headers']): { source: Version; onto: { bucket: Bucket; key: string } } | Response {
  const [path, query] = headers['x-amz-copy-source'].replace(/^\//, '').split('?versionId=');
  const slash = path.indexOf('/');
  const bucket = state.bucket(decode(path.slice(0, slash)));
  const key = decodeURIComponent(path.slice(slash + 1).replace(/\+/g, ' '));
  const source = bucket.find(key, query);
  if (source === undefined || source.deleted) { return NO_SUCH_KEY; }
  if (ARCHIVED.includes(source.storageClass)) {
    return failure(403, 'InvalidObjectState', 'Operation is not valid for the source object\'s storage class');
  }
  const match = headers['x-amz-copy-source-if-match'];
  const none = headers['x-amz-copy-source-if-none-match'];
  if (match !== undefined && bare(match) !== source.etag || none !== undefined && bare(none) === source.etag) { return CHANGED; }
  return refusedByCustomerKey(source, headers, 'x-amz-copy-source-server-side-encryption') ?? refusedByKey(state, source.encryption) ??
    { source, onto: { bucket, key } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function refusedByDestination(bucket: Bucket, key: string, headers: Request['headers']): Response | undefined {
  const current = bucket.current(key);
  const exists = current !== undefined && !current.deleted;
  const match = headers['if-match'];
  if (match !== undefined && !exists) { return NO_SUCH_KEY; }
  if (match !== undefined && bare(match) !== current?.etag) { return CHANGED; }
  return headers['if-none-match'] === '*' && exists ? CHANGED : undefined;
}

/** What every write takes from its own request and from nowhere else. */
export function madeFrom(headers: Request['headers']): Pick<Version, 'modified' | 'storageClass' | 'redirect' | 'acl' | 'lock'> {
  return {
    modified: Date.now(),
    storageClass: headers['x-amz-storage-class'] ?? 'STANDARD',
    redirect: headers['x-amz-website-redirect-location'],
    acl: aclAsked(headers),
    lock: lockAsked(headers),
  };
}

export function versionHeader(bucket: Bucket, version: Version): Record<string, string> {
  return bucket.versioned ? { 'x-amz-version-id': version.id } : {};
}

function bare(etag: string): string { return etag.replace(/"/g, ''); }
