import type { ListedVersion } from './object';
import type { Marker, ObjectStore, Page } from './store';
import { StoreError } from './store-error';

/** A page, and where the listing goes on after it. */
export interface NumberedPage { readonly versions: readonly ListedVersion[]; readonly end: Marker | undefined }

/** The listing from a marker on, always one page ahead of who reads it. */
export async function* pagesOf(store: ObjectStore, prefix: string, allVersions: boolean, after?: Marker):
AsyncGenerator<NumberedPage, void, undefined> {
  const list = (marker: Marker | undefined): Promise<Page> => allVersions ? store.listVersions(prefix, marker) : store.listCurrent(prefix, marker);
  let marker = after;
  let ahead: Promise<Page> | undefined = list(after);
  while (ahead !== undefined) {
    const page: Page = await ahead;
    // It would go on for ever.
    if (page.next !== undefined && page.next.key === marker?.key && page.next.versionId === marker.versionId) {
      throw new StoreError('ListingStuck', `the endpoint ignores where the listing shall go on (behind "${page.next.key}") and gives the same page again`, 'fatal');
    }
    marker = page.next;
    ahead = page.next === undefined ? undefined : list(page.next);
    ahead?.catch(() => undefined); // it is awaited, and thrown, in the next round
    yield { versions: page.versions, end: page.next };
  }
}
