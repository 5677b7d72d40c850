import { Fn, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { isMadeHere, isNamedByIdentityAlone } from './keys-elsewhere';
import type { BoundSource, SourceContext } from './object-source';
import type { ExistingMetadataTablesOptions, MetadataTablesOptions } from './object-source-options';
import { rowsOfMetadata } from './statements';
import { assertUsableKey } from '../bucket';
import { ValidationError } from '../private/errors';
import { warnOwnerMustAdd, warnsByItself } from '../private/imported-key';
import { oneOrMany, printable, viaService } from '../private/tokens';

type Options = ({ readonly make: true } & MetadataTablesOptions) | ({ readonly make: false } & ExistingMetadataTablesOptions);

interface TableKey { readonly prop: string; readonly key: kms.IKey }

/** Counted once a day, out of a table that is an hour behind: two days without a count are late. */
const LATE_HOURS = 26;

/** S3 keeps at least so much. https://docs.aws.amazon.com/AmazonS3/latest/API/API_RecordExpiration.html */
const JOURNAL_DAYS = 7;

export function bindMetadataTables(context: SourceContext, options: Options): BoundSource {
  const { scope, bucket, key } = context;
  if (options.make) { turnOn(context, options); }
  const tableKey = options.make ? key : options.tableKey;
  if (!options.make && tableKey !== undefined) { assertUsableKey(scope, Stack.of(scope).region, 'tableKey', tableKey); }
  const prop = options.make ? 'encryptionKey' : 'tableKey';
  const tableNamespace = (options.make ? undefined : options.tableNamespace) ?? namespaceOf(bucket);
  return {
    rows: rowsOfMetadata(tableNamespace),
    settings: { kind: 'metadata', tableNamespace },
    database: tableNamespace,
    lateAfterHours: LATE_HOURS,
    paidBy: options.make ? { kind: 'metadata-updates' } : undefined,
    grantRead: (grantee) => { grantRead(scope, bucket, tableNamespace, tableKey === undefined ? undefined : { prop, key: tableKey }, grantee); },
    dependencies: [],
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-overview.html */
function namespaceOf(bucket: s3.IBucket): string {
  const { bucketName } = bucket;
  if (!Token.isUnresolved(bucketName)) { return `b_${bucketName.replace(/\./g, '_')}`; }
  const resource = bucket.node.defaultChild;
  // CloudFormation puts no period into a name of its making.
  if (s3.CfnBucket.isCfnBucket(resource) && Stack.of(bucket).resolve(resource.bucketName) === undefined) { return `b_${bucketName}`; }
  return `b_${Fn.join('_', Fn.split('.', bucketName))}`;
}

/** By a property, or past it, by an escape hatch: what is set twice would be merged into what neither wants. */
function isConfigured(resource: s3.CfnBucket): boolean {
  if (resource.metadataConfiguration !== undefined || resource.metadataTableConfiguration !== undefined) { return true; }
  // The CDK offers no way to read them. Where it keeps them elsewhere, CloudFormation still deploys what was asked for last.
  const { rawOverrides } = resource as unknown as { readonly rawOverrides?: { readonly Properties?: object } };
  return Object.keys(rawOverrides?.Properties ?? {}).some((name) => name === 'MetadataConfiguration' || name === 'MetadataTableConfiguration');
}

/** An update without replacement: the schema of AWS::S3::Bucket has only names among its createOnlyProperties. */
function turnOn({ scope, bucket, key }: SourceContext, { journalExpiration }: MetadataTablesOptions): void {
  const resource = bucket.node.defaultChild;
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (!s3.CfnBucket.isCfnBucket(resource)) {
    throw fail('BucketImported', `'bucket' must be made in this app for ObjectSource.metadataTables(), got the imported ${printable(scope, bucket.bucketName)}: turn its metadata tables on where it is made and use ObjectSource.existingMetadataTables(), or use ObjectSource.existingMetadataTables() after an operator turned them on`);
  }
  if (isConfigured(resource)) {
    throw fail('MetadataConfigured', `'bucket' must have no metadata configuration yet for ObjectSource.metadataTables(), got ${bucket.node.path}, which has one: it is not overwritten; use ObjectSource.existingMetadataTables(), and let it have a live inventory table`);
  }
  // The bucket names the key of its tables, and the report names the bucket.
  if (Stack.of(bucket) !== Stack.of(scope) && isMadeHere(key) && Stack.of(key) === Stack.of(scope)) {
    throw fail('BucketInOtherStack', `'bucket' must be in the stack of the report for ObjectSource.metadataTables(), ${Stack.of(scope).node.path}, got ${bucket.node.path}: each stack would wait for the other; make the report in the stack of the bucket, pass an 'encryptionKey' that is made there, or turn the tables on there and use ObjectSource.existingMetadataTables()`);
  }
  const encryptionConfiguration = { sseAlgorithm: 'aws:kms', kmsKeyArn: key.keyArn };
  resource.metadataConfiguration = {
    journalTableConfiguration: { recordExpiration: { expiration: 'ENABLED', days: journalExpiration?.toDays() ?? JOURNAL_DAYS }, encryptionConfiguration },
    inventoryTableConfiguration: { configurationState: 'ENABLED', encryptionConfiguration },
  };
  const statement = letServicesWrite(scope);
  if (!key.addToResourcePolicy(statement, true).statementAdded && !warnsByItself(key)) { warnOwnerMustAdd(scope, key, statement); }
}

/**
 * What the CDK forgets: without it the tables fail, hours after the deployment succeeded.
 *
 * The context names the managed table bucket of this account, so no other account's tables fit.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html
 */
function letServicesWrite(scope: Construct): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'WriteMetadataTables',
    principals: [new iam.ServicePrincipal('metadata.s3.amazonaws.com'), new iam.ServicePrincipal('maintenance.s3tables.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'], // in a key policy, `*` means this key
    conditions: { StringLike: { 'kms:EncryptionContext:aws:s3:arn': `${tableBucketArn(scope)}/*` } },
  });
}

function tableBucketArn(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 's3tables', resource: 'bucket', resourceName: 'aws-s3' });
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-bucket-query-permissions.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-aws.html
 */
function grantRead(scope: Construct, bucket: s3.IBucket, namespace: string, under: TableKey | undefined, grantee: iam.IGrantable): void {
  const stack = Stack.of(scope);
  const grant = (actions: string[], resourceArns: string[], conditions?: Record<string, Record<string, unknown>>) =>
    iam.Grant.addToPrincipal({ grantee, actions, resourceArns, conditions });
  const glue = (resource: string, resourceName?: string) => stack.formatArn({ service: 'glue', resource, resourceName });
  const tables = tableBucketArn(scope);
  grant(['s3tables:GetTable', 's3tables:GetTableData', 's3tables:GetTableMetadataLocation'], [tables, `${tables}/table/*`]);
  grant(['glue:GetCatalog', 'glue:GetDatabase', 'glue:GetTable'], [
    glue('catalog'), glue('catalog', 's3tablescatalog'), glue('catalog', 's3tablescatalog/aws-s3'),
    glue('database', `s3tablescatalog/aws-s3/${namespace}`), glue('table', `s3tablescatalog/aws-s3/${namespace}/inventory`),
  ]);
  // Has no resources. Which tables it opens is what Lake Formation says. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslakeformation.html
  grant(['lakeformation:GetDataAccess'], ['*']);
  grant(['s3:GetBucketMetadataTableConfiguration'], [bucket.bucketArn]);
  if (under === undefined) { return; }
  const { prop, key } = under;
  const conditions = {
    // Not documented by which of the two names KMS is called for a table: docs/unverified.md.
    StringEquals: { 'kms:ViaService': oneOrMany([...viaService(scope, 's3'), ...viaService(scope, 's3tables')]) },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': `${tables}/*` },
  };
  grant(['kms:Decrypt'], [key.keyArn], conditions);
  if (isNamedByIdentityAlone(scope, prop, key, grantee)) {
    // A RotatingS3Key delegates to IAM for S3 alone, which need not be the name that KMS is called by here.
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'ReadMetadataTables', principals: [new iam.AccountPrincipal(Stack.of(key).account)], actions: ['kms:Decrypt'], resources: ['*'], conditions,
    }), true);
    return;
  }
  const { principalAccount, policyFragment } = grantee.grantPrincipal;
  if (principalAccount === undefined || policyFragment.principalJson.AWS === undefined) { return; }
  const statement = new iam.PolicyStatement({ principals: [grantee.grantPrincipal], actions: ['kms:Decrypt'], resources: ['*'], conditions });
  if (!key.addToResourcePolicy(statement, true).statementAdded && !warnsByItself(key)) { warnOwnerMustAdd(scope, key, statement); }
}
