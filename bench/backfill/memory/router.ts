import { listObjects, listVersions } from './listing';
import * as multipart from './multipart';
import type { Bucket, Version } from './objects';
import * as reading from './reading';
import type { State } from './state';
import type { Handler, Request, Response } from './wire';
import { NO_SUCH_KEY, copy, put, updateEncryption } from './writing';
import { elementIn, elementsIn, escape, failure, xml } from './xml';

/** Answers requests of S3 in path style, and the one of KMS that a preflight makes. No signature is checked. */
export function router(state: State): Handler {
  return (request) => {
    const target = request.headers['x-amz-target'];
    if (target !== undefined) { return describeKey(state, request); }
    const slash = request.path.indexOf('/', 1);
    const name = slash < 0 ? request.path.slice(1) : request.path.slice(1, slash);
    if (name === '') { return listBuckets(state); }
    const bucket = state.buckets.get(name);
    if (bucket === undefined) { return failure(404, 'NoSuchBucket', 'The specified bucket does not exist'); }
    const key = slash < 0 ? '' : decodeURIComponent(request.path.slice(slash + 1));
    const operation = key === '' ? bucketOperation(request) : objectOperation(request);
    state.counts[operation] = (state.counts[operation] ?? 0) + 1;
    return key === '' ? onBucket(state, bucket, name, request) : onObject(state, bucket, name, key, request);
  };
}

const SUBRESOURCES: readonly (readonly [string, string])[] = [
  ['encryption', 'BucketEncryption'], ['versioning', 'BucketVersioning'], ['location', 'BucketLocation'], ['object-lock', 'ObjectLockConfiguration'],
  ['ownershipControls', 'BucketOwnershipControls'], ['versions', 'ListObjectVersions'], ['uploads', 'ListMultipartUploads'], ['delete', 'DeleteObjects'],
];

/** The name that S3 gives to a request for a bucket. */
export function bucketOperation({ method, query }: Pick<Request, 'method' | 'query'>): string {
  const found = SUBRESOURCES.find(([parameter]) => query.has(parameter));
  if (found !== undefined) { return /^(List|Delete)/.test(found[1]) ? found[1] : `${method === 'PUT' ? 'Put' : 'Get'}${found[1]}`; }
  if (method === 'HEAD') { return 'HeadBucket'; }
  if (method === 'PUT') { return 'CreateBucket'; }
  return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
}

const OBJECT_PARTS: readonly (readonly [string, string])[] = [
  ['tagging', 'ObjectTagging'], ['acl', 'ObjectAcl'], ['retention', 'ObjectRetention'], ['legal-hold', 'ObjectLegalHold'], ['attributes', 'ObjectAttributes'],
];

/** The name that S3 gives to a request for an object. */
export function objectOperation({ method, query, headers }: Pick<Request, 'method' | 'query' | 'headers'>): string {
  if (query.has('encryption')) { return 'UpdateObjectEncryption'; }
  const part = OBJECT_PARTS.find(([parameter]) => query.has(parameter));
  if (part !== undefined) { return `${method === 'PUT' ? 'Put' : 'Get'}${part[1]}`; }
  const copied = headers['x-amz-copy-source'] !== undefined;
  if (query.has('uploads')) { return 'CreateMultipartUpload'; }
  if (query.has('uploadId')) {
    return method === 'POST' ? 'CompleteMultipartUpload' : method === 'DELETE' ? 'AbortMultipartUpload' : copied ? 'UploadPartCopy' : 'UploadPart';
  }
  if (method === 'PUT') { return copied ? 'CopyObject' : 'PutObject'; }
  return method === 'HEAD' ? 'HeadObject' : method === 'DELETE' ? 'DeleteObject' : 'GetObject';
}

function onBucket(state: State, bucket: Bucket, name: string, request: Request): Response {
  const operation = bucketOperation(request);
  switch (operation) {
    case 'ListObjectsV2': case 'ListObjects': return listObjects(bucket, name, request);
    case 'ListObjectVersions': return listVersions(bucket, name, request);
    case 'ListMultipartUploads': return multipart.list(state, name);
    case 'HeadBucket': return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } };
    case 'CreateBucket': return { status: 200 };
    case 'GetBucketLocation': return xml('LocationConstraint', '');
    case 'GetBucketVersioning': return xml('VersioningConfiguration', bucket.versioned ? '<Status>Enabled</Status>' : '');
    case 'GetBucketEncryption': return bucketEncryption(bucket);
    case 'GetObjectLockConfiguration': return bucket.objectLock
      ? xml('ObjectLockConfiguration', '<ObjectLockEnabled>Enabled</ObjectLockEnabled>')
      : failure(404, 'ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket');
    case 'GetBucketOwnershipControls':
      return xml('OwnershipControls', `<Rule><ObjectOwnership>${bucket.acls ? 'ObjectWriter' : 'BucketOwnerEnforced'}</ObjectOwnership></Rule>`);
    case 'DeleteObjects': {
      for (const object of elementsIn(request.body.toString(), 'Object')) { bucket.remove(elementIn(object, 'Key') ?? '', elementIn(object, 'VersionId')); }
      return xml('DeleteResult', '');
    }
    default: return failure(501, 'NotImplemented', `this server does not know ${operation}`);
  }
}

function onObject(state: State, bucket: Bucket, name: string, key: string, request: Request): Response {
  const operation = objectOperation(request);
  switch (operation) {
    case 'PutObject': return put(state, bucket, key, request);
    case 'CopyObject': return copy(state, bucket, key, request);
    case 'CreateMultipartUpload': return multipart.create(state, name, key, request);
    case 'UploadPart': case 'UploadPartCopy': return multipart.uploadPart(state, request);
    case 'CompleteMultipartUpload': return multipart.complete(state, bucket, key, request);
    case 'AbortMultipartUpload': return multipart.abort(state, request);
    case 'DeleteObject': bucket.remove(key, request.query.get('versionId')); return { status: 204 };
    default: break;
  }
  const version = bucket.find(key, request.query.get('versionId'));
  if (version === undefined) { return NO_SUCH_KEY; }
  if (version.deleted) {
    return request.query.has('versionId') ? failure(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
      : { ...NO_SUCH_KEY, headers: { ...NO_SUCH_KEY.headers, 'x-amz-delete-marker': 'true' } };
  }
  return onVersion(state, bucket, key, version, operation, request);
}

function onVersion(state: State, bucket: Bucket, key: string, version: Version, operation: string, request: Request): Response {
  switch (operation) {
    case 'HeadObject': return reading.head(version, bucket.versioned, request);
    case 'GetObject': return reading.get(state, version, bucket.versioned, request);
    case 'UpdateObjectEncryption': return updateEncryption(state, bucket, key, version, request);
    case 'GetObjectTagging': return reading.tagging(version);
    case 'PutObjectTagging': {
      const tags = elementsIn(request.body.toString(), 'Tag')
        .map((tag) => `${encodeURIComponent(elementIn(tag, 'Key') ?? '')}=${encodeURIComponent(elementIn(tag, 'Value') ?? '')}`).join('&');
      bucket.amend(key, version, { tags });
      return { status: 200 };
    }
    case 'GetObjectAcl': return reading.acl(version);
    case 'GetObjectRetention': return reading.retention(version);
    case 'GetObjectLegalHold': return reading.legalHold(version);
    case 'GetObjectAttributes': return reading.attributes(version);
    default: return failure(501, 'NotImplemented', `this server does not know ${operation}`);
  }
}

function bucketEncryption({ defaultKey }: Bucket): Response {
  const by = defaultKey === undefined ? '<SSEAlgorithm>AES256</SSEAlgorithm>'
    : `<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>${defaultKey}</KMSMasterKeyID>`;
  const rule = `<ApplyServerSideEncryptionByDefault>${by}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>${defaultKey !== undefined}</BucketKeyEnabled>`;
  return xml('ServerSideEncryptionConfiguration', `<Rule>${rule}</Rule>`);
}

function listBuckets(state: State): Response {
  const buckets = [...state.buckets.keys()].map((name) => `<Bucket><Name>${escape(name)}</Name></Bucket>`).join('');
  return xml('ListAllMyBucketsResult', `<Buckets>${buckets}</Buckets>`);
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html */
function describeKey(state: State, { headers, body }: Request): Response {
  if (!headers['x-amz-target'].endsWith('.DescribeKey')) { return { status: 400, body: JSON.stringify({ __type: 'UnknownOperationException' }) }; }
  const { KeyId } = JSON.parse(body.toString()) as { KeyId: string };
  const enabled = !state.disabledKeys.has(KeyId);
  const KeyMetadata = {
    KeyId: KeyId.split('/').at(-1),
    Arn: KeyId,
    Enabled: enabled,
    KeyState: enabled ? 'Enabled' : 'Disabled',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyManager: 'CUSTOMER',
    AWSAccountId: KeyId.split(':')[4],
  };
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ KeyMetadata }) };
}
