import type { Size } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { ObjectFinding } from './object-finding';
import type { ObjectPrefixAlarm } from './object-prefix-alarm';
import type { ObjectSource } from './object-source';
import type { EncryptionAlarms } from '../monitoring';

/** What may differ about a report, whatever the bucket and whoever hears of it. */
export interface ObjectEncryptionReportOptions {
  /**
   * What knows the encryption of each object. There is no default, since the two differ in what they find
   * and in what they cost.
   *
   * `ObjectSource.inventory()` works everywhere, costs little and knows no keys;
   * `ObjectSource.metadataTables()` knows the key of each object, and is paid for by changes.
   */
  readonly source: ObjectSource;

  /**
   * The findings with an alarm of their own, 0.10 USD a month each. Everything that can be found is counted and published
   * with or without one.
   *
   * One that the source cannot find, or that the bucket does not expect, is refused with an error: its
   * alarm would never go off.
   *
   * @default - all that can be found
   */
  readonly alarmOn?: ObjectFinding[];

  /**
   * How many objects of one finding are tolerated before its alarm goes off: a whole number, 0 or more.
   *
   * @default - 0, or any number where `toleratedBytes` is given
   */
  readonly tolerated?: number;

  /**
   * How many bytes of one finding are tolerated before an alarm goes off, as they are stored: whole bytes. An object of no bytes sets
   * off nothing.
   *
   * Alone, alarms go by bytes and not by the number of objects. With `tolerated`, each finding has an alarm for
   * either, so that many small objects are heard of, and a few large ones: 0.10 USD a month more for each finding. With a
   * `tolerated` of 0 it is refused with an error: the first object sets off an alarm, whatever its size.
   *
   * @default - alarms go by the number of objects alone
   */
  readonly toleratedBytes?: Size;

  /**
   * The KMS keys that objects may be under. Keys with a full ARN; an alias is refused with an error, since
   * objects carry the ARN of a key.
   *
   * Pass the old key too while a backfill is still under way and its objects are fine where they are.
   *
   * With `ObjectSource.inventory()` refused with an error: it does not know the keys of objects.
   *
   * @default - the key of the bucket, or that of its alias. Of a bucket under SSE-S3 objects under any key and under SSE-S3 are
   * fine. Where the bucket is under KMS and its key is not known (`aws/s3`), objects under any key are; of an imported
   * bucket without a key also those under SSE-S3: a warning says so
   */
  readonly expectedKeys?: kms.IKey[];

  /**
   * Whether objects under SSE-KMS without a Bucket Key are a finding.
   *
   * @default - as the bucket encrypts new objects, where this app says so; otherwise true if a KMS key is expected. True in a baseline whose key
   * a bucket under SSE-S3 shall be under
   */
  readonly bucketKeyExpected?: boolean;

  /**
   * Whether noncurrent versions are counted: they are stored, and who may read versions reads them.
   *
   * An `EncryptionBackfillJob` without `noncurrentVersions` leaves them as they are, and copies leave the
   * version that they replaced: set it to false to count what a backfill changes.
   *
   * @default true
   */
  readonly noncurrentVersions?: boolean;

  /**
   * Beginnings of keys that get metrics of their own, such as `finance/`: at most 20, each once.
   *
   * Each has two metrics for every finding, which cost 0.30 USD a month each: up to 3 USD a prefix.
   * Saved queries tell of every prefix and cost nothing until they are run.
   *
   * @default - none
   */
  readonly prefixes?: string[];

  /**
   * Prefixes with alarms of their own, each once: some of a bucket must be at zero while the rest may take its time.
   *
   * They are counted as those in `prefixes` are, with which they share the limit of 20 and the price of their metrics, whether
   * `prefixes` names them or not. Each has an alarm for each finding, 0.10 USD a month, and two where it tolerates both a number of objects
   * and of bytes. Objects under a prefix are of the bucket as well: what is tolerated here and not there
   * sets off the alarm of the bucket, unless `alarmOn` leaves that out.
   *
   * @default - none
   */
  readonly prefixAlarms?: ObjectPrefixAlarm[];

  /**
   * How many folders deep saved queries group keys: 1 to 8. At 1, `a/b/c` belongs to `a/`.
   *
   * @default 1
   */
  readonly prefixDepth?: number;

  /**
   * The key of the results, and of the inventories or metadata tables that are made here.
   *
   * They have the names of objects, and so a key of their own. A `RotatingS3Key`, or another symmetric key whose policy can be
   * changed here; for an imported one warnings print the statements that its owner must add.
   *
   * @default - a new `RotatingS3Key`, 1 USD a month
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How much one query may read before it is stopped, at least 10 MB. Athena takes 5 USD per TB.
   *
   * One run reads a few columns of one inventory or of the table, some 50 bytes an object, and once more
   * for the list of a backfill if anything is found.
   *
   * @default Size.gibibytes(100), which is 0.54 USD
   * @see https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
   */
  readonly queryScanLimit?: Size;
}

/** Properties of an `ObjectEncryptionReport`. */
export interface ObjectEncryptionReportProps extends ObjectEncryptionReportOptions {
  /**
   * The bucket whose objects are looked at, of the account and region of the stack. Anything else is refused with an error, and so
   * is a second report about the same bucket: both would publish the same metrics.
   */
  readonly bucket: s3.IBucket;

  /**
   * Who hears when the report finds something, or is late.
   *
   * @default - the alarms are made, and notify nobody
   */
  readonly alarms?: EncryptionAlarms;

  /**
   * That objects shall be under KMS, whatever the default of the bucket still is: of a baseline that brings them there.
   *
   * @internal
   */
  readonly _kmsExpected?: boolean;
}
