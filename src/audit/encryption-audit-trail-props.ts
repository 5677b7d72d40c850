import type { Duration, Size } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { AuditedEvents } from './audited-events';

/** Properties of an `EncryptionAuditTrail`. */
export interface EncryptionAuditTrailProps {
  /**
   * The name of the trail: 3 to 128 letters, digits, periods, underscores and hyphens.
   *
   * The policies of key and bucket name the trail before it is there, so its name is fixed at
   * synthesis. The log group is named after it.
   *
   * A trail of all regions is shown in each of them by its name: give stacks of two regions two names, and
   * better only one of them a trail.
   *
   * @default - made from the names of the stack and the construct
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html
   */
  readonly trailName?: string;

  /**
   * Which calls on objects of the watched buckets are written down. Data events cost 0.10 USD per
   * 100,000, and what they take in CloudWatch Logs.
   *
   * @default AuditedEvents.READS_AND_WRITES
   */
  readonly dataEvents?: AuditedEvents;

  /**
   * How long nobody may delete a log file, not even its owner.
   *
   * In compliance mode nobody can shorten it, AWS included: the bucket then costs for as long. It can
   * be turned on later for new files, and never off.
   *
   * @default - no Object Lock: whoever may delete objects of the bucket can delete log files, which
   * the validation of log files then shows
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
   */
  readonly objectLockRetention?: s3.ObjectLockRetention;

  /**
   * When log files expire, at the earliest when their Object Lock ends. They can be brought back for 30 days more, and cost so long.
   *
   * @default - never: auditors ask for years
   */
  readonly expireLogFilesAfter?: Duration;

  /**
   * How long the log group keeps events. The bucket keeps them too, so this is for queries and alarms.
   *
   * @default - one year
   */
  readonly logGroupRetention?: logs.RetentionDays;

  /**
   * How much one query of Athena may read before it is stopped, at least 10 MB. Athena takes 5 USD per
   * TB, of log files as they are, compressed.
   *
   * @default Size.gibibytes(100), which is 0.54 USD
   * @see https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
   */
  readonly queryScanLimit?: Size;
}
