import { isDeepStrictEqual } from 'util';
import { type Bucket, bytesOf, KEPT_HEADERS, sizeOf, type Version } from './objects';

/** The versions of every key at one moment. Versions never change, they are exchanged; so a reference is a copy. */
export type Snapshot = ReadonlyMap<string, readonly Version[]>;

export function snapshot(bucket: Bucket): Snapshot {
  return new Map([...bucket.objects].map(([key, versions]) => [key, [...versions]]));
}

/** What a tool has made of a bucket. */
export interface Comparison {
  readonly objects: number;
  /** Current versions that are under the key now. */
  readonly underKey: number;
  readonly missing: number;
  readonly added: number;
  /** Versions more than there were. */
  readonly versionsLeft: number;
  /** Of each attribute, how many objects had one and have another, or none, now. */
  readonly changed: Readonly<Record<string, number>>;
}

type Attribute = (version: Version) => unknown;

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  'bytes': ({ body }) => body,
  ...Object.fromEntries(KEPT_HEADERS.map((name): [string, Attribute] => [name, ({ headers }) => headers[name]])),
  'user metadata': ({ metadata }) => metadata,
  'tags': ({ tags }) => tags.split('&').sort(),
  'storage class': ({ storageClass }) => storageClass,
  'checksum': ({ checksum }) => checksum,
  'website redirect': ({ redirect }) => redirect,
  'ACL': ({ acl }) => acl,
  'object lock': ({ lock }) => lock,
  'ETag': ({ etag }) => etag,
  'last modified': ({ modified }) => modified,
};

export function compare(before: Snapshot, bucket: Bucket, keyArn: string): Comparison {
  const changed: Record<string, number> = {};
  let underKey = 0;
  let missing = 0;
  let versionsLeft = 0;
  for (const [key, versions] of before) {
    const was = versions.at(-1);
    const is = bucket.current(key);
    if (was === undefined || was.deleted) { continue; }
    if (is === undefined || is.deleted) { missing += 1; continue; }
    versionsLeft += (bucket.objects.get(key)?.length ?? 0) - versions.length;
    if (is.encryption.status === 'aws:kms' && is.encryption.keyArn === keyArn) { underKey += 1; }
    if (is === was) { continue; }
    for (const [name, valueOf] of Object.entries(ATTRIBUTES)) {
      const same = name === 'bytes' ? sameBytes(was, is) : isDeepStrictEqual(valueOf(was), valueOf(is));
      if (!same) { changed[name] = (changed[name] ?? 0) + 1; }
    }
  }
  const added = [...bucket.objects.keys()].filter((key) => !before.has(key)).length;
  return { objects: before.size, underKey, missing, added, versionsLeft, changed };
}

function sameBytes(was: Version, is: Version): boolean {
  if (was.body === is.body) { return true; }
  return sizeOf(was.body) === sizeOf(is.body) && bytesOf(was.body).equals(bytesOf(is.body));
}
