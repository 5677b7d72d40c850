import { Annotations } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { checkOnce } from './checks';
import { EncryptionBaseline } from './encryption-baseline';
import type { ForBucketOptions } from './for-bucket-options';
import { warnOfLeftOut } from './watch-parts';
import { RotatingS3Key } from '../key';
import { ValidationError } from '../private/errors';
import { at, finalState } from '../private/final-state';
import { keyBehind } from '../private/key-by-arn';
import { noteKeyless } from '../private/keyless';

/** A bucket that is there, with everything that watches it: what `S3EncryptionBaseline.forBucket` makes. */
export class ExistingBucketBaseline extends EncryptionBaseline {
  /** @internal */
  public static _of(bucket: s3.IBucket, options: ForBucketOptions): ExistingBucketBaseline {
    // Beside the bucket, and not under it: mixins and aspects of the bucket are about what is under it.
    const { id, scope } = (bucket.node.scope instanceof s3.CfnBucket ? bucket.node.scope : bucket).node; // the CDK makes one under the other
    checkOnce(scope as Construct, bucket);
    return new ExistingBucketBaseline(scope as Construct, `${id}EncryptionBaseline`, bucket, options);
  }

  /** The bucket. */
  public readonly bucket: s3.IBucket;

  private constructor(scope: Construct, id: string, bucket: s3.IBucket, options: ForBucketOptions) {
    super(scope, id, options);
    this.bucket = bucket;
    const key = this.keyOf(bucket, options);
    const imported = !(bucket.node.defaultChild instanceof s3.CfnBucket);
    if (imported && bucket.encryptionKey === undefined && key !== undefined) {
      // A key that is made here is hardly the one of a bucket that was there before.
      if (key.node.defaultChild instanceof kms.CfnKey) { this.warnNotUnder(bucket, key); }
      // Known by its key from here on, so that every part sees it.
      const { bucketName, bucketArn, env: { account, region } } = bucket;
      this._watch(s3.Bucket.fromBucketAttributes(this, 'Bucket', { bucketName, bucketArn, account, region, encryptionKey: key }), undefined, options);
      return;
    }
    const other = key === bucket.encryptionKey ? undefined : key;
    if (other !== undefined && bucket.encryptionKey !== undefined && other === keyBehind(bucket.encryptionKey)) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:ExistingBucketBaseline.namesAlias',
        `the bucket ${bucket.node.path} names an alias of ${other.node.path}, which can be moved to any other key, so rules of AWS Config find it: give the bucket the key itself, or acknowledge this`);
    } else if (other !== undefined) {
      this.warnNotUnder(bucket, other);
    }
    this._watch(bucket, other, options);
  }

  private warnNotUnder(bucket: s3.IBucket, key: kms.IKey): void {
    Annotations.of(this).addWarningV2('cdk-s3-encryption:ExistingBucketBaseline.notUnderKey',
      `the bucket ${bucket.node.path} is not under the key ${key.node.path} yet, so new objects are not, and rules of AWS Config find it until it is: set the default encryption of the bucket to that key where the bucket is made, or acknowledge this once you did`);
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
        noteKeyless(bucket);
        break;
      default:
    }
    const resource = bucket.node.defaultChild;
    if (resource instanceof s3.CfnBucket && !isUnderKms(resource)) { noteKeyless(bucket); }
    const known = bucket.encryptionKey !== undefined || (resource instanceof s3.CfnBucket && !isUnderKms(resource));
    if (!known && part === undefined) {
      throw new ValidationError('KeyUnknown', `'key' must say which KMS key the bucket ${bucket.node.path} is under, or shall be, got none, and ${resource === undefined ? 'the bucket is imported without its key' : 'the template names none, which is the AWS managed key aws/s3'}: give BaselineKey.use(key) or BaselineKey.make(), or import the bucket with encryptionKey; for an imported one under SSE-S3 give BaselineKey.leaveOut(reason)`, this);
    }
    // Of an imported one the reason is enough: nobody knows better.
    if (!known && resource !== undefined && this.compliance !== undefined && compliance?._part.kind !== 'left-out') {
      throw new ValidationError('RulesNeedKey', `'compliance' must be left out for ${bucket.node.path}, which is under the AWS managed key aws/s3, since its rules compare with a key of yours: give BaselineCompliance.leaveOut(reason), or key: BaselineKey.make()`, this);
    }
    return bucket.encryptionKey === undefined ? undefined : keyBehind(bucket.encryptionKey);
  }
}

function isUnderKms(bucket: s3.CfnBucket): boolean {
  const algorithm = at(finalState(bucket).properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'ServerSideEncryptionByDefault', 'SSEAlgorithm');
  return /^aws:kms/.test(String(algorithm));
}
