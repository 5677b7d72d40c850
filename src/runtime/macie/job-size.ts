import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { listedSize, type ListServices } from './listed-size';
import type { Macie } from './macie-api';
import { told } from './session';
import { measuredSize } from '../bucket-size';

/** As DescribeBuckets has it. https://docs.aws.amazon.com/macie/latest/APIReference/datasources-s3.html */
interface BucketSizes {
  readonly bucketName: string;
  readonly classifiableSizeInBytes?: number | null;
  /** Of `.gz`, `.gzip` and `.zip`. */
  readonly sizeInBytesCompressed?: number | null;
}

export interface SizeServices extends ListServices {
  readonly macie: Macie;
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  readonly now: () => Date;
}

/** As the price list has them. https://aws.amazon.com/macie/pricing/ */
const GIGABYTE = 1024 ** 3;

/** Macie is paid for what comes out of compressed files, and takes this for its own estimates. https://docs.aws.amazon.com/macie/latest/user/discovery-jobs-costs.html */
const DECOMPRESSED = 3;

const COMPRESSED = /\.(gz|gzip|zip)$/;

const UNKNOWN = (bucket: string): string => `neither Macie nor S3 has measured the bucket ${bucket} yet, so nobody knows what its analysis would cost`;
const LATER = 'deploy a day later, when it is measured, or give a job that leaves out what is there, as DiscoveryJob.weekly()';

/** As many as Macie answers at once where nobody says how many. */
const PAGE = 50;

/**
 * How much a job may have to inspect, in gigabytes.
 *
 * Macie says how much of a bucket it could read, and how much is in compressed files, which count as what comes out of them. One that it does not know, or that is empty as far as it knows yet, is measured as S3
 * does, once a day. What has no size there either is new, and is listed. Of a bucket of another account only Macie can know. Where nobody knows,
 * this fails.
 */
export async function gigabytesIn(
  account: string, definitions: readonly { accountId: string; buckets: readonly string[] }[], services: SizeServices,
): Promise<number> {
  const known = await sizesByMacie(definitions.flatMap(({ buckets }) => buckets), services.macie);
  let bytes = 0;
  for (const { accountId, buckets } of definitions) {
    for (const bucket of buckets) {
      const size = known.get(bucket);
      if (accountId === account) {
        bytes += size || await sizeHere(bucket, services);
        continue;
      }
      if (size === undefined) {
        throw new Error(`Macie does not know the bucket ${bucket} of account ${accountId}, so nobody knows what its analysis would cost. Remedy: deploy in the account that administers Macie for ${accountId}, a day after it was added there`);
      }
      bytes += size;
    }
  }
  return bytes / GIGABYTE;
}

/** Of a bucket of this account that Macie does not know, or takes for empty. */
async function sizeHere(bucket: string, services: SizeServices): Promise<number> {
  const { bytes } = await measuredSize(services.cloudwatch, bucket, services.now());
  if (bytes !== undefined) { return bytes; }
  let listed: number | undefined;
  try {
    listed = await listedSize(bucket, (key) => (COMPRESSED.test(key) ? DECOMPRESSED : 1), services);
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(`${UNKNOWN(bucket)}, and it cannot be listed: ${name}: ${message}. Remedy: let the function of SensitiveDataDiscovery list it (s3:ListBucket), or ${LATER}`, { cause: error });
  }
  if (listed === undefined) { throw new Error(`${UNKNOWN(bucket)}, and it has too many objects to list. Remedy: ${LATER}`); }
  return listed;
}

async function sizesByMacie(names: readonly string[], macie: Macie): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (let at = 0; at < names.length; at += PAGE) {
    for (const [name, size] of await pageOfSizes(names.slice(at, at + PAGE), macie)) { sizes.set(name, size); }
  }
  return sizes;
}

async function pageOfSizes(names: readonly string[], macie: Macie): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  let nextToken: unknown;
  do {
    let page: Record<string, unknown>;
    try {
      page = await macie.call('POST', '/datasources/s3', { criteria: { bucketName: { eq: names } }, maxResults: PAGE, nextToken });
    } catch (error) {
      throw told('the sizes of the buckets cannot be read', error);
    }
    for (const { bucketName, classifiableSizeInBytes: size, sizeInBytesCompressed: compressed } of page.buckets as BucketSizes[] ?? []) {
      if (size === undefined || size === null) { continue; }
      // Of compressed files all are told, also those that Macie cannot read, as in archived storage classes.
      sizes.set(bucketName, size + (DECOMPRESSED - 1) * Math.min(compressed ?? 0, size));
    }
    ({ nextToken } = page);
  } while (typeof nextToken === 'string' && nextToken !== '');
  return sizes;
}
