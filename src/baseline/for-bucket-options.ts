import type * as kms from 'aws-cdk-lib/aws-kms';
import type { BucketBaselineOptions } from './bucket-baseline-options';

/** Options of `S3EncryptionBaseline.forBucket`. */
export interface ForBucketOptions extends BucketBaselineOptions {
  /**
   * The KMS key that the bucket is under, or shall be.
   *
   * @default - the key of the bucket, where this app knows it
   */
  readonly key?: kms.IKey;
}
