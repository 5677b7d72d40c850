import { Aws, Duration, Size, Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnPreparedStatement, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CLOUDTRAIL_COLUMNS } from './cloudtrail-columns';
import { questionId, statementName } from './question-id';
import { regionsOfPartition } from './trail-regions';
import { SecureBucket } from '../bucket';
import type { RotatingS3Key } from '../key';
import { oneOrMany, viaService } from '../private/tokens';
import { workGroupConfiguration } from '../private/work-group';
import { type Question, QUESTIONS, type SqlValue } from '../questions';

/** Results are copies of the log, and can be had again. */
const KEEP_RESULTS_DAYS = 30;

const TABLE = 'events';

export interface AthenaOfTrailProps {
  readonly trailName: string;
  readonly logFiles: s3.IBucket;
  readonly key: RotatingS3Key;
  readonly scanLimit: Size;
}

/** The log files as a table, the questions as statements over it, and where their results go. */
export class AthenaOfTrail extends Construct {
  public readonly workGroupName: string;
  private readonly results: SecureBucket;
  private readonly database: CfnDatabase;
  private readonly table: CfnTable;

  constructor(scope: Construct, id: string, { trailName, logFiles, key, scanLimit }: AthenaOfTrailProps) {
    super(scope, id);
    // Names of Glue are in small letters, digits and underscores.
    const databaseName = `cloudtrail_${trailName.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
    this.results = new SecureBucket(this, 'Results', {
      encryptionKey: key,
      lifecycleRules: [{ id: 'ExpireResults', expiration: Duration.days(KEEP_RESULTS_DAYS), noncurrentVersionExpiration: Duration.days(1) }],
    });
    this.database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: databaseName, description: `What the trail ${trailName} wrote down` },
    });
    this.table = this.makeTable(trailName, logFiles);
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: trailName,
      description: `Questions about what the trail ${trailName} wrote down`,
      // Statements, queries and their history would hold up the deletion of the stack. https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html
      recursiveDeleteOption: true,
      workGroupConfiguration: workGroupConfiguration(this.results.s3UrlForObject(), key, scanLimit),
    });
    this.workGroupName = workGroup.ref;
    for (const question of QUESTIONS) { this.save(question, workGroup, databaseName); }
  }

  /** Everything that asking takes: the statements, the table, the log files and the results, and the key of both. */
  public grantQuery(grantee: iam.IGrantable, trailArn: string, logFiles: s3.IBucket, key: RotatingS3Key): iam.Grant {
    const stack = Stack.of(this);
    const glue = (resource: string, resourceName?: string) => stack.formatArn({ service: 'glue', resource, resourceName });
    // https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html
    const athena = iam.Grant.addToPrincipal({
      grantee,
      actions: [
        'athena:GetPreparedStatement', 'athena:GetQueryExecution', 'athena:GetQueryResults', 'athena:GetWorkGroup', 'athena:StartQueryExecution',
        'athena:StopQueryExecution',
      ],
      resourceArns: [stack.formatArn({ service: 'athena', resource: 'workgroup', resourceName: this.workGroupName })],
    });
    // Partitions are made from the properties of the table. https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
    const table = iam.Grant.addToPrincipal({
      grantee,
      actions: ['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable'],
      resourceArns: [glue('catalog'), glue('database', this.database.ref), glue('table', `${this.database.ref}/${this.table.ref}`)],
    });
    // CloudTrail names the trail when it encrypts a log file, and S3 may or may not name the bucket too.
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    const decrypt = iam.Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt'],
      resourceArns: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': oneOrMany(viaService(this, 's3')), 'kms:EncryptionContext:aws:cloudtrail:arn': trailArn } },
    });
    return [table, decrypt, logFiles.grantRead(grantee), this.results.grantReadWrite(grantee)].reduce((all, next) => all.combine(next), athena);
  }

  /**
   * Partitions are computed, so none has to be added as days and regions come.
   * https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
   */
  private makeTable(trailName: string, logFiles: s3.IBucket): CfnTable {
    const folder = logFiles.s3UrlForObject(`AWSLogs/${Aws.ACCOUNT_ID}/CloudTrail`);
    return new CfnTable(this, 'Table', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: this.database.ref,
      tableInput: {
        name: TABLE,
        description: `Log files of the trail ${trailName}`,
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'region', type: 'string' }, { name: 'day', type: 'string' }],
        parameters: {
          'EXTERNAL': 'TRUE',
          'classification': 'cloudtrail',
          'projection.enabled': 'true',
          'projection.region.type': 'enum',
          'projection.region.values': regionsOfPartition(this),
          'projection.day.type': 'date',
          'projection.day.format': 'yyyy/MM/dd',
          'projection.day.range': 'NOW-10YEARS,NOW',
          'projection.day.interval': '1',
          'projection.day.interval.unit': 'DAYS',
          'storage.location.template': `${folder}/\${region}/\${day}`,
        },
        storageDescriptor: {
          columns: Object.entries(CLOUDTRAIL_COLUMNS).map(([name, type]) => ({ name, type })),
          location: `${folder}/`,
          inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe', parameters: { 'serialization.format': '1' } },
        },
      },
    });
  }

  private save(question: Question, workGroup: CfnWorkGroup, databaseName: string): void {
    const sql = question.sql.replace('{{table}}', `"${databaseName}"."${TABLE}"`);
    const statement = new CfnPreparedStatement(this, `${questionId(question)}Statement`, {
      workGroup: workGroup.ref,
      statementName: statementName(question),
      queryStatement: sql,
      description: question.title,
    });
    // The same for whoever asks in the console, which has no list of statements.
    const query = new CfnNamedQuery(this, `${questionId(question)}Query`, {
      workGroup: workGroup.ref,
      database: this.database.ref,
      name: question.id,
      queryString: sql,
      description: `${question.title}. The question marks are, in their order: ${question.sqlValues.map((value) => IN_WORDS[value]).join(', ')}`,
    });
    for (const resource of [statement, query]) { resource.node.addDependency(this.table); }
  }
}

const IN_WORDS: Record<SqlValue, string> = {
  bucket: 'the bucket',
  key: 'the ARN of the key',
  keyId: 'the ID of the key',
  principal: 'the ARN of the principal',
  from: 'the first second (2026-11-01T00:00:00Z)',
  to: 'the second after the last',
  since: 'since when it is news',
  fromDay: 'the first day (2026/11/01)',
  toDay: 'the day after the last',
};

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html */
export const LEAST_SCAN_BYTES = 10_000_000;
