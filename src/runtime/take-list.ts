import { manifestKey } from './keys';
import { ListFile } from './list-file';
import type { ObjectList } from './object-report';
import type { Operations } from './operations';
import type { ManifestEntry } from './shapes';

export interface TakeRequest {
  readonly planId: string;
  readonly planTime: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Where the list is. */
  readonly listsBucket: string;
  readonly state: TakeState | null;
}

export interface TakeState {
  done: boolean;
  /** The list that the first call found, so that a newer one does not come in between. */
  file?: string;
  /** Bytes of it that are done, to the end of a line. */
  offset: number;
  calls: number;
  manifests: (ManifestEntry & { readonly source: string })[];
}

/** Of the lists of one call: a job takes billions of rows, the disk of the function 2 GB, and a key has up to 1024 bytes, each encoded as three. */
const MOST: Readonly<Record<'rows' | 'bytes', number>> = { rows: 5_000_000, bytes: 1_500_000_000 };
const MAX_AGE_DAYS = 7;
const DAY = 86_400_000;
const HEADINGS = '"key","finding"';
/** Keys are encoded, so that none has a quote, a comma or a line end in it. */
const LINE = /^"([^",]+)","([a-z0-9-]+)"$/;
/** Where the newest list is named: src/runtime/object-report.ts. */
const POINTER = 'lists/latest.json';

/**
 * Makes lists for S3 Batch Operations of what a report found.
 *
 * The answer of Athena has headings and quotes, which S3 does not take. One line is held at a time, and
 * a call that has no more time goes on from the last whole line in the next.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/specify-batchjob-manifest.html
 */
export async function takeList(request: TakeRequest, operations: Operations, enough: () => boolean, most = MOST): Promise<TakeState> {
  const state = request.state ?? await begin(request, operations);
  if (state.done || state.file === undefined) { return { ...state, done: true }; }
  const base = `listed/${request.planId}/${state.calls}`;
  state.calls++;
  const lists = { 'listed': new ListFile(`${base}-updates.csv`), 'listed-copies': new ListFile(`${base}-copies.csv`) };
  let rows = 0;
  let bytes = 0;
  let seen = 0;
  let stopped = false;
  try {
    for await (const line of linesOf(await remainder(operations, request.listsBucket, state.file, state.offset))) {
      const first = state.offset === 0;
      state.offset += line.length + 1;
      if (first) {
        if (line !== HEADINGS) { throw new Error(`the list s3://${request.listsBucket}/${state.file} begins with ${line.slice(0, 100)}, not with ${HEADINGS}: nobody knows what its columns are`); }
        continue;
      }
      const [, encoded, finding] = LINE.exec(line) ?? [];
      if (encoded === undefined) { throw new Error(`the list s3://${request.listsBucket}/${state.file} has a line that is no row: ${line.slice(0, 100)}`); }
      const key = decodeURIComponent(encoded.replace(/\+/g, '%20'));
      if (key.startsWith(request.prefix)) {
        const row = [request.bucket, manifestKey(key)];
        await lists[finding === 'unencrypted' ? 'listed-copies' : 'listed'].add(row);
        rows++;
        bytes += row.join(',').length + 1; // both are ASCII, and need no quotes
      }
      seen++;
      if (rows >= most.rows || bytes >= most.bytes || seen % 1000 === 0 && enough()) { stopped = true; break; }
    }
    state.done = !stopped;
    for (const [source, list] of Object.entries(lists)) {
      const made = await list.deliver(operations);
      if (made !== undefined) { state.manifests.push({ objectArn: made.objectArn, etag: made.etag, rows: made.rows, versioned: false, source }); }
    }
    return state;
  } finally {
    for (const list of Object.values(lists)) { list.discard(); }
  }
}

async function begin({ bucket, listsBucket, planTime }: TakeRequest, operations: Operations): Promise<TakeState> {
  const remedy = 'start the state machine of the ObjectEncryptionReport, wait for its end, and start a new plan';
  const list = await operations.jsonOf<ObjectList>(listsBucket, POINTER);
  if (list === undefined) { throw new Error(`there is no list at s3://${listsBucket}/${POINTER}: the report has not counted yet; ${remedy}`); }
  if (list.bucket !== bucket) { throw new Error(`the list s3://${listsBucket}/${POINTER} is about the bucket ${list.bucket}, not about ${bucket}`); }
  const asOf = list.asOf ?? list.countedAt;
  if (new Date(planTime).getTime() - new Date(asOf).getTime() > MAX_AGE_DAYS * DAY) {
    throw new Error(`the list s3://${listsBucket}/${POINTER} is of ${asOf}, more than ${MAX_AGE_DAYS} days ago: ${remedy}`);
  }
  return { done: false, file: list.file, offset: 0, calls: 0, manifests: [] };
}

/** What is left of the list: nothing, where a call stopped at its very end, which S3 answers with 416. */
async function remainder(operations: Operations, bucket: string, file: string, offset: number): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await operations.stream(bucket, file, offset);
  } catch (error) {
    if (offset > 0 && (error as Error).name === 'InvalidRange') { return nothing(); }
    throw error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> { /* has no chunks */ }

/** Lines of ASCII; one that is not ended at the end of the file is one too. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') { yield rest; }
}
