import { type Abilities, decide, type Sources } from './decide';
import { isUnder, type Target } from './encryption';
import { copyKeepingAll } from './keep-all';
import type { ObjectState, VersionRef } from './object';
import type { Engine, Failed, Outcome } from './outcome';
import type { ObjectStore } from './store';
import { StoreError } from './store-error';

export interface Job {
  readonly store: ObjectStore;
  readonly target: Target;
  readonly sources: Sources;
  readonly abilities: Abilities;
  /** Decide, and write nothing. */
  readonly planOnly?: boolean;
  /** Whether the next update is read back. UpdateObjectEncryption answers nothing that could be checked. */
  readonly readBack?: () => boolean;
  /** ACLs are in use in this bucket: a copy has to carry them. */
  readonly acls: boolean;
  /** The bucket has Object Lock: HeadObject hides it from those who may not see it, so it is asked for before a copy. */
  readonly objectLock: boolean;
}

/** How often an object that is overwritten under our hands is looked at again. */
const ATTEMPTS = 5;

/** Brings one version under the target, or says why not. Never throws for what is the object's own affair. */
export async function rewrite(job: Job, ref: VersionRef & { readonly size?: number }): Promise<Outcome> {
  let size = ref.size ?? 0;
  try {
    for (let attempt = 1; ; attempt++) {
      const { state, current } = await read(job.store, ref);
      size = state.size;
      try {
        return await rewriteAs(job, state, current);
      } catch (error) {
        // Overwritten between the two requests, or our own answer got lost: what is there now decides.
        if (error instanceof StoreError && error.meaning === 'changed' && attempt < ATTEMPTS) { continue; }
        throw error;
      }
    }
  } catch (error) {
    return outcomeOf(error, ref, size);
  }
}

/** A version that is named may have become an old one since it was named. Without a name, the current one is meant. */
async function read(store: ObjectStore, ref: VersionRef): Promise<{ state: ObjectState; current: boolean }> {
  if (ref.versionId === undefined) { return { state: await store.head({ key: ref.key }), current: true }; }
  const state = await store.head(ref);
  // An update changes the version in place, so only a copy has to know; it asks when it needs to.
  return { state, current: false };
}

async function rewriteAs(job: Job, state: ObjectState, current: boolean): Promise<Outcome> {
  const about = { key: state.key, versionId: state.versionId, size: state.size };
  const decision = decide(state, job.target, job.sources, job.abilities);
  if (decision.kind === 'skip') { return { kind: 'skipped', ...about, reason: decision.reason, encryption: state.encryption }; }
  if (decision.kind === 'exception') { return { kind: 'exception', ...about, reason: decision.reason, detail: decision.detail }; }
  if (decision.engine !== 'update' && !current && !await isCurrent(job.store, state)) {
    return {
      kind: 'exception',
      ...about,
      reason: 'noncurrent-needs-copy',
      detail: 'only a copy can encrypt it, and a copy of an old version becomes the current one',
    };
  }
  if (job.planOnly) { return { kind: 'rewritten', ...about, engine: decision.engine, from: state.encryption }; }
  return decision.engine === 'update' ? update(job, state) : copy(job, state, decision.engine);
}

async function isCurrent(store: ObjectStore, state: ObjectState): Promise<boolean> {
  try {
    return (await store.head({ key: state.key })).versionId === state.versionId;
  } catch (error) {
    if (error instanceof StoreError && error.meaning === 'gone') { return false; } // deleted: a copy would bring it back
    throw error;
  }
}

async function update(job: Job, state: ObjectState): Promise<Outcome> {
  try {
    await job.store.updateEncryption(state, job.target);
  } catch (error) {
    // The state we read is what S3 refuses: it changed meanwhile, so read it again.
    if (error instanceof StoreError && error.meaning === 'needs-copy') { throw new StoreError(error.code, error.message, 'changed', { cause: error }); }
    throw error;
  }
  if (job.readBack?.() === true) { await inspect(job, state); }
  return { kind: 'rewritten', key: state.key, versionId: state.versionId, size: state.size, engine: 'update', from: state.encryption };
}

/**
 * An endpoint that answers 200 and does something else must not be asked a thousand times more: one that does not know
 * the operation takes the request for an upload, and then the object has the bytes of our request.
 */
async function inspect({ store, target }: Job, before: ObjectState): Promise<void> {
  const after = await store.head(before);
  if (isUnder(after.encryption, target) && after.etag === before.etag) { return; }
  // Somebody overwrote it in between, which is no evidence: what is there now decides. Was it our own request, then
  // the next one has the same ETag before and after, and is found out.
  if (after.etag !== before.etag) {
    throw new StoreError('Overwritten', `"${before.key}" was overwritten while it was updated`, 'changed');
  }
  throw new StoreError('NotUnderTarget',
    `UpdateObjectEncryption of "${before.key}" was answered with success, and the object then has ${after.size} bytes under ` +
    `${after.encryption.status} ${after.encryption.keyArn ?? ''} instead of ${before.size} bytes under the target key`, 'fatal');
}

async function copy(job: Job, state: ObjectState, planned: Engine): Promise<Outcome> {
  const done = await copyKeepingAll(job, state, planned);
  if (done.kind === 'exception') { return done; }
  const { written, engine } = done;
  if (written.encryption !== undefined && !isUnder(written.encryption, job.target)) {
    const { status, keyArn } = written.encryption;
    throw new StoreError('NotUnderTarget', `the copy of "${state.key}" was made under ${status} ${keyArn ?? ''}, not under the target`, 'fatal');
  }
  // The null version of a suspended bucket is replaced, so nothing is left behind.
  const leaves = state.versionId !== undefined && written.versionId !== undefined && written.versionId !== state.versionId;
  return {
    kind: 'rewritten',
    key: state.key,
    versionId: written.versionId ?? state.versionId,
    size: state.size,
    engine,
    from: state.encryption,
    ...(leaves ? { leftVersion: state.versionId } : {}),
  };
}

export function outcomeOf(error: unknown, ref: VersionRef, size: number): Outcome {
  const about = { key: ref.key, versionId: ref.versionId, size };
  if (!(error instanceof StoreError)) { throw error; } // a defect of ours, not of the object
  switch (error.meaning) {
    case 'gone': return { kind: 'gone', ...about };
    case 'sse-c': return { kind: 'exception', ...about, reason: 'sse-c', detail: error.message };
    case 'locked': return { kind: 'exception', ...about, reason: 'locked', detail: error.message };
    case 'archived': return { kind: 'exception', ...about, reason: 'archived', detail: error.message };
    case 'changed': return failed(about, error, true);
    case 'retryable': return failed(about, error, true);
    default: return failed(about, error, false);
  }
}

function failed(about: { key: string; versionId?: string; size: number }, error: StoreError, retryable: boolean): Failed {
  return { kind: 'failed', ...about, code: error.code, message: error.message, retryable, fatal: error.meaning === 'fatal' };
}
