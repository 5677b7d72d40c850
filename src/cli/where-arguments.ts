import { matching, required, url, type Values, whole } from './arguments';
import { UsageError } from './usage';

/** Flags of every command that goes through a bucket. */
export const WHERE_FLAGS = {
  'bucket': { type: 'string' },
  'prefix': { type: 'string' },
  'concurrency': { type: 'string' },
  'expected-bucket-owner': { type: 'string' },
  'endpoint-url': { type: 'string' },
  'region': { type: 'string' },
  'json': { type: 'boolean' },
} as const;

/** Which bucket, and how to reach it. */
export interface Where {
  readonly bucket: string;
  readonly prefix: string;
  readonly concurrency: number;
  readonly expectedBucketOwner?: string;
  readonly endpointUrl?: string;
  readonly region?: string;
}

const DEFAULT_CONCURRENCY = 64;
const MOST_CONCURRENCY = 1000;

export function whereFrom(values: Values<typeof WHERE_FLAGS>): Where {
  const bucket = required('--bucket', values.bucket, 'give the name of the bucket, for example --bucket my-data');
  // Buckets of before 2018 may hold upper case and underscores.
  matching('--bucket', bucket, /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/, 'the name of a bucket, not an ARN or an address');
  if (bucket.endsWith('--x-s3')) {
    throw new UsageError(`--bucket is "${bucket}", a directory bucket: this command is for general purpose buckets, where S3 has UpdateObjectEncryption and versions`);
  }
  return {
    bucket,
    prefix: values.prefix ?? '',
    concurrency: whole('--concurrency', values.concurrency, 1, MOST_CONCURRENCY) ?? DEFAULT_CONCURRENCY,
    expectedBucketOwner: matching('--expected-bucket-owner', values['expected-bucket-owner'], /^\d{12}$/, 'the 12 digits of an account'),
    endpointUrl: url('--endpoint-url', values['endpoint-url']),
    region: matching('--region', values.region, /^[a-z0-9-]+$/, 'the name of a region, such as eu-central-1'),
  };
}
