import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** So many pages, of 1,000 objects each, cost less than a cent and some seconds. */
const PAGES = 10;
/** What the role may do is not known everywhere at once: about a minute, as Macie is given. */
const WAITS_MILLISECONDS = [1000, 2000, 4000, 8000, 16_000, 30_000];

export interface ListServices {
  readonly s3: Pick<S3Client, 'send'>;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * How much a bucket holds that nobody has measured yet, in bytes, by listing it. Being new does not say that it is empty: it may have been
 * filled since, within the day that S3 and Macie take to measure it.
 *
 * @param weight how often each byte of a key counts
 * @returns undefined where there are too many objects to list
 */
export async function listedSize(bucket: string, weight: (key: string) => number, { s3, sleep }: ListServices): Promise<number | undefined> {
  let bytes = 0;
  let ContinuationToken: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const command = new ListObjectsV2Command({ Bucket: bucket, ContinuationToken });
    const answer = await allowedSoon(async () => s3.send(command), sleep);
    for (const { Key: key = '', Size: size = 0 } of answer.Contents ?? []) { bytes += size * weight(key); }
    ({ NextContinuationToken: ContinuationToken } = answer);
    if (ContinuationToken === undefined) { return bytes; }
  }
  return undefined;
}

async function allowedSoon<T>(call: () => Promise<T>, sleep: (milliseconds: number) => Promise<void>): Promise<T> {
  for (const wait of WAITS_MILLISECONDS) {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name !== 'AccessDenied') { throw error; }
      await sleep(wait);
    }
  }
  return call();
}
