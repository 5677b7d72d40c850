import { createHash, randomUUID } from 'crypto';
import { checksumOf, encryptionAsked, encryptionHeaders, keptHeaders, metadataOf, refusedByKey } from './attributes';
import { type Body, type Bucket, bytesOf, sizeOf } from './objects';
import type { Part, State } from './state';
import type { Request, Response } from './wire';
import { copySource, madeFrom, refusedByDestination, versionHeader } from './writing';
import { elementIn, elementsIn, escape, failure, iso, xml } from './xml';

const NO_SUCH_UPLOAD = failure(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export function create(state: State, bucketName: string, key: string, { headers }: Request): Response {
  const id = randomUUID();
  state.uploads.set(id, { bucket: bucketName, key, headers, parts: new Map() });
  return xml('InitiateMultipartUploadResult', `<Bucket>${bucketName}</Bucket><Key>${escape(key)}</Key><UploadId>${id}</UploadId>`);
}

/** A part that is sent, or copied from an object: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export function uploadPart(state: State, { headers, query, body }: Request): Response {
  const upload = state.uploads.get(query.get('uploadId') ?? '');
  if (upload === undefined) { return NO_SUCH_UPLOAD; }
  const number = Number(query.get('partNumber'));
  if (headers['x-amz-copy-source'] === undefined) {
    const bytes = Buffer.from(body); // of its own: what came is part of a larger buffer
    const etag = createHash('md5').update(bytes).digest('hex');
    upload.parts.set(number, { etag, body: bytes, from: 0, to: bytes.length });
    return { status: 200, headers: { etag: `"${etag}"` } };
  }
  const found = copySource(state, headers);
  if ('status' in found) { return found; }
  const { body: whole, etag: of } = found.source;
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers['x-amz-copy-source-range'] ?? '');
  const [from, to] = range === null ? [0, sizeOf(whole)] : [Number(range[1]), Number(range[2]) + 1];
  if (to > sizeOf(whole)) { return failure(400, 'InvalidArgument', 'Range specified is not valid for source object of size: ' + sizeOf(whole)); }
  const etag = createHash('md5').update(`${of} ${from} ${to}`).digest('hex');
  upload.parts.set(number, { etag, body: whole, from, to });
  const algorithm = upload.headers['x-amz-checksum-algorithm'];
  const sum = algorithm === undefined ? '' : `<Checksum${algorithm}>${checksumOf(algorithm, { seed: etag, size: 0 }).value}</Checksum${algorithm}>`;
  return xml('CopyPartResult', `<LastModified>${iso(Date.now())}</LastModified><ETag>&quot;${etag}&quot;</ETag>${sum}`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export function complete(state: State, bucket: Bucket, key: string, request: Request): Response {
  const id = request.query.get('uploadId') ?? '';
  const upload = state.uploads.get(id);
  if (upload === undefined) { return NO_SUCH_UPLOAD; }
  const parts: Part[] = [];
  for (const named of elementsIn(request.body.toString(), 'Part')) {
    const part = upload.parts.get(Number(elementIn(named, 'PartNumber')));
    if (part === undefined || part.etag !== elementIn(named, 'ETag')?.replace(/"/g, '')) {
      return failure(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
    }
    parts.push(part);
  }
  if (parts.length === 0) { return failure(400, 'MalformedXML', 'The XML you provided was not well-formed'); }
  const { headers } = upload;
  const encryption = encryptionAsked(headers, bucket.defaultKey);
  const refused = refusedByKey(state, encryption) ?? refusedByDestination(bucket, key, request.headers);
  if (refused !== undefined) { return refused; }
  const etag = `${createHash('md5').update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')))).digest('hex')}-${parts.length}`;
  const algorithm = headers['x-amz-checksum-algorithm'] ?? 'CRC64NVME';
  const composite = headers['x-amz-checksum-type'] === 'COMPOSITE' || headers['x-amz-checksum-type'] === undefined && algorithm !== 'CRC64NVME';
  const whole = joined(parts);
  const sizes = parts.map(({ from, to }) => to - from);
  const made = bucket.put(key, {
    ...madeFrom(headers),
    body: whole,
    etag,
    parts: sizes,
    encryption,
    headers: keptHeaders(headers),
    metadata: metadataOf(headers),
    tags: headers['x-amz-tagging'] ?? '',
    checksum: checksumOf(algorithm, whole, composite ? sizes : undefined),
  });
  state.uploads.delete(id);
  return xml('CompleteMultipartUploadResult', `<Bucket>${upload.bucket}</Bucket><Key>${escape(key)}</Key><ETag>&quot;${etag}&quot;</ETag>`,
    { ...encryptionHeaders(encryption), ...versionHeader(bucket, made) });
}

/** All parts of one object, in their order, are that object: its bytes need not be made to be joined. */
function joined(parts: readonly Part[]): Body {
  const [{ body }] = parts;
  const inRow = parts.every((part, index) => part.body === body && part.from === (index === 0 ? 0 : parts[index - 1].to));
  return inRow && parts.at(-1)?.to === sizeOf(body) ? body : Buffer.concat(parts.map((part) => bytesOf(part.body).subarray(part.from, part.to)));
}

export function abort(state: State, { query }: Request): Response {
  return state.uploads.delete(query.get('uploadId') ?? '') ? { status: 204 } : NO_SUCH_UPLOAD;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html: what a run that was killed leaves behind. */
export function list(state: State, bucketName: string): Response {
  const uploads = [...state.uploads].filter(([, { bucket }]) => bucket === bucketName)
    .map(([id, { key }]) => `<Upload><Key>${escape(key)}</Key><UploadId>${id}</UploadId></Upload>`).join('');
  return xml('ListMultipartUploadsResult', `<Bucket>${bucketName}</Bucket><IsTruncated>false</IsTruncated>${uploads}`);
}
