import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Answer } from './answer-parser';
import { checksumOf } from '../checksum';
import { type Encryption, encryptionFrom } from '../encryption';
import type { Checksum } from '../object';
import { meaningOf, StoreError } from '../store-error';

/** The headers of HeadObject, as the SDK would name them; only what the engine looks at. */
export function headFrom({ headers }: Answer): HeadObjectCommandOutput {
  const until = headers['x-amz-object-lock-retain-until-date'];
  const metadata: Record<string, string> = {};
  for (const name in headers) {
    if (name.startsWith('x-amz-meta-')) { metadata[name.slice('x-amz-meta-'.length)] = headers[name]; }
  }
  return {
    $metadata: {},
    VersionId: headers['x-amz-version-id'],
    ContentLength: Number(headers['content-length'] ?? 0),
    ETag: headers.etag,
    StorageClass: headers['x-amz-storage-class'] as HeadObjectCommandOutput['StorageClass'],
    ArchiveStatus: headers['x-amz-archive-status'] as HeadObjectCommandOutput['ArchiveStatus'],
    Restore: headers['x-amz-restore'],
    ServerSideEncryption: headers['x-amz-server-side-encryption'] as HeadObjectCommandOutput['ServerSideEncryption'],
    SSEKMSKeyId: headers['x-amz-server-side-encryption-aws-kms-key-id'],
    BucketKeyEnabled: headers['x-amz-server-side-encryption-bucket-key-enabled'] === 'true',
    SSECustomerAlgorithm: headers['x-amz-server-side-encryption-customer-algorithm'],
    ObjectLockRetainUntilDate: until === undefined ? undefined : new Date(until),
    ObjectLockLegalHoldStatus: headers['x-amz-object-lock-legal-hold'] as HeadObjectCommandOutput['ObjectLockLegalHoldStatus'],
    CacheControl: headers['cache-control'],
    ContentDisposition: headers['content-disposition'],
    ContentEncoding: headers['content-encoding'],
    ContentLanguage: headers['content-language'],
    ContentType: headers['content-type'],
    ExpiresString: headers.expires,
    WebsiteRedirectLocation: headers['x-amz-website-redirect-location'],
    Metadata: metadata,
    MissingMeta: headers['x-amz-missing-meta'] === undefined ? undefined : Number(headers['x-amz-missing-meta']),
  };
}

const CHECKSUM = 'x-amz-checksum-';

/** The checksum in an answer to HeadObject that was asked for it. */
export function checksumIn({ headers }: Answer): Checksum | undefined {
  for (const name in headers) {
    if (!name.startsWith(CHECKSUM) || name === 'x-amz-checksum-type') { continue; }
    return checksumOf(name.slice(CHECKSUM.length).toUpperCase(), headers[name], headers['x-amz-checksum-type'], headers.etag);
  }
  return undefined;
}

/** How CopyObject says that it has stored the copy. */
export function encryptionIn({ headers }: Answer): Encryption {
  return encryptionFrom({
    ServerSideEncryption: headers['x-amz-server-side-encryption'],
    SSEKMSKeyId: headers['x-amz-server-side-encryption-aws-kms-key-id'],
    BucketKeyEnabled: headers['x-amz-server-side-encryption-bucket-key-enabled'] === 'true',
    SSECustomerAlgorithm: headers['x-amz-server-side-encryption-customer-algorithm'],
  });
}

/** The text of one element of an answer of S3. They are flat and hold no attributes, so no parser is needed. */
export function elementOf(xml: string, name: string): string | undefined {
  const opens = `<${name}>`;
  const start = xml.indexOf(opens) + opens.length;
  const end = start < opens.length ? -1 : xml.indexOf('<', start);
  if (end < 0 || !xml.startsWith(`</${name}>`, end)) { return undefined; }
  return xml.slice(start, end).replace(/&(quot|amp|lt|gt|apos|#34|#39);/g, (entity, which: string) => ENTITIES[which] ?? entity);
}

const ENTITIES: Record<string, string> = { 'quot': '"', 'amp': '&', 'lt': '<', 'gt': '>', 'apos': "'", '#34': '"', '#39': "'" };

/** HeadObject has no body that could say more than the status. */
const BARE: Record<number, [code: string, message: string]> = {
  301: ['PermanentRedirect', 'the bucket is in another region than the one that was asked'],
  400: ['BadRequest', 'S3 gave no reason; a customer-provided key, or an expired session, is answered so'],
  403: ['AccessDenied', 'S3 gave no reason: s3:GetObject is missing, or kms:Decrypt on the key that the object is under'],
  404: ['NotFound', 'no such object'],
  405: ['MethodNotAllowed', 'the version is a delete marker'],
  503: ['ServiceUnavailable', 'S3 asks for fewer requests'],
};

export function errorFrom(answer: Answer): StoreError {
  const [code, message] = [elementOf(answer.body, 'Code'), elementOf(answer.body, 'Message')];
  const bare = BARE[answer.status] ?? [`HTTP ${answer.status}`, 'S3 gave no reason'];
  const named = code ?? bare[0];
  return new StoreError(named, message ?? bare[1], meaningOf(named, message ?? '', answer.status), { status: answer.status });
}
