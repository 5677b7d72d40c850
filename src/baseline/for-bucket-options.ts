import type { BucketBaselineOptions } from './bucket-baseline-options';
import type { BaselineKey } from './parts/baseline-key';

/** Options of `S3EncryptionBaseline.forBucket`. */
export interface ForBucketOptions extends BucketBaselineOptions {
  /**
   * The KMS key that the bucket is under, or shall be: one that it is not under yet is what rules ask for and the backfill brings objects
   * under, and a warning says that the default encryption is still to be changed.
   *
   * @default - the key of the bucket, where this app knows it. An imported bucket whose key is not known is refused with an error
   */
  readonly key?: BaselineKey;
}
