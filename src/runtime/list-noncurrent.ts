import { ListObjectVersionsCommand, type ObjectVersion, type S3Client } from '@aws-sdk/client-s3';
import { decodeKey, manifestKey } from './keys';
import { ListFile } from './list-file';
import type { Operations } from './operations';
import type { ManifestEntry } from './shapes';

export interface ListRequest {
  readonly planId: string;
  readonly planTime: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly state: ListState | null;
}

export interface ListState {
  done: boolean;
  marker?: { readonly key: string; readonly versionId?: string };
  manifests: ManifestEntry[];
}

/** Rows of one list: a job of S3 Batch Operations takes billions, the disk of the function some millions. */
const MAX_ROWS = 5_000_000;

/**
 * Lists noncurrent versions from before the plan, of each key the oldest first.
 *
 * S3 lists the newest first, so the versions of one key are held and turned around; those of a key
 * with more than a page of them, page by page.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export async function listNoncurrent(request: ListRequest, s3: Pick<S3Client, 'send'>, operations: Operations, enough: () => boolean): Promise<ListState> {
  const state = request.state ?? { done: false, manifests: [] };
  const list = new ListFile(`noncurrent/${request.planId}/${state.manifests.length}-${numberOf(state)}.csv`);
  const before = new Date(request.planTime).getTime();
  let held: ObjectVersion[] = [];
  const flush = async (): Promise<void> => {
    for (const version of held.reverse()) { await list.add([request.bucket, manifestKey(decodeKey(version.Key ?? '')), version.VersionId ?? 'null']); }
    held = [];
  };
  try {
    do {
      const page = await s3.send(new ListObjectVersionsCommand({
        Bucket: request.bucket,
        Prefix: request.prefix === '' ? undefined : request.prefix,
        EncodingType: 'url',
        KeyMarker: state.marker?.key,
        VersionIdMarker: state.marker?.versionId,
      }));
      for (const version of page.Versions ?? []) {
        if (version.IsLatest === true || (version.LastModified?.getTime() ?? 0) >= before) { continue; }
        if (held.length > 0 && held[0].Key !== version.Key) { await flush(); }
        held.push(version);
      }
      await flush(); // the next page may be of another call
      state.done = page.IsTruncated !== true;
      state.marker = state.done ? undefined : { key: decodeKey(page.NextKeyMarker ?? ''), versionId: page.NextVersionIdMarker };
    } while (!state.done && list.rows < MAX_ROWS && !enough());
    const made = await list.deliver(operations);
    if (made !== undefined) { state.manifests.push({ objectArn: made.objectArn, etag: made.etag, rows: made.rows, versioned: true }); }
    return state;
  } finally {
    list.discard();
  }
}

/** A call that found nothing must not share its name with the next. */
function numberOf({ marker }: ListState): string {
  return marker === undefined ? '0' : Buffer.from(`${marker.key}/${marker.versionId ?? ''}`).toString('base64url').slice(-40);
}
