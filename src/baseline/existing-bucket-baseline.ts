import { Annotations } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EncryptionBaseline } from './encryption-baseline';
import type { ForBucketOptions } from './for-bucket-options';
import { warnOfLeftOut } from './watch-parts';
import { RotatingS3Key } from '../key';
import { ValidationError } from '../private/errors';

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
    const key = this.keyOf(bucket, options);
    const imported = !(bucket.node.defaultChild instanceof s3.CfnBucket);
    if (imported && bucket.encryptionKey === undefined && key !== undefined) {
      // Known by its key from here on, so that every part sees it.
      const { bucketName, bucketArn, env: { account, region } } = bucket;
      this._watch(s3.Bucket.fromBucketAttributes(this, 'Bucket', { bucketName, bucketArn, account, region, encryptionKey: key }), undefined, options);
      return;
    }
    const other = key === bucket.encryptionKey ? undefined : key;
    if (other !== undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:ExistingBucketBaseline.notUnderKey',
        `the bucket ${bucket.node.path} is not under the key ${other.node.path} yet, so rules of AWS Config find it until it is: set the default encryption of the bucket to that key where the bucket is made, or acknowledge this while you are at it`);
    }
    this._watch(bucket, other, options);
  }

  private keyOf(bucket: s3.IBucket, { key, compliance }: ForBucketOptions): kms.IKey | undefined {
    const part = key?._part;
    switch (part?.kind) {
      case 'given': return part.given;
      case 'made': return new RotatingS3Key(this, 'Key', part.options);
      case 'left-out':
        if (bucket.encryptionKey !== undefined) {
          throw new ValidationError('KeyThere', `'key' must not be left out for ${bucket.node.path}, which is under one: leave the prop out`, this);
        }
        warnOfLeftOut(this, 'key', part.because);
        break;
      default:
    }
    const known = bucket.encryptionKey !== undefined || bucket.node.defaultChild instanceof s3.CfnBucket;
    if (!known && part === undefined) {
      throw new ValidationError('KeyUnknown', `'key' must say which KMS key the imported bucket ${bucket.node.path} is under, or shall be, got none: give BaselineKey.use(key), or import the bucket with encryptionKey; for one under SSE-S3 give BaselineKey.leaveOut(reason)`, this);
    }
    if (!known && this.compliance !== undefined && compliance?._part.kind !== 'left-out') {
      throw new ValidationError('RulesNeedKey', `'compliance' must be left out for the imported bucket ${bucket.node.path} without a key, since its rules compare with one: give BaselineCompliance.leaveOut(reason), or a key`, this);
    }
    return bucket.encryptionKey;
  }
}
