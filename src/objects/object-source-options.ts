import type { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';

/** Options of `ObjectSource.metadataTables()`. */
export interface MetadataTablesOptions {
  /**
   * How long the journal keeps what happened to objects, in whole days, at least 7.
   *
   * S3 makes no live inventory table without a journal. The report does not read it; each change of an
   * object is one paid update of it.
   *
   * @default Duration.days(7)
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-expire-journal-table-records.html
   */
  readonly journalExpiration?: Duration;
}

/** Options of `ObjectSource.existingMetadataTables()`. */
export interface ExistingMetadataTablesOptions {
  /**
   * The KMS key of the live inventory table. Reading it takes that key: the grant is made here.
   *
   * @default - the table is under SSE-S3, and needs no key
   */
  readonly tableKey?: kms.IKey;

  /**
   * The namespace of the tables.
   *
   * @default - as S3 names it: `b_` and the name of the bucket, with `_` for each period
   */
  readonly tableNamespace?: string;
}

/** Options of `ObjectSource.inventory()`. */
export interface InventoryOptions {
  /**
   * How often S3 makes an inventory: what the report can know is up to that old. Each costs 0.0025 USD per million objects.
   *
   * @default s3.InventoryFrequency.DAILY
   */
  readonly frequency?: s3.InventoryFrequency;

  /**
   * The bucket that gets the inventories, of the account and region of `bucket`, and not `bucket` itself.
   *
   * Made in this app, its policy and the policy of its key get what S3 needs, also where it is a plain `s3.Bucket` with an
   * `encryptionKey`. Under `aws/s3` (`BucketEncryption.KMS_MANAGED`) S3 cannot deliver: refused with an error. For an imported
   * bucket, and for an imported key, warnings print the statements that the owner must add; a key that is
   * named in `s3.Bucket.fromBucketAttributes()` can be used by the role of the report.
   *
   * @default - a `SecureBucket` under the key of the report, which removes them after 30 days
   */
  readonly destination?: s3.IBucket;

  /**
   * Where in the destination: a folder without slashes at its ends.
   *
   * @default - at the top, in a folder with the name of the bucket
   */
  readonly destinationPrefix?: string;
}
