import type { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { BackfillCopies } from './backfill-copies';
import type { BackfillSource } from './backfill-source';
import type { BackfillTrigger } from './backfill-trigger';

/** What is re-encrypted, and how, whatever the bucket. */
export interface EncryptionBackfillJobOptions {
  /**
   * Which of its objects. At least one, and each once; anything else is refused with an error.
   */
  readonly sources: BackfillSource[];

  /**
   * The KMS key under which the objects end.
   *
   * A symmetric encryption key with a full ARN, of the bucket's account and region: S3 refuses every
   * other for updates in place. An alias, another account's key and a key that the bucket's own
   * policy forbids are refused with an error.
   *
   * @default - the key of the bucket. A bucket whose key is not known (imported, or under SSE-S3) is
   * refused with an error
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Whether the objects end under an S3 Bucket Key, which saves up to 99 percent of the KMS requests.
   *
   * @default - as the bucket encrypts new objects, where this app says so; otherwise true
   */
  readonly bucketKeyEnabled?: boolean;

  /**
   * Only keys that begin with this.
   *
   * @default - every key
   */
  readonly prefix?: string;

  /**
   * Noncurrent versions too, each before the version that replaced it.
   *
   * Those under SSE-S3 or another KMS key are updated in place. Those that only a copy could encrypt
   * are reported: a copy of an old version would become the current one, and readers would see it.
   * The function lists and reads every version, which costs about 1.50 USD per million.
   *
   * @default false
   */
  readonly noncurrentVersions?: boolean;

  /**
   * How objects are copied that S3 cannot update in place.
   *
   * @default BackfillCopies.AUTOMATIC
   */
  readonly copies?: BackfillCopies;

  /**
   * Removes the versions that a copy replaced, this long after.
   *
   * A lifecycle rule for noncurrent versions under `prefix` is added to the bucket: **it removes every
   * noncurrent version under it, also those that somebody overwrote or deleted**, so the
   * copies are not told apart from them. Whole days, at least 1. Only for buckets that this app
   * makes; refused with an error for others.
   *
   * @default - nothing is removed; what copies leave behind is named in the summary, and costs its storage
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
   */
  readonly expireReplacedVersions?: Duration;

  /**
   * What starts the backfill.
   *
   * @default BackfillTrigger.manual()
   */
  readonly trigger?: BackfillTrigger;

  /**
   * Where manifests, reports, plans and summaries go.
   *
   * Under SSE-S3, because reports cannot be under KMS; a bucket of this app that is under KMS is
   * refused with an error, and so is `bucket` itself.
   *
   * @default - a SecureBucket under SSE-S3 that removes them after 400 days
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-create-job.html
   */
  readonly operationsBucket?: s3.IBucket;

  /**
   * Gets the summary of each run, and the reason when one stops.
   *
   * For an encrypted topic of this app, the grant on its key is made too.
   *
   * @default - no message; the summary is in the operations bucket, in the output of the execution and
   * in an event of EventBridge
   */
  readonly summaryTopic?: sns.ITopic;

  /**
   * How many copies by the function run at once: its reserved concurrency, 1 or more.
   *
   * It also keeps S3 Batch Operations from using up the concurrency of the account, on which other
   * functions depend. The account must have as much left to reserve.
   *
   * @default - not reserved
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly copyConcurrency?: number;
}

/** Properties of an `EncryptionBackfillJob`. */
export interface EncryptionBackfillJobProps extends EncryptionBackfillJobOptions {
  /**
   * The bucket whose objects are brought under the key: a `SecureBucket`, any other bucket of this
   * app, or an imported one of this account and region.
   */
  readonly bucket: s3.IBucket;
}
