import { draw } from './draws';
import { bucketOperation, objectOperation } from '../../bench/backfill/memory/router';
import type { Request, Response } from '../../bench/backfill/memory/wire';
import { elementIn, failure, xml } from '../../bench/backfill/memory/xml';
import { listen } from '../../bench/backfill/memory-s3';

export interface ListingServerOptions {
  /** How many objects the bucket has. Its name does not matter. */
  readonly objects: number;
  readonly seed: number;
}

/** A bucket of any number of objects that are made when they are asked for: it remembers one byte of each. */
export interface ListingServer {
  readonly endpoint: string;
  /** Objects that are under the key which was asked for. */
  readonly rewritten: number;
  /** By operation. */
  readonly counts: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const DIGITS = 12;
const PREFIX = 'data/';
const PAGE = 1000;
const OLD_KEY = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000';
const MODIFIED = '2025-04-01T00:00:00.000Z';
const NOT_THERE = failure(404, 'NoSuchKey', 'The specified key does not exist.');

export async function startListingServer({ objects, seed }: ListingServerOptions): Promise<ListingServer> {
  const done = new Uint8Array(objects);
  const counts: Record<string, number> = {};
  let rewritten = 0;
  let keyArn = OLD_KEY;

  const isDone = (number: number): boolean => done[number] === 1;
  const rewrite = (number: number, arn: string): void => {
    keyArn = arn;
    if (isDone(number)) { return; }
    done[number] = 1;
    rewritten += 1;
  };

  const onObject = (request: Request, operation: string, number: number): Response => {
    if (Number.isNaN(number) || number >= objects) { return NOT_THERE; }
    const etag = `"${tagOf(seed, number, isDone(number))}"`;
    switch (operation) {
      case 'HeadObject':
        return { status: 200, length: sizeOf(seed, number), headers: { etag, 'last-modified': new Date(MODIFIED).toUTCString(), ...encryption(number) } };
      case 'UpdateObjectEncryption':
        if (stateOf(seed, number) === 'NOT-SSE' && !isDone(number)) {
          return failure(400, 'InvalidRequest', 'Only source objects encrypted with SSE-S3 or SSE-KMS are supported.');
        }
        rewrite(number, elementIn(request.body.toString(), 'KMSKeyArn') ?? '');
        return { status: 200 };
      case 'CopyObject':
        rewrite(number, request.headers['x-amz-server-side-encryption-aws-kms-key-id']);
        return xml('CopyObjectResult', `<ETag>&quot;${tagOf(seed, number, true)}&quot;</ETag><LastModified>${MODIFIED}</LastModified>`, encryption(number));
      default: return failure(501, 'NotImplemented', `this server does not know ${operation}`);
    }
  };
  const encryption = (number: number): Record<string, string> => {
    const state = isDone(number) ? 'aws:kms' : stateOf(seed, number);
    if (state === 'NOT-SSE') { return {}; }
    if (state === 'AES256') { return { 'x-amz-server-side-encryption': 'AES256' }; }
    return {
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': isDone(number) ? keyArn : OLD_KEY,
      'x-amz-server-side-encryption-bucket-key-enabled': 'true',
    };
  };

  const { port, close } = await listen((request) => {
    const [, , ...rest] = request.path.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const operation = key === '' ? bucketOperation(request) : objectOperation(request);
    counts[operation] = (counts[operation] ?? 0) + 1;
    return key === '' ? onBucket(request, operation, objects, seed, isDone) : onObject(request, operation, numberOf(key));
  });
  return { endpoint: `http://127.0.0.1:${port}`, counts, get rewritten() { return rewritten; }, close };
}

function onBucket({ query }: Request, operation: string, objects: number, seed: number, isDone: (number: number) => boolean): Response {
  switch (operation) {
    case 'HeadBucket': return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } };
    case 'GetBucketLocation': return xml('LocationConstraint', '');
    case 'GetBucketVersioning': return xml('VersioningConfiguration', '');
    case 'GetBucketOwnershipControls': return xml('OwnershipControls', '<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>');
    case 'GetBucketEncryption': return failure(404, 'ServerSideEncryptionConfigurationNotFoundError', 'The server side encryption configuration was not found');
    case 'GetObjectLockConfiguration': return failure(404, 'ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket');
    case 'ListObjectsV2': case 'ListObjectVersions': break;
    default: return failure(501, 'NotImplemented', `this server does not know ${operation}`);
  }
  const versions = operation === 'ListObjectVersions';
  const token = query.get('continuation-token');
  const marker = (versions ? query.get('key-marker') : token ?? query.get('start-after')) || undefined;
  const from = marker === undefined ? 0 : numberOf(marker) + 1;
  const to = Math.min(from + PAGE, objects);
  let body = '';
  for (let number = from; number < to; number += 1) {
    const about = `<Key>${keyOf(number)}</Key><LastModified>${MODIFIED}</LastModified><ETag>&quot;${tagOf(seed, number, isDone(number))}&quot;</ETag>` +
      `<Size>${sizeOf(seed, number)}</Size><StorageClass>STANDARD</StorageClass>`;
    body += versions ? `<Version>${about}<VersionId>null</VersionId><IsLatest>true</IsLatest></Version>` : `<Contents>${about}</Contents>`;
  }
  const more = to < objects;
  const last = keyOf(to - 1);
  const next = !more ? '' : versions ? `<NextKeyMarker>${last}</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>`
    : `<NextContinuationToken>${last}</NextContinuationToken>`;
  return xml(versions ? 'ListVersionsResult' : 'ListBucketResult', `<IsTruncated>${more}</IsTruncated><MaxKeys>${PAGE}</MaxKeys>${next}${body}`);
}

/** Keys of one length, so that their order is that of their numbers. */
export function keyOf(number: number): string { return PREFIX + String(number).padStart(DIGITS, '0'); }

function numberOf(key: string): number { return /^data\/\d{12}$/.test(key) ? Number(key.slice(PREFIX.length)) : NaN; }

/** Four objects of five are under SSE-S3; the rest under another key, and one in fifty under none. */
export function stateOf(seed: number, number: number): 'AES256' | 'aws:kms' | 'NOT-SSE' {
  const drawn = draw(seed, number);
  return drawn < 0.8 ? 'AES256' : drawn < 0.98 ? 'aws:kms' : 'NOT-SSE';
}

function sizeOf(seed: number, number: number): number { return 1 + Math.floor(draw(seed, number, 1) * 65_536); }

function tagOf(seed: number, number: number, done: boolean): string {
  const half = (place: number): string => Math.floor(draw(seed, number, place) * 0x100000000).toString(16).padStart(8, '0');
  return half(2) + half(3) + half(4) + (done && stateOf(seed, number) === 'NOT-SSE' ? half(5) : half(6));
}
