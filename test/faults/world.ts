import { type Snapshot, snapshot } from '../../bench/backfill/memory/compare';
import type { Bucket, Encryption, Version } from '../../bench/backfill/memory/objects';
import { keyOf, populate } from '../../bench/backfill/memory/populate';
import { objectOperation } from '../../bench/backfill/memory/router';
import type { Request, Response } from '../../bench/backfill/memory/wire';

export const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const OLD_KEY = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000';

type Kind = 'sse-s3' | 'unencrypted' | 'old-key' | 'dsse' | 'sse-c' | 'archived' | 'archived-unencrypted' | 'done';

const ENCRYPTION: Readonly<Record<Kind, Encryption>> = {
  'sse-s3': { status: 'AES256' },
  'unencrypted': { status: 'NOT-SSE' },
  'old-key': { status: 'aws:kms', keyArn: OLD_KEY, bucketKey: true },
  'dsse': { status: 'aws:kms:dsse', keyArn: OLD_KEY },
  'sse-c': { status: 'SSE-C', customerKeyMd5: 'AAAAAAAAAAAAAAAAAAAAAA==' },
  'archived': { status: 'AES256' },
  'archived-unencrypted': { status: 'NOT-SSE' },
  'done': { status: 'aws:kms', keyArn: KEY_ARN, bucketKey: true },
};
/** Of twenty objects. */
const KINDS: readonly Kind[] = [
  ...Array<Kind>(8).fill('sse-s3'), ...Array<Kind>(5).fill('unencrypted'), 'old-key', 'old-key', 'dsse', 'sse-c', 'archived', 'archived-unencrypted', 'done',
];

/** A bucket with objects of every kind, and what it was before anybody touched it. */
export interface World {
  readonly bucket: Bucket;
  readonly before: Snapshot;
  readonly keys: readonly string[];
}

/** With versions there are locks and ACLs too. */
export function fill(bucket: Bucket, objects: number, versioned: boolean): World {
  populate(bucket, objects, versioned ? 'everything' : 'sse-s3');
  for (let number = 0; number < objects; number += 1) {
    const key = keyOf(number);
    const [version] = bucket.objects.get(key) ?? [];
    const kind = version.parts === undefined ? KINDS[number % KINDS.length] : 'unencrypted'; // so that a multipart copy has to be made
    const storageClass = kind.startsWith('archived') ? 'GLACIER' : version.storageClass;
    bucket.amend(key, version, { encryption: ENCRYPTION[kind], storageClass });
  }
  return { bucket, before: snapshot(bucket), keys: bucket.keys() };
}

/** What has to become of an object: nothing at all, another encryption in place, or a copy. */
export function duty({ encryption: { status, keyArn }, lock, storageClass }: Version): 'nothing' | 'update' | 'copy' {
  if (lock !== undefined || status === 'SSE-C' || keyArn === KEY_ARN) { return 'nothing'; }
  if (status === 'AES256' || status === 'aws:kms') { return 'update'; }
  return storageClass === 'GLACIER' ? 'nothing' : 'copy';
}

/** How many objects have to be written. */
export function workIn({ before }: World): number {
  return [...before.values()].filter(([version]) => duty(version) !== 'nothing').length;
}

/** Whether this request has written an object. */
export function isWrite(request: Request, response: Response): boolean {
  return request.method !== 'GET' && response.status === 200 && ['UpdateObjectEncryption', 'CopyObject', 'CompleteMultipartUpload'].includes(objectOperation(request));
}

/** What a copy may change: S3 makes both anew, and the checksum of parts too where it cannot be kept. */
const MADE_ANEW = ['id', 'etag', 'modified', 'encryption'] as const;

/**
 * Everything that is not as it has to be when a backfill has finished: each line names a key and what is wrong with it.
 * `touched` are the keys that somebody else wrote or deleted meanwhile, which are judged by whoever did it.
 */
export function complaints({ bucket, before }: World, touched: ReadonlySet<string> = new Set()): string[] {
  const found = [...bucket.objects.keys()].filter((key) => !before.has(key) && !touched.has(key)).map((key) => `${key}: nobody put it there`);
  for (const [key, [was]] of before) {
    if (touched.has(key)) { continue; }
    const versions = bucket.objects.get(key) ?? [];
    const complaint = complaintOf(was, versions, bucket.versioned);
    if (complaint !== undefined) { found.push(`${key}, ${was.encryption.status} ${was.storageClass} ${was.lock?.mode ?? ''}: ${complaint}`); }
  }
  return found;
}

function complaintOf(was: Version, versions: readonly Version[], versioned: boolean): string | undefined {
  const is = versions.at(-1);
  if (is === undefined) { return 'it is gone'; }
  const due = duty(was);
  const count = due === 'copy' && versioned ? 2 : 1;
  if (versions.length !== count) { return `it has ${versions.length} versions, ${count} were promised`; }
  if (due === 'nothing') { return is === was ? undefined : 'it was touched'; }
  if (!isUnderKey(is)) { return `it is under ${is.encryption.status} ${is.encryption.keyArn ?? ''}`; }
  const free: readonly string[] = due === 'update' ? ['encryption'] : MADE_ANEW;
  const names = Object.keys(was) as (keyof Version)[];
  const lost = names.filter((name) => !free.includes(name) && JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  if (lost.length > 0) { return `it lost its ${lost.join(' and ')}`; }
  return count === 2 && versions[0] !== was ? 'the version that was copied was touched' : undefined;
}

export function isUnderKey({ encryption }: Version): boolean {
  return encryption.status === 'aws:kms' && encryption.keyArn === KEY_ARN && encryption.bucketKey === true;
}
