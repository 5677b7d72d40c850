import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { bindInventory } from './inventory';
import { bindMetadataTables } from './metadata-tables';
import type { ExistingMetadataTablesOptions, InventoryOptions, MetadataTablesOptions } from './object-source-options';
import type { RowsOfSource } from './statements';
import { ValidationError } from '../private/errors';

/** What a source gets to make what it needs. */
export interface SourceContext {
  readonly scope: Construct;
  readonly bucket: s3.IBucket;
  readonly key: kms.IKey;
}

/**
 * What a source is paid by, beside its storage: each inventory, so often a month, or each update of the tables that are turned on
 * here. Tables that were there already are paid for by whoever turned them on.
 */
export type PaidBy = { readonly kind: 'inventories'; readonly perMonth: number } | { readonly kind: 'metadata-updates' };

/** What a source gives. */
export interface BoundSource {
  readonly rows: RowsOfSource;
  /** What the function that counts is told: see src/runtime/object-source.ts. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The database that saved queries name. */
  readonly database: string;
  /** How old what is counted may be before somebody is told. */
  readonly lateAfterHours: number;
  readonly paidBy?: PaidBy;
  readonly grantRead: (grantee: iam.IGrantable) => void;
  /** What has to be there before a saved query is. */
  readonly dependencies: readonly Construct[];
}

/**
 * What knows how each object of a bucket is encrypted. S3 itself tells only for one object at a time.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html
 */
export class ObjectSource {
  /**
   * The live inventory table of S3 Metadata: the only source that knows under **which key** an object
   * is. Turned on for the bucket here, with its tables under the key of the report.
   *
   * Filled within minutes to hours, and up to date within an hour. Costs 0.30 USD per million updates of
   * objects, as much once to fill it per million objects, and a monthly fee for buckets with more than a billion
   * objects: see the pricing of S3. Turned on for a bucket that changes a lot, it costs a lot.
   *
   * **Needs two things that no template here can make.** Once for each account and region the table
   * buckets must be integrated with the AWS analytics services, which makes the catalog
   * `s3tablescatalog`; and where Lake Formation controls access, the role of the report needs SELECT
   * on the table. Until then queries fail, which the alarm about a late report tells. S3
   * Metadata is not offered in every region.
   *
   * Where Lake Formation vends credentials for the tables, it reads them with the role with which the catalog was registered,
   * which must then decrypt with the key of the report: give it `kms:Decrypt` in its own policy, and in that of the
   * key with `report.encryptionKey.addToResourcePolicy()`. Which role that is, no template here knows.
   *
   * A bucket that this app imports, and one that has a metadata configuration already, is refused with an
   * error: use `existingMetadataTables()`. Taking the report away turns the tables of the bucket off; what
   * they held is kept by S3 until somebody deletes it.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-inventory-schema.html
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-aws.html
   */
  public static metadataTables(options: MetadataTablesOptions = {}): ObjectSource {
    const days = options.journalExpiration;
    if (days !== undefined && !days.isUnresolved() && (days.toHours() % 24 !== 0 || days.toDays() < 7)) {
      throw new ValidationError('JournalExpirationInvalid', `'journalExpiration' must be whole days, at least 7, got ${days.toHumanString()}: S3 takes nothing less`);
    }
    return new ObjectSource((context) => bindMetadataTables(context, { make: true, ...options }), true);
  }

  /**
   * The same, of a bucket whose metadata tables somebody has turned on already. Nothing about the bucket is
   * changed; a bucket without a live inventory table makes the report fail, which its alarm tells.
   */
  public static existingMetadataTables(options: ExistingMetadataTablesOptions = {}): ObjectSource {
    const { tableNamespace } = options;
    if (tableNamespace !== undefined && !Token.isUnresolved(tableNamespace) && !/^[a-z0-9_-]{1,255}$/.test(tableNamespace)) {
      throw new ValidationError('NamespaceInvalid', `'tableNamespace' must be letters in lower case, digits, hyphens and underscores, got '${tableNamespace}': leave it out for the one that S3 makes`);
    }
    return new ObjectSource((context) => bindMetadataTables(context, { make: false, ...options }), true);
  }

  /**
   * Reports of S3 Inventory, in Parquet, into a bucket for them. They say how each object is encrypted and
   * **not under which key**: `ObjectFinding.OTHER_KEY` cannot be found with them, and is refused.
   *
   * The first comes within 48 hours, and until then nothing is counted. Costs 0.0025 USD per million objects that are
   * listed, and the storage of the reports. In every region, and with nothing to prepare.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
   */
  public static inventory(options: InventoryOptions = {}): ObjectSource {
    const { destinationPrefix } = options;
    if (destinationPrefix !== undefined && (Token.isUnresolved(destinationPrefix) || !/^[a-zA-Z0-9!_.*'()-]+(\/[a-zA-Z0-9!_.*'()-]+)*$/.test(destinationPrefix))) {
      throw new ValidationError('DestinationPrefixInvalid', `'destinationPrefix' must be a folder without slashes at its ends, of safe characters and known at synthesis, got '${destinationPrefix}': for example 'inventories'`);
    }
    return new ObjectSource((context) => bindInventory(context, options), false);
  }

  /** @internal */
  public readonly _bind: (context: SourceContext) => BoundSource;

  /** @internal */
  public readonly _knowsKeys: boolean;

  private constructor(bind: (context: SourceContext) => BoundSource, knowsKeys: boolean) {
    this._bind = bind;
    this._knowsKeys = knowsKeys;
  }
}
