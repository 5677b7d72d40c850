import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Detection } from './detection';
import type { DetectionChoice } from './detection-choice';
import type { Notify } from './notify';

/** What may differ about alarms, whoever hears of them. */
export interface EncryptionAlarmsOptions {
  /**
   * What differs from the catalogue: thresholds, severities, what is turned off and why.
   *
   * @default - every detection of the catalogue, as its documentation says
   */
  readonly choices?: DetectionChoice[];

  /**
   * Detections of your own, beside the catalogue.
   *
   * @default - none
   */
  readonly ownDetections?: Detection[];

  /**
   * The page that notifications link to; the id of the detection, or the name of the call, is added as
   * `#anchor`.
   *
   * @default - the runbook of this library
   */
  readonly runbookUrl?: string;

  /**
   * Where findings are counted in CloudWatch, by the name of the detection.
   *
   * Two alarms of one account and region that count in the same namespace would each go off at what the other one counts: in one app that is
   * refused with an error.
   *
   * @default - `S3Encryption/` and the path of these alarms, which nobody else has
   */
  readonly metricNamespace?: string;

  /**
   * The key that encrypts the topics of the notifications. Its policy gets the statements that let
   * CloudWatch and EventBridge publish; for an imported key a warning prints them.
   *
   * @default - a key of its own, 1 USD a month, which goes when the stack goes since nothing is kept
   * under it
   */
  readonly notificationKey?: kms.IKey;

  /**
   * Whether there is a dashboard: findings over time, decrypts and who is denied, the request rate
   * against the quota of KMS. Costs 3 USD a month beyond the three that are free.
   *
   * @default true
   */
  readonly dashboard?: boolean;
}

/** Properties of `EncryptionAlarms`. */
export interface EncryptionAlarmsProps extends EncryptionAlarmsOptions {
  /**
   * Who hears of a detection. At least one; an empty list is refused with an error.
   */
  readonly notify: Notify[];

  /**
   * The log group that CloudTrail writes to, such as `trail.logGroup` of an `EncryptionAuditTrail`.
   *
   * What has to be counted is counted there: denied decrypts, uploads under keys of clients, objects
   * moved to another key in bulk, and the filters that scanners look for.
   *
   * A trail of the same app that writes there is looked at, as it will be deployed. It is an error if it
   * does not log, excludes KMS, or leaves out reads that detections need; a warning names watched buckets
   * whose writes of objects it does not have. Of a trail that is elsewhere nothing is known: a warning
   * says what to look at, to be acknowledged once you did.
   *
   * @default - these detections are left out, and a warning names them
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
   */
  readonly trailLogGroup?: logs.ILogGroup;
}
