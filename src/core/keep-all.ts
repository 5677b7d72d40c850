import type { ObjectState, VersionRef } from './object';
import type { Engine, ExceptionReason, Reported } from './outcome';
import { rangesOf } from './ranges';
import type { Job } from './rewrite';
import type { Written } from './store';

/**
 * Copies an object onto itself with everything it had: metadata, tags, class, redirect, ACL, checksum. CopyObject alone
 * loses the class, the redirect, the ACL and the kind of checksum; what cannot be kept makes the object an exception.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
 */
export async function copyKeepingAll(job: Job, state: ObjectState, planned: Engine):
Promise<{ kind: 'written'; written: Written; engine: Engine } | Reported> {
  const { store, target } = job;
  const ref: VersionRef = { key: state.key, versionId: state.versionId };
  const [locked, grants, found] = await Promise.all([
    job.objectLock ? store.isLocked(ref) : false,
    job.acls ? store.grants(ref) : undefined,
    state.checksum ?? store.checksum(ref),
  ]);
  if (locked) { return exception(state, 'locked', 'Object Lock protects it, and a copy would be a version without the lock'); }

  const checksum = found === 'none' ? undefined : found;
  // The checksum of a multipart upload depends on where its parts began.
  const engine: Engine = checksum?.type === 'COMPOSITE' ? 'multipart-copy' : planned;
  const request = { source: state, target, replaces: state.etag, checksumAlgorithm: checksum?.algorithm, grants };
  if (engine === 'copy') { return { kind: 'written', engine, written: await store.copy(request) }; }

  if (state.unreadableMetadata) { return exception(state, 'metadata', 'some of its metadata cannot be read as text, and a multipart copy has to write it again'); }
  const [tagging, partSizes] = await Promise.all([store.tagging(ref), store.partSizes(ref)]);
  const ranges = rangesOf(state.size, partSizes);
  return { kind: 'written', engine, written: await store.multipartCopy({ ...request, ranges, tagging, checksum }) };
}

function exception(state: ObjectState, reason: ExceptionReason, detail: string): Reported {
  return { kind: 'exception', key: state.key, versionId: state.versionId, size: state.size, reason, detail };
}
