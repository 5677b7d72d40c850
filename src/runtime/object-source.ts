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

/** A report that is complete has a checksum of its manifest; the folder of the symbolic links is named after its time. */
async function reportReady(source: ObjectSourceSettings & { kind: 'inventory' }, account: string, s3: Pick<S3Client, 'send'>, now: Date): Promise<Readiness> {
  const { reportsBucket: Bucket, reportsPrefix } = source;
  const folder = `${reportsPrefix}hive/dt=`;
  const from = new Date(now.getTime() - source.maxAgeDays * 24 * HOUR).toISOString().slice(0, 10);
  let latest: string | undefined;
  let any = false;
  let token: string | undefined;
  do {
    // Names sort by time. All of them are looked at, since an expired report must not look like none at all.
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: folder, Delimiter: '/', ContinuationToken: token, ExpectedBucketOwner: account }));
    for (const { Prefix } of page.CommonPrefixes ?? []) {
      const snapshot = /dt=(\d{4}-\d\d-\d\d-\d\d-\d\d)\/$/.exec(Prefix ?? '')?.[1];
      if (snapshot === undefined) { continue; }
      any = true;
      if (snapshot >= from && (latest === undefined || snapshot > latest)) { latest = snapshot; }
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  if (latest === undefined && !any) {
    return { ready: false, reason: `S3 has delivered no inventory to s3://${Bucket}/${reportsPrefix} yet, which takes up to 48 hours: nothing was counted` };
  }
  if (latest === undefined) {
    throw new Error(`the newest inventory in s3://${Bucket}/${reportsPrefix} is older than ${source.maxAgeDays} days: S3 delivers no more; look at the policies of that bucket and of its key, and at the inventory configuration of the bucket`);
  }
  await assertDelivered(source, latest, account, s3);
  return { ready: true, snapshot: latest, hoursBehind: Math.max(0, Math.round((now.getTime() - timeOf(latest)) / HOUR)) };
}

async function assertDelivered({ reportsBucket: Bucket, reportsPrefix }: ObjectSourceSettings & { kind: 'inventory' }, snapshot: string, account: string, s3: Pick<S3Client, 'send'>): Promise<void> {
  await s3.send(new HeadObjectCommand({ Bucket, Key: `${reportsPrefix}hive/dt=${snapshot}/symlink.txt`, ExpectedBucketOwner: account }));
}

function timeOf(snapshot: string): number {
  const [year, month, day, hour, minute] = snapshot.split('-').map(Number);
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * Whether a bucket in which nothing was counted has nothing: a table that looks into the wrong place is as empty as a bucket
 * without objects, and its zeros would say that all is well.
 */
export async function assertEmpty(bucket: string, account: string, currentOnly: boolean, s3: Pick<S3Client, 'send'>, countedAt: Date): Promise<void> {
  const { Versions: versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
  const settled = countedAt.getTime() - SETTLED_HOURS * HOUR;
  const missed = versions.find(({ IsLatest, LastModified }) => (!currentOnly || IsLatest === true) && (LastModified?.getTime() ?? 0) < settled);
  if (missed !== undefined) {
    throw new Error(`nothing was counted in ${bucket}, which has objects: ${missed.Key} of ${missed.LastModified?.toISOString()} is one. The table is not about this bucket, or finds no report: look at the saved query objects-by-encryption`);
  }
}
