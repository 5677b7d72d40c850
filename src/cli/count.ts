import { pagesOf } from '../core/pages';
import type { ObjectStore } from '../core/store';

/** A LIST of a thousand objects is one request, so this is at most a hundred of them: $0.0005. */
export const LOCAL_LIMIT = 100_000;

/** How many there are; undefined when there are more than a run from here should take unasked. */
export async function countUpTo(
  store: ObjectStore, prefix: string, noncurrent: boolean, signal: AbortSignal, limit = LOCAL_LIMIT,
): Promise<number | undefined> {
  let objects = 0;
  for await (const page of pagesOf(store, prefix, noncurrent)) {
    objects += page.versions.length;
    if (objects > limit || signal.aborted) { return undefined; }
  }
  return objects;
}
