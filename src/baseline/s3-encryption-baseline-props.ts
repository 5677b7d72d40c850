import type { BucketBaselineOptions } from './bucket-baseline-options';
import type { SecureBucketProps } from '../bucket';
import type { BaselineKey } from './parts/baseline-key';

/** Properties of an `S3EncryptionBaseline`. */
export interface S3EncryptionBaselineProps extends BucketBaselineOptions {
  /**
   * The key of the bucket.
   *
   * @default - a `RotatingS3Key` of its own
   */
  readonly key?: BaselineKey;

  /**
   * What differs about the bucket. A key or an encryption mode with a key is refused with an error: give `key`.
   *
   * @default - a `SecureBucket` as it is by default
   */
  readonly bucketProps?: SecureBucketProps;
}
