import {
  GetBucketMetadataConfigurationCommand, HeadObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand, type S3Client,
} from '@aws-sdk/client-s3';

/** Where the rows of a report come from. */
export type ObjectSourceSettings =
  | { readonly kind: 'metadata'; readonly tableNamespace: string }
  | { readonly kind: 'inventory'; readonly reportsBucket: string; readonly reportsPrefix: string; readonly maxAgeDays: number };

export type Readiness =
  | { readonly ready: true; readonly snapshot?: string; readonly hoursBehind: number }
  | { readonly ready: false; readonly reason: string };

export const HOUR = 3_600_000;

/** What is younger need not be in a source: S3 lists and updates with delay. */
const SETTLED_HOURS = 24;

/** So many pages of 1000 are looked through in half a minute. */
const MAX_PAGES = 100;

/** Whether there is something to count in, which is asked before anything is counted. */
export async function readiness(source: ObjectSourceSettings, bucket: string, account: string, s3: Pick<S3Client, 'send'>, now: Date): Promise<Readiness> {
  return source.kind === 'metadata' ? tableReady(source, bucket, account, s3) : reportReady(source, account, s3, now);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_InventoryTableConfigurationResult.html */
async function tableReady(source: ObjectSourceSettings & { kind: 'metadata' }, bucket: string, account: string, s3: Pick<S3Client, 'send'>): Promise<Readiness> {
  const answer = await s3.send(new GetBucketMetadataConfigurationCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
  const found = answer.GetBucketMetadataConfigurationResult?.MetadataConfigurationResult;
  const table = found?.InventoryTableConfigurationResult;
  if (table?.ConfigurationState !== 'ENABLED') {
    throw new Error(`the bucket ${bucket} has no live inventory table of S3 Metadata any more: deploy the ObjectEncryptionReport again, or turn the table on`);
  }
  const namespace = found?.DestinationResult?.TableNamespace;
  if (namespace !== undefined && namespace !== source.tableNamespace) {
    throw new Error(`the tables of the bucket ${bucket} are in the namespace ${namespace}, not in ${source.tableNamespace}: pass it as 'tableNamespace' of ObjectSource.existingMetadataTables()`);
  }
  switch (table.TableStatus) {
    case 'ACTIVE': return { ready: true, hoursBehind: 0 };
    case 'FAILED':
      throw new Error(`the live inventory table of ${bucket} has failed: ${table.Error?.ErrorCode ?? 'no code'} ${table.Error?.ErrorMessage ?? ''}. Mend the cause, then delete the metadata configuration of the bucket and make it again`);
    default:
      return { ready: false, reason: `S3 still fills the live inventory table of ${bucket} (${table.TableStatus ?? 'no status'}), which takes minutes to hours: nothing was counted` };
  }
}

/** The newest inventory that is complete: the folder of the symbolic links is named after its time. */
async function reportReady(source: ObjectSourceSettings & { kind: 'inventory' }, account: string, s3: Pick<S3Client, 'send'>, now: Date): Promise<Readiness> {
  const { reportsBucket: Bucket, reportsPrefix } = source;
  const folder = `${reportsPrefix}hive/dt=`;
  const from = new Date(now.getTime() - source.maxAgeDays * 24 * HOUR).toISOString().slice(0, 10);
  const recent: string[] = [];
  let any = false;
  let token: string | undefined;
  do {
    // All of them are looked at, since an expired report must not look like none at all.
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: folder, Delimiter: '/', ContinuationToken: token, ExpectedBucketOwner: account }));
    for (const { Prefix } of page.CommonPrefixes ?? []) {
      const snapshot = /dt=(\d{4}-\d\d-\d\d-\d\d-\d\d)\/$/.exec(Prefix ?? '')?.[1];
      if (snapshot === undefined) { continue; }
      any = true;
      if (snapshot >= from) { recent.push(snapshot); }
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  if (!any) {
    return { ready: false, reason: `S3 has delivered no inventory to s3://${Bucket}/${reportsPrefix} yet, which takes up to 48 hours: nothing was counted` };
  }
  if (recent.length === 0) {
    throw new Error(`the newest inventory in s3://${Bucket}/${reportsPrefix} is older than ${source.maxAgeDays} days: S3 delivers no more; look at the policies of that bucket and of its key, and at the inventory configuration of the bucket`);
  }
  // Names sort by time.
  recent.sort().reverse();
  for (const snapshot of recent) {
    if (await isComplete(source, snapshot, account, s3)) {
      return { ready: true, snapshot, hoursBehind: Math.max(0, Math.round((now.getTime() - timeOf(snapshot)) / HOUR)) };
    }
  }
  const oldest = recent[recent.length - 1];
  const what = `no inventory in s3://${Bucket}/${reportsPrefix} of the last ${source.maxAgeDays} days is complete: ${manifestOf(source, oldest)} or its symlink.txt is not there`;
  if (now.getTime() - timeOf(oldest) < SETTLED_HOURS * HOUR) { return { ready: false, reason: `${what} yet. S3 still writes the first: nothing was counted` }; }
  throw new Error(`${what}. Look at the lifecycle rules and at the policies of that bucket and of its key, wait for the next inventory, and start the state machine again`);
}

/**
 * S3 writes the checksum of the manifest last. What has none may lack files, and be counted as less than there is.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
 */
async function isComplete(
  source: ObjectSourceSettings & { kind: 'inventory' }, snapshot: string, account: string, s3: Pick<S3Client, 'send'>,
): Promise<boolean> {
  for (const Key of [manifestOf(source, snapshot), `${source.reportsPrefix}hive/dt=${snapshot}/symlink.txt`]) {
    try {
      await s3.send(new HeadObjectCommand({ Bucket: source.reportsBucket, Key, ExpectedBucketOwner: account }));
    } catch (error) {
      if ((error as Error).name === 'NotFound') { return false; }
      throw error;
    }
  }
  return true;
}

/** `2026-11-30-01-00` is the inventory in the folder `2026-11-30T01-00Z`. */
function manifestOf({ reportsPrefix }: ObjectSourceSettings & { kind: 'inventory' }, snapshot: string): string {
  const [year, month, day, hour, minute] = snapshot.split('-');
  return `${reportsPrefix}${year}-${month}-${day}T${hour}-${minute}Z/manifest.checksum`;
}

/** Of the name of an inventory. */
export function timeOf(snapshot: string): number {
  const [year, month, day, hour, minute] = snapshot.split('-').map(Number);
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * Whether a bucket in which nothing was counted has nothing: a table that looks into the wrong place is as empty as a bucket
 * without objects, and its zeros would say that all is well.
 */
export async function assertEmpty(
  bucket: string, account: string, currentOnly: boolean, s3: Pick<S3Client, 'send'>, countedAt: Date,
): Promise<void> {
  const settled = countedAt.getTime() - SETTLED_HOURS * HOUR;
  let at: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, ExpectedBucketOwner: account, ...at }));
    const counted = page.Versions?.filter(({ IsLatest }) => !currentOnly || IsLatest === true);
    const missed = counted?.find(({ LastModified }) => (LastModified?.getTime() ?? 0) < settled);
    if (missed !== undefined) {
      // Not which: logs have no names of objects.
      throw new Error(`nothing was counted in ${bucket}, which has objects: one is of ${missed.LastModified?.toISOString()}. The table is not about this bucket, or finds no report: look at the saved query objects-by-encryption`);
    }
    if (page.IsTruncated !== true) { return; }
    at = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
  throw new Error(`nothing was counted in ${bucket}, and the first ${MAX_PAGES * 1000} of its versions and delete markers do not tell whether that is right: they are younger than ${SETTLED_HOURS} hours, or are not to be counted. Look at the saved query objects-by-encryption, and start the state machine again tomorrow`);
}
