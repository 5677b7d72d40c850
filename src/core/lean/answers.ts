import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { meaningOf, StoreError } from '../store-error';
import type { Answer } from './transport';

/** The headers of HeadObject, as the SDK would name them; only what the engine looks at. */
export function headFrom({ headers }: Answer): HeadObjectCommandOutput {
  const text = (name: string): string | undefined => { const value = headers[name]; return Array.isArray(value) ? value.join(', ') : value; };
  const until = text('x-amz-object-lock-retain-until-date');
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-meta-')) { metadata[name.slice('x-amz-meta-'.length)] = text(name) ?? ''; }
  }
  return {
    $metadata: {},
    VersionId: text('x-amz-version-id'),
    ContentLength: Number(text('content-length') ?? 0),
    ETag: text('etag'),
    StorageClass: text('x-amz-storage-class') as HeadObjectCommandOutput['StorageClass'],
    ArchiveStatus: text('x-amz-archive-status') as HeadObjectCommandOutput['ArchiveStatus'],
    Restore: text('x-amz-restore'),
    ServerSideEncryption: text('x-amz-server-side-encryption') as HeadObjectCommandOutput['ServerSideEncryption'],
    SSEKMSKeyId: text('x-amz-server-side-encryption-aws-kms-key-id'),
    BucketKeyEnabled: text('x-amz-server-side-encryption-bucket-key-enabled') === 'true',
    SSECustomerAlgorithm: text('x-amz-server-side-encryption-customer-algorithm'),
    ObjectLockRetainUntilDate: until === undefined ? undefined : new Date(until),
    ObjectLockLegalHoldStatus: text('x-amz-object-lock-legal-hold') as HeadObjectCommandOutput['ObjectLockLegalHoldStatus'],
    CacheControl: text('cache-control'),
    ContentDisposition: text('content-disposition'),
    ContentEncoding: text('content-encoding'),
    ContentLanguage: text('content-language'),
    ContentType: text('content-type'),
    ExpiresString: text('expires'),
    WebsiteRedirectLocation: text('x-amz-website-redirect-location'),
    Metadata: metadata,
    MissingMeta: text('x-amz-missing-meta') === undefined ? undefined : Number(text('x-amz-missing-meta')),
  };
}

/** The text of one element of an answer of S3. They are flat and hold no attributes, so no parser is needed. */
export function elementOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found?.replace(/&(quot|amp|lt|gt|apos|#34|#39);/g, (entity, which: string) => ENTITIES[which] ?? entity);
}

const ENTITIES: Record<string, string> = { 'quot': '"', 'amp': '&', 'lt': '<', 'gt': '>', 'apos': "'", '#34': '"', '#39': "'" };

/** HeadObject has no body that could say more than the status. */
const BARE: Record<number, [code: string, message: string]> = {
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
