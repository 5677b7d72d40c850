import { Aws, Duration, Names, Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { admitInventories } from './inventory-delivery';
import type { BoundSource, SourceContext } from './object-source';
import type { InventoryOptions } from './object-source-options';
import { rowsOfInventory } from './statements';
import { SecureBucket } from '../bucket';
import { ValidationError } from '../private/errors';
import { knownToDiffer, printable } from '../private/tokens';

const KEEP_DAYS = 30;

/** As estimates count them. */
const DAYS_OF_MONTH = 30;

/** So many days after the time in its name the latest report is still taken for current: S3 delivers late, and weekly ones on Sundays. */
const MAX_AGE_DAYS = { daily: 4, weekly: 11 };

/** All that the statements read, and what a person asks next. */
const FIELDS = ['Size', 'LastModifiedDate', 'StorageClass', 'EncryptionStatus', 'BucketKeyStatus'];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html */
const COLUMNS: readonly [name: string, type: string][] = [
  ['bucket', 'string'], ['key', 'string'], ['version_id', 'string'], ['is_latest', 'boolean'], ['is_delete_marker', 'boolean'],
  ['size', 'bigint'], ['last_modified_date', 'timestamp'], ['storage_class', 'string'], ['encryption_status', 'string'], ['bucket_key_status', 'string'],
];

const TABLE = 'objects';

export function bindInventory(context: SourceContext, options: InventoryOptions): BoundSource {
  const { scope, bucket } = context;
  const weekly = options.frequency === s3.InventoryFrequency.WEEKLY;
  const maxAgeDays = weekly ? MAX_AGE_DAYS.weekly : MAX_AGE_DAYS.daily;
  assertOrdered(context, options);
  const reports = destinationOf(context, options);
  const inventoryId = Names.uniqueResourceName(scope, { maxLength: 64, separator: '-' });
  order(context, options, reports, inventoryId);
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
  const reportsPrefix = `${options.destinationPrefix === undefined ? '' : `${options.destinationPrefix}/`}${bucket.bucketName}/${inventoryId}/`;
  const { database, table } = catalogue(scope, reports.s3UrlForObject(`${reportsPrefix}hive/`), inventoryId);
  return {
    rows: rowsOfInventory(`"${databaseName(inventoryId)}"."${TABLE}"`, maxAgeDays),
    settings: { kind: 'inventory', reportsBucket: reports.bucketName, reportsPrefix, maxAgeDays },
    database: databaseName(inventoryId),
    lateAfterHours: maxAgeDays * 24,
    paidBy: { kind: 'inventories', perMonth: weekly ? DAYS_OF_MONTH / 7 : DAYS_OF_MONTH },
    grantRead: (grantee) => { grantRead(scope, reports, `${reportsPrefix}*`, database, table, grantee); },
    dependencies: [table],
  };
}

/** What can be known before anything is made. */
function assertOrdered({ scope, bucket }: SourceContext, { destination }: InventoryOptions): void {
  if (!(bucket instanceof s3.Bucket)) {
    throw new ValidationError('BucketImported', `'bucket' must be made in this app for ObjectSource.inventory(), which adds an inventory configuration to it, got the imported ${printable(scope, bucket.bucketName)}: make the report where the bucket is made, or use ObjectSource.existingMetadataTables()`, scope);
  }
  // The bucket names its destination, whose policy names the bucket; and the report names the bucket.
  if (destination !== undefined && !s3.CfnBucket.isCfnBucket(destination.node.defaultChild)) { return; }
  const delivered = Stack.of(destination ?? scope);
  if (delivered !== Stack.of(bucket)) {
    throw new ValidationError('BucketInOtherStack', `'bucket' must be in the stack that gets its inventories, ${delivered.node.path}, got ${bucket.node.path}: the two would name each other and each stack wait for the other; make the report in the stack of the bucket, or use ObjectSource.inventory() with a 'destination' in the stack of the bucket, or ObjectSource.existingMetadataTables()`, scope);
  }
}

function destinationOf({ scope, bucket, key }: SourceContext, { destination }: InventoryOptions): s3.IBucket {
  if (destination === undefined) {
    return new SecureBucket(scope, 'Inventories', {
      encryptionKey: key,
      lifecycleRules: [{ id: 'ExpireInventories', expiration: Duration.days(KEEP_DAYS), noncurrentVersionExpiration: Duration.days(1) }],
    });
  }
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (destination === bucket || printable(scope, destination.bucketName) === printable(scope, bucket.bucketName)) {
    throw fail('DestinationIsSource', "'destination' must not be 'bucket' itself: each inventory would list the ones before it, which nobody may delete for them; leave it out, or pass another bucket");
  }
  for (const what of ['account', 'region'] as const) {
    if (knownToDiffer(destination.env[what], Stack.of(scope)[what])) {
      throw fail('DestinationElsewhere', `'destination' must be in the ${what} of the report, ${Stack.of(scope)[what]}, got one in ${destination.env[what]}: leave it out`);
    }
  }
  return destination;
}

function order({ scope, bucket }: SourceContext, options: InventoryOptions, reports: s3.IBucket, inventoryId: string): void {
  (bucket as s3.Bucket).addInventory({
    inventoryId,
    // A reference to it, so that the CDK does not write its own statement, which asks neither for the account nor for the ACL.
    destination: { bucket: s3.Bucket.fromBucketArn(scope, 'InventoryDestination', reports.bucketArn), bucketOwner: Stack.of(scope).account, prefix: options.destinationPrefix },
    format: s3.InventoryFormat.PARQUET,
    frequency: options.frequency ?? s3.InventoryFrequency.DAILY,
    // The list of a backfill needs to know which are current, so all are in it, whatever is counted.
    includeObjectVersions: s3.InventoryObjectVersion.ALL,
    optionalFields: FIELDS,
  });
  admitInventories(scope, bucket, reports, options.destinationPrefix);
}

function databaseName(inventoryId: string): string { return `inventory_${inventoryId.toLowerCase().replace(/[^a-z0-9]/g, '_')}`; }

/** Links of the reports, hour by hour; partitions are computed, so nothing crawls. */
function catalogue(scope: Construct, location: string, inventoryId: string): { database: CfnDatabase; table: CfnTable } {
  const name = databaseName(inventoryId);
  const database = new CfnDatabase(scope, 'Database', { catalogId: Aws.ACCOUNT_ID, databaseInput: { name, description: `Inventories for ${scope.node.path}`.slice(0, 2048) } });
  const table = new CfnTable(scope, 'Table', {
    catalogId: Aws.ACCOUNT_ID,
    databaseName: database.ref,
    tableInput: {
      name: TABLE,
      description: 'One row for each version of each object, in each report',
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: [{ name: 'dt', type: 'string' }],
      parameters: {
        'EXTERNAL': 'TRUE',
        'projection.enabled': 'true',
        'projection.dt.type': 'date',
        'projection.dt.format': 'yyyy-MM-dd-HH-mm',
        // From a full hour on, as reports are named; a relative beginning would miss them by minutes.
        'projection.dt.range': '2026-01-01-00-00,NOW',
        'projection.dt.interval': '1',
        'projection.dt.interval.unit': 'HOURS',
      },
      storageDescriptor: {
        columns: COLUMNS.map(([column, type]) => ({ name: column, type })),
        location,
        inputFormat: 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat',
        serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
      },
    },
  });
  return { database, table };
}

function grantRead(scope: Construct, reports: s3.IBucket, pattern: string, database: CfnDatabase, table: CfnTable, grantee: iam.IGrantable): void {
  const glue = (resource: string, resourceName?: string) => Stack.of(scope).formatArn({ service: 'glue', resource, resourceName });
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable'],
    resourceArns: [glue('catalog'), glue('database', database.ref), glue('table', `${database.ref}/${table.ref}`)],
  });
  reports.grantRead(grantee, pattern);
}
