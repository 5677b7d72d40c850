import { KMSClient } from '@aws-sdk/client-kms';
import { HeadBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Io } from './io';
import type { Where } from './where-arguments';
import { endpointOf } from '../core/lean/endpoint';
import { LeanStore } from '../core/lean/lean-store';

export interface Connection {
  readonly s3: S3Client;
  /** Absent where the endpoint has no KMS that we know of. */
  readonly kms?: KMSClient;
  readonly store: LeanStore;
  /** As in a URL, for messages and for what makes a run this run. */
  readonly endpoint: string;
  readonly foreign: boolean;
  readonly region: string;
  close(): void;
}

/** Suffixes of the partitions of AWS, dual-stack and FIPS hosts included. */
const AWS_HOSTS = /(^|\.)(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;

export function isAws(host: string): boolean { return AWS_HOSTS.test(host); }

/** A server that is silent must not hold the run: without these the SDK waits for ever. */
const REQUEST_TIMEOUT = 30_000;
const CONNECTION_TIMEOUT = 10_000;
const ATTEMPTS = 10;

/** It would write to the console, between JSON lines, that copies wait for a socket; they may. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Where to send requests is the SDK's knowledge: profile, environment, partition. Which region the bucket is in is S3's. */
export async function connect(where: Where, keyRegion: string | undefined, io: Io): Promise<Connection> {
  const endpoint = where.endpointUrl ?? io.env.AWS_ENDPOINT_URL_S3 ?? io.env.AWS_ENDPOINT_URL;
  const common = (region: string): S3ClientConfig => ({
    region,
    endpoint: endpoint === '' ? undefined : endpoint,
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
      logger: SILENT,
      connectionTimeout: CONNECTION_TIMEOUT,
      httpAgent: { keepAlive: true, maxSockets: where.concurrency },
      httpsAgent: { keepAlive: true, maxSockets: where.concurrency },
    },
  });
  const first = new S3Client(common(await regionFrom(where, io)));
  const at = await endpointOf(first, where.bucket);
  const foreign = !isAws(at.hostname);
  const region = where.region ?? (foreign ? undefined : await bucketRegion(first, where)) ?? await first.config.region();
  first.destroy();

  const s3 = new S3Client({ ...common(region), ...(foreign ? { forcePathStyle: true } : {}) });
  const kmsEndpoint = io.env.AWS_ENDPOINT_URL_KMS ?? io.env.AWS_ENDPOINT_URL;
  const { requestHandler, maxAttempts } = common(region);
  const kms = foreign && kmsEndpoint === undefined
    ? undefined : new KMSClient({ region: keyRegion ?? region, endpoint: kmsEndpoint, maxAttempts, requestHandler });
  const store = await LeanStore.open({
    client: s3,
    bucket: where.bucket,
    clock: io.clock,
    random: io.random,
    expectedBucketOwner: where.expectedBucketOwner,
    sockets: where.concurrency,
    attempts: ATTEMPTS,
    timeoutMilliseconds: REQUEST_TIMEOUT,
  });
  const close = (): void => {
    store.close();
    s3.destroy();
    kms?.destroy();
  };
  const address = `${at.protocol}//${at.hostname}${at.port === undefined ? '' : `:${at.port}`}`;
  return { s3, kms, store, foreign, region, endpoint: foreign ? address : 'AWS', close };
}

/** Any region of the partition can tell which one the bucket is in. */
async function regionFrom(where: Where, io: Io): Promise<string> {
  const named = where.region ?? io.env.AWS_REGION ?? io.env.AWS_DEFAULT_REGION;
  if (named !== undefined && named !== '') { return named; }
  const probe = new S3Client({});
  return probe.config.region().catch(() => 'us-east-1');
}

/**
 * S3 names the region of a bucket in every answer of HeadBucket, a redirect and a refusal too.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
 */
export async function bucketRegion(s3: Pick<S3Client, 'send'>, where: Where): Promise<string | undefined> {
  try {
    return (await s3.send(new HeadBucketCommand({ Bucket: where.bucket, ExpectedBucketOwner: where.expectedBucketOwner }))).BucketRegion;
  } catch (error) {
    const headers = (error as { $response?: { headers?: Record<string, string> } }).$response?.headers;
    if (headers === undefined) { throw error; }
    return headers['x-amz-bucket-region'];
  }
}
