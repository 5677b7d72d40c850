import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EncryptionBaseline } from './encryption-baseline';
import type { ForBucketOptions } from './for-bucket-options';

/** A bucket that is there, with everything that watches it: what `S3EncryptionBaseline.forBucket` makes. */
export class ExistingBucketBaseline extends EncryptionBaseline {
  /** @internal */
  public static _of(scope: Construct, bucket: s3.IBucket, options: ForBucketOptions): ExistingBucketBaseline {
    return new ExistingBucketBaseline(scope, bucket, options);
  }

  /** The bucket. */
  public readonly bucket: s3.IBucket;

  private constructor(scope: Construct, bucket: s3.IBucket, options: ForBucketOptions) {
    super(scope, 'EncryptionBaseline', options);
    this.bucket = bucket;
    this._watch(bucket, options.key ?? bucket.encryptionKey, options, false);
  }
}
