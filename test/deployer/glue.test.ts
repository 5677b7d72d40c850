import { App, aws_glue as glue, Stack } from 'aws-cdk-lib';
import { synthesize, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string) => deployAssembly(directory, { endpoint: aws.endpoint });
const ask = async (operation: string, body: object) => aws.json.call('glue', `AWSGlue.${operation}`, body);
const account = { Ref: 'AWS::AccountId' };

test('a database and a table are read back whole, and have their names as references', async () => {
  const deployment = await deploy(synthesize((app: App) => {
    const stack = new Stack(app, 'Catalog');
    const database = new glue.CfnDatabase(stack, 'Database', {
      catalogId: stack.account,
      databaseInput: { name: 'audit', description: 'who did what', locationUri: 's3://logs/', parameters: { owner: 'security' } },
    });
    const table = new glue.CfnTable(stack, 'Table', {
      catalogId: stack.account,
      databaseName: database.ref,
      tableInput: {
        name: 'cloudtrail',
        description: 'events',
        tableType: 'EXTERNAL_TABLE',
        retention: 3,
        parameters: { 'classification': 'cloudtrail', 'projection.enabled': true, 'skip.header.line.count': 1 },
        partitionKeys: [{ name: 'day', type: 'string', comment: 'UTC' }],
        storageDescriptor: {
          columns: [{ name: 'eventname', type: 'string' }, { name: 'resources', type: 'array<struct<arn:string>>' }],
          location: 's3://logs/AWSLogs/',
          inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          compressed: false,
          numberOfBuckets: -1,
          bucketColumns: ['eventname'],
          sortColumns: [{ column: 'eventname', sortOrder: 1 }],
          storedAsSubDirectories: true,
          serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe', parameters: { 'serialization.format': 1 } },
          skewedInfo: { skewedColumnNames: ['eventname'], skewedColumnValues: ['PutObject'], skewedColumnValueLocationMaps: { PutObject: 's3://logs/put/' } },
        },
      },
    });
    stack.exportValue(database.ref, { name: 'database' });
    stack.exportValue(table.ref, { name: 'table' });
  }));
  expect(Object.values(deployment.outputs('Catalog'))).toEqual(['audit', 'cloudtrail']);
  expect((await ask('GetDatabase', { Name: 'audit' })).Database).toMatchObject({
    Name: 'audit', CatalogId: '123456789012', Description: 'who did what', LocationUri: 's3://logs/', Parameters: { owner: 'security' },
  });
  expect((await ask('GetTable', { DatabaseName: 'audit', Name: 'cloudtrail' })).Table).toMatchObject({
    Description: 'events',
    TableType: 'EXTERNAL_TABLE',
    Retention: 3,
    Parameters: { 'classification': 'cloudtrail', 'projection.enabled': 'true', 'skip.header.line.count': '1' },
    PartitionKeys: [{ Name: 'day', Type: 'string', Comment: 'UTC' }],
    StorageDescriptor: {
      Columns: [{ Name: 'eventname', Type: 'string' }, { Name: 'resources', Type: 'array<struct<arn:string>>' }],
      Location: 's3://logs/AWSLogs/',
      InputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
      OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      Compressed: false,
      NumberOfBuckets: -1,
      BucketColumns: ['eventname'],
      SortColumns: [{ Column: 'eventname', SortOrder: 1 }],
      StoredAsSubDirectories: true,
      SerdeInfo: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe', Parameters: { 'serialization.format': '1' } },
      SkewedInfo: { SkewedColumnNames: ['eventname'], SkewedColumnValues: ['PutObject'], SkewedColumnValueLocationMaps: { PutObject: 's3://logs/put/' } },
    },
  });
  expect((await deployment.destroy()).failed).toEqual([]);
  await expect(ask('GetDatabase', { Name: 'audit' })).rejects.toThrow('not found');
});

test('names are made where the template gives none; links and permissions are kept, and views', async () => {
  const permission = { Permissions: ['SELECT'], Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' } };
  const target = { CatalogId: '123456789012', DatabaseName: 'other', Region: 'us-east-1' };
  const deployment = await deploy(writeStack({
    Database: { Type: 'AWS::Glue::Database', Properties: { CatalogId: account, DatabaseInput: { TargetDatabase: target, CreateTableDefaultPermissions: [permission] } } },
    View: {
      Type: 'AWS::Glue::Table',
      Properties: {
        CatalogId: account, DatabaseName: { Ref: 'Database' }, TableInput: { Owner: 'me', TableType: 'VIRTUAL_VIEW', ViewOriginalText: 'a', ViewExpandedText: 'b' },
      },
    },
    Link: { Type: 'AWS::Glue::Table', Properties: { CatalogId: account, DatabaseName: { Ref: 'Database' }, TableInput: { TargetTable: { ...target, Name: 'far' } } } },
  }));
  const database = deployment.physicalId('Stack', 'Database');
  const { TableList: tables } = await ask('GetTables', { DatabaseName: database });
  expect((await ask('GetDatabase', { Name: database })).Database).toMatchObject({ TargetDatabase: target, CreateTableDefaultPermissions: [permission] });
  expect(tables).toMatchObject([
    { Name: deployment.physicalId('Stack', 'View'), Owner: 'me', TableType: 'VIRTUAL_VIEW', ViewOriginalText: 'a', ViewExpandedText: 'b' },
    { Name: deployment.physicalId('Stack', 'Link'), TargetTable: { ...target, Name: 'far' } },
  ]);
  expect((await deployment.destroy()).deleted).toHaveLength(3);
});

test('a name that the catalog folds to lower case is refused, and nothing of it stays', async () => {
  const database = (Name: string) => ({ Type: 'AWS::Glue::Database', Properties: { CatalogId: account, DatabaseInput: { Name } } });
  await expect(deploy(writeStack({ Database: database('Audit') }))).rejects.toThrow('does not keep DatabaseInput.Name');
  const table = { Type: 'AWS::Glue::Table', Properties: { CatalogId: account, DatabaseName: { Ref: 'Database' }, TableInput: { Name: 'Trail' } } };
  await expect(deploy(writeStack({ Database: database('audit'), Table: table }))).rejects.toThrow('does not keep TableInput.Name');
  expect((await ask('GetDatabases', {})).DatabaseList).toEqual([]);
});

test('another catalog is refused', async () => {
  const properties = { CatalogId: '999999999999', DatabaseInput: { Name: 'x' } };
  await expect(deploy(writeStack({ Database: { Type: 'AWS::Glue::Database', Properties: properties } })))
    .rejects.toThrow("does not apply 'CatalogId' and so refuses it: only the catalog of the account, 123456789012, is there");
});
