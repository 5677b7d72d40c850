import { cannedAcl, checksumOf } from './attributes';
import { type Bucket, type Encryption, etagOf, type Version } from './objects';

/**
 * `sse-s3` and `unencrypted` are as buckets are made since 2023: without ACLs, and here without versions. `everything` has
 * both, and Object Lock, and objects of either encryption.
 */
export type Shape = 'sse-s3' | 'unencrypted' | 'everything';

/** A key for each number, in folders as people have them, in another order than they are made in. */
export function keyOf(number: number): string { return `data/${String(number % 100).padStart(2, '0')}/object ${String(number).padStart(9, '0')}.json`; }

const KIB = 1024;
const MULTIPART = [8 * KIB * KIB, 8 * KIB * KIB, 3 * KIB * KIB];
const LAST_YEAR = Date.UTC(2025, 3, 1);

/**
 * Fills a bucket with objects of 1 to 64 KiB and a few that were uploaded in parts, all of them with something that a
 * rewrite could lose: some with a website redirect, tags, another storage class, readers, a checksum of another kind.
 */
export function populate(bucket: Bucket, objects: number, shape: Shape): void {
  bucket.clear();
  bucket.versioned = bucket.objectLock = bucket.acls = shape === 'everything';
  const rareParts = Math.max(20, Math.floor(objects / 5));
  for (let number = 0; number < objects; number += 1) {
    const parts = number % rareParts === 7 ? MULTIPART : undefined;
    bucket.put(keyOf(number), make(number, parts, shape));
  }
  bucket.keys();
}

function make(number: number, parts: readonly number[] | undefined, shape: Shape): Omit<Version, 'id'> {
  const plain = shape === 'unencrypted' || shape === 'everything' && number % 2 === 0;
  const encryption: Encryption = { status: plain ? 'NOT-SSE' : 'AES256' };
  const size = parts?.reduce((sum, each) => sum + each, 0) ?? (1 + number * 37 % 64) * KIB - number % 7;
  const body = { seed: `${number}`, size };
  const etag = `${etagOf(body, encryption)}${parts === undefined ? '' : `-${parts.length}`}`;
  const every = (count: number): boolean => number % count === 3 % count;
  return {
    body,
    etag,
    parts,
    modified: LAST_YEAR + number * 1000,
    headers: {
      'content-type': 'application/json',
      ...(every(2) || every(3) ? { 'cache-control': 'max-age=3600' } : {}),
      ...(every(5) ? { 'content-encoding': 'gzip', 'content-language': 'de' } : {}),
      ...(every(7) ? { 'content-disposition': 'attachment; filename="a.json"', 'expires': 'Wed, 21 Oct 2026 07:28:00 GMT' } : {}),
    },
    metadata: { origin: 'bench', number: `${number}` },
    tags: every(4) || parts !== undefined ? `team=bench&number=${number}` : '',
    storageClass: every(6) ? 'STANDARD_IA' : every(11) ? 'INTELLIGENT_TIERING' : 'STANDARD',
    redirect: every(20) ? '/elsewhere' : undefined,
    acl: cannedAcl(shape === 'everything' && (every(25) || every(4)) ? 'public-read' : 'private'),
    checksum: checksumOf(parts !== undefined || every(9) ? 'SHA256' : 'CRC32', body, parts),
    lock: shape === 'everything' && every(8) ? { mode: 'GOVERNANCE', until: '2099-01-01T00:00:00.000Z' } : undefined,
    encryption,
  };
}
