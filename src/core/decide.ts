import { type Encryption, isUnder, type Target } from './encryption';
import type { ObjectState } from './object';
import type { Engine, ExceptionReason, SkipReason } from './outcome';

/** Which objects a run is about. */
export interface Sources {
  readonly sseS3: boolean;
  /** Keys whose objects move to the target; `'any'` for every key that is not the target. */
  readonly kmsKeys: readonly string[] | 'any';
  readonly dsse: boolean;
  readonly unencrypted: boolean;
  /** Objects under the target key, but with a Bucket Key where none is wanted or without one. */
  readonly bucketKeyDiffers: boolean;
}

export const ALL_SOURCES: Sources = { sseS3: true, kmsKeys: 'any', dsse: true, unencrypted: true, bucketKeyDiffers: true };

/** What the endpoint and the bucket allow, found out before the first write. */
export interface Abilities {
  /** UpdateObjectEncryption is there. A server that does not know it would take it for an upload. */
  readonly update: boolean;
  readonly maxCopyBytes: number;
  readonly maxMultipartBytes: number;
}

/** CopyObject ends here. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const MAX_COPY_BYTES = 5 * 1024 ** 3;
/** Ten thousand parts of 5 GB, which AWS rounds to 50 TB. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_OBJECT_BYTES = 10_000 * MAX_COPY_BYTES;
export const AWS_ABILITIES: Abilities = { update: true, maxCopyBytes: MAX_COPY_BYTES, maxMultipartBytes: MAX_OBJECT_BYTES };

export type Decision =
  | { readonly kind: 'rewrite'; readonly engine: Engine }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  | { readonly kind: 'exception'; readonly reason: ExceptionReason; readonly detail: string };

/** Classes that an object can be written to by a copy. Others belong to Outposts, directory buckets, FSx or Snow. */
const COPYABLE_CLASSES = new Set([
  'STANDARD', 'REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER', 'DEEP_ARCHIVE', 'GLACIER_IR',
]);

/** The engine that one object needs, and nothing else: no request is made here. */
export function decide(state: ObjectState, target: Target, sources: Sources, abilities: Abilities): Decision {
  const { encryption } = state;
  if (isUnder(encryption, target)) { return { kind: 'skip', reason: 'already-encrypted' }; }
  if (encryption.status === 'SSE-C') {
    return exception('sse-c', 'only the holder of its customer-provided key can read it, and so only they can write it under KMS');
  }
  if (encryption.status === 'OTHER') { return exception('other-service', 'another AWS service encrypts it with a type of its own'); }
  if (!isSource(encryption, target, sources)) { return { kind: 'skip', reason: 'not-a-source' }; }
  if (state.locked) {
    return exception('locked', 'Object Lock protects it: S3 refuses UpdateObjectEncryption, and a copy would be a version without the lock');
  }
  if (abilities.update && (encryption.status === 'SSE-S3' || encryption.status === 'SSE-KMS')) { return { kind: 'rewrite', engine: 'update' }; }
  return copyOf(state, abilities);
}

function copyOf(state: ObjectState, abilities: Abilities): Decision {
  if (state.archived) { return exception('archived', `only a copy can encrypt it, and it cannot be read before it is restored from ${state.storageClass}`); }
  if (!COPYABLE_CLASSES.has(state.storageClass)) { return exception('not-writable-class', `a copy cannot keep it in the storage class ${state.storageClass}`); }
  if (state.size > abilities.maxMultipartBytes) {
    return exception('too-large', `it has ${state.size} bytes, and copies here end at ${abilities.maxMultipartBytes}`);
  }
  return { kind: 'rewrite', engine: state.size > abilities.maxCopyBytes ? 'multipart-copy' : 'copy' };
}

function isSource(encryption: Encryption, target: Target, sources: Sources): boolean {
  switch (encryption.status) {
    case 'NOT-SSE': return sources.unencrypted;
    case 'SSE-S3': return sources.sseS3;
    case 'DSSE-KMS': return sources.dsse;
    case 'SSE-KMS':
      if (encryption.keyArn === target.keyArn) { return sources.bucketKeyDiffers; }
      return sources.kmsKeys === 'any' || encryption.keyArn !== undefined && sources.kmsKeys.includes(encryption.keyArn);
    default: return false;
  }
}

function exception(reason: ExceptionReason, detail: string): Decision {
  return { kind: 'exception', reason, detail };
}
