import { Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { checkOnce } from './checks';
import { EncryptionBaseline } from './encryption-baseline';
import { ExistingBucketBaseline } from './existing-bucket-baseline';
import type { ForBucketOptions } from './for-bucket-options';
import type { S3EncryptionBaselineProps } from './s3-encryption-baseline-props';
import { warnOfLeftOut } from './watch-parts';
import { assertUsableKey, EncryptionMode, sayWhySseS3, SecureBucket, type SecureBucketProps } from '../bucket';
import { RotatingS3Key } from '../key';
import { ValidationError } from '../private/errors';

/**
 * The whole life of encryption at rest for a bucket: prevented, detected, repaired, proved.
 *
 * A `SecureBucket` under a `RotatingS3Key`; `EncryptionAlarms` and an `EncryptionAuditTrail` that hear of every change and every read;
 * `EncryptionCompliance` and a `KeyAccessAnalysis` that go on looking; an `EncryptionBackfillJob` for objects that are there already. What
 * an account needs once in a region is shared by the baselines of a stack, or comes from an `EncryptionAccountBaseline`. Each part can be
 * given, tuned, or left out with a reason.
 *
 * The account has to have a recorder of AWS Config and an analyzer of IAM Access Analyzer, or they are made by choice; warnings ask.
 *
 * When the stack is deleted the data, its key, the log files, their key and the log groups stay. The trail stops; the key of the notifications goes,
 * under which nothing is kept.
 *
 * Its outputs say which controls are met by what, and what it costs: about 5 USD a month for a bucket with two million requests, and
 * 9 USD for what baselines share. Five of them fit into a stack, whose template may have
 * 1 MB; six with `suppressTemplateIndentation`, and more without a backfill.
 *
 * @example
 * const baseline = new S3EncryptionBaseline(this, 'Orders', { notify: [Notify.email('security@example.com')] });
 * baseline.bucket.grantRead(reader, 'orders/*');
 * baseline.bucket.grantPut(writer, 'orders/*');
 */
export class S3EncryptionBaseline extends EncryptionBaseline {
  /**
   * Everything but the bucket and the key, for a bucket that you have: one of this app, or an imported one of this account and region.
   *
   * The bucket stays as it is: under SSE-S3, if it is. What it does not hold itself the matrix says; mixins put some of it onto the bucket, one
   * promise at a time, before this is called. The baseline is made beside the bucket, with the id of the bucket and `EncryptionBaseline`, once.
   *
   * @param bucket a `SecureBucket`, any other bucket of this app, or an imported one with its key
   */
  public static forBucket(bucket: s3.IBucket, options: ForBucketOptions): ExistingBucketBaseline {
    return ExistingBucketBaseline._of(bucket, options);
  }

  /** The bucket. */
  public readonly bucket: SecureBucket;

  /** The key of the bucket. Undefined where it is left out. */
  public readonly key?: kms.IKey;

  constructor(scope: Construct, id: string, props: S3EncryptionBaselineProps) {
    super(scope, id, props);
    const part = props.key?._part;
    refuseSecondKey(this, props.bucketProps, part?.kind === 'left-out');
    if (part?.kind === 'left-out') { warnOfLeftOut(this, 'key', part.because); }
    if (part?.kind === 'given') { assertUsableKey(this, Stack.of(this).region, 'key', part.given); }
    // Always here, so that a key is not replaced when somebody tunes it.
    this.key = part?.kind === 'left-out' ? undefined : part?.kind === 'given' ? part.given : new RotatingS3Key(this, 'Key', part?.options);
    const mode = this.key === undefined ? EncryptionMode.s3Managed() : modeOf(props.bucketProps, this.key);
    this.bucket = new SecureBucket(this, 'Bucket', { ...props.bucketProps, encryptionMode: mode });
    if (part?.kind === 'left-out') { sayWhySseS3(this.bucket, part.because); }
    checkOnce(this, this.bucket);
    this._watch(this.bucket, undefined, props);
  }
}

/** One layer, or two where somebody asked for it. */
function modeOf(bucketProps: SecureBucketProps | undefined, key: kms.IKey): EncryptionMode {
  return bucketProps?.encryptionMode?._algorithm === 'aws:kms:dsse' ? EncryptionMode.dsse(key) : EncryptionMode.kms(key);
}

function refuseSecondKey(scope: Construct, bucketProps: SecureBucketProps | undefined, leftOut: boolean): void {
  const { encryptionKey, encryption, encryptionMode } = bucketProps ?? {};
  if (leftOut && encryptionMode !== undefined) {
    throw new ValidationError('ModeWithoutKey', '\'bucketProps.encryptionMode\' must be left out where \'key\' is, since the bucket is then under SSE-S3, got a mode: keep the key, or leave the mode out', scope);
  }
  if (encryptionKey !== undefined || encryption !== undefined || encryptionMode?._key !== undefined || encryptionMode?._usesKms === false) {
    const what = encryptionKey !== undefined ? 'encryptionKey' : encryption !== undefined ? 'encryption' : 'encryptionMode';
    throw new ValidationError('KeyTwice', `'bucketProps.${what}' must be left out, since the baseline has a prop for the key: give key: BaselineKey.use(key), or BaselineKey.leaveOut(reason) for SSE-S3. EncryptionMode.dsse() without a key is allowed`, scope);
  }
}
