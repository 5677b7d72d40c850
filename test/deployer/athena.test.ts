import { App, aws_athena as athena, Stack } from 'aws-cdk-lib';
import { synthesize, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string) => deployAssembly(directory, { endpoint: aws.endpoint });
const ask = async (operation: string, body: object) => aws.json.call('athena', `AmazonAthena.${operation}`, body);

const results = {
  OutputLocation: 's3://results/',
  ExpectedBucketOwner: '123456789012',
  EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: 'arn:aws:kms:us-east-1:123456789012:key/k' },
  AclConfiguration: { S3AclOption: 'BUCKET_OWNER_FULL_CONTROL' },
};
const configuration = {
  EnforceWorkGroupConfiguration: true,
  PublishCloudWatchMetricsEnabled: true,
  RequesterPaysEnabled: true,
  BytesScannedCutoffPerQuery: 10_000_000,
  EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
  ExecutionRole: 'arn:aws:iam::123456789012:role/r',
  CustomerContentEncryptionConfiguration: { KmsKey: 'arn:aws:kms:us-east-1:123456789012:key/k' },
  ResultConfiguration: results,
};
const group = (Name: string, rest: object = {}) => ({ Type: 'AWS::Athena::WorkGroup', Properties: { Name, ...rest } });
const statement = (WorkGroup: string, QueryStatement: string) => ({
  Type: 'AWS::Athena::PreparedStatement', Properties: { StatementName: 'by_key', WorkGroup: { Ref: WorkGroup }, QueryStatement },
});

test('a workgroup with its queries is read back whole, and each has its reference', async () => {
  const deployment = await deploy(synthesize((app: App) => {
    const stack = new Stack(app, 'Athena', { tags: { team: 'blue' } });
    const made = new athena.CfnWorkGroup(stack, 'Group', {
      name: 'audit',
      description: 'for auditors',
      state: 'ENABLED',
      tags: [{ key: 'a', value: 'b' }],
      workGroupConfiguration: { enforceWorkGroupConfiguration: true, resultConfiguration: { outputLocation: 's3://results/' } },
    });
    const named = new athena.CfnNamedQuery(stack, 'Named', {
      name: 'denials', description: 'who was refused', database: 'audit', queryString: 'SELECT 1', workGroup: made.ref,
    });
    const prepared = new athena.CfnPreparedStatement(stack, 'Prepared', {
      statementName: 'by_key', description: 'one object', queryStatement: 'SELECT ?', workGroup: made.ref,
    });
    for (const [name, value] of Object.entries({ group: made.ref, named: named.ref, id: named.attrNamedQueryId, prepared: prepared.ref })) {
      stack.exportValue(value, { name });
    }
    stack.exportValue(made.attrCreationTime, { name: 'time' });
    stack.exportValue(made.attrWorkGroupConfigurationEngineVersionEffectiveEngineVersion, { name: 'engine' });
  }));
  const [made, id, sameId, prepared, time, engine] = Object.values(deployment.outputs('Athena'));
  expect([made, prepared, engine]).toEqual(['audit', 'by_key', 'Athena engine version 3']);
  expect(id).toBe(sameId);
  expect(time).toMatch(/^\d{10}$/);
  expect((await ask('GetWorkGroup', { WorkGroup: 'audit' })).WorkGroup).toMatchObject({
    Name: 'audit',
    Description: 'for auditors',
    State: 'ENABLED',
    Configuration: { EnforceWorkGroupConfiguration: true, ResultConfiguration: { OutputLocation: 's3://results/' } },
  });
  expect((await ask('ListTagsForResource', { ResourceARN: 'arn:aws:athena:us-east-1:123456789012:workgroup/audit' })).Tags)
    .toEqual([{ Key: 'a', Value: 'b' }, { Key: 'team', Value: 'blue' }]);
  expect((await ask('GetNamedQuery', { NamedQueryId: id })).NamedQuery).toEqual({
    Name: 'denials', Description: 'who was refused', Database: 'audit', QueryString: 'SELECT 1', WorkGroup: 'audit', NamedQueryId: id,
  });
  expect((await ask('GetPreparedStatement', { StatementName: 'by_key', WorkGroup: 'audit' })).PreparedStatement).toEqual({
    StatementName: 'by_key', WorkGroupName: 'audit', Description: 'one object', QueryStatement: 'SELECT ?',
  });
  expect((await deployment.destroy()).deleted.map(({ logicalId }) => logicalId)).toEqual(expect.arrayContaining(['Group', 'Named', 'Prepared']));
  await expect(ask('GetWorkGroup', { WorkGroup: 'audit' })).rejects.toThrow('is not found');
  await expect(ask('GetNamedQuery', { NamedQueryId: id })).rejects.toThrow('was not found');
  await expect(ask('GetPreparedStatement', { StatementName: 'by_key', WorkGroup: 'audit' })).rejects.toThrow('was not found');
});

test('a workgroup has every setting, and may be made disabled', async () => {
  const deployment = await deploy(writeStack({
    Full: group('full', { State: 'DISABLED', WorkGroupConfiguration: configuration }),
    Managed: group('managed', { WorkGroupConfiguration: { ManagedQueryResultsConfiguration: { Enabled: true, EncryptionConfiguration: { KmsKey: 'arn:aws:kms:us-east-1:123456789012:key/k' } } } }),
  }));
  expect((await ask('GetWorkGroup', { WorkGroup: 'full' })).WorkGroup).toMatchObject({ State: 'DISABLED', Configuration: configuration });
  expect((await ask('GetWorkGroup', { WorkGroup: 'managed' })).WorkGroup).toMatchObject({ Configuration: { ManagedQueryResultsConfiguration: { Enabled: true } } });
  expect((await deployment.destroy()).failed).toEqual([]);
});

test('workgroups have statements of the same name, and each its own', async () => {
  const deployment = await deploy(writeStack({ A: group('a'), B: group('b'), InA: statement('A', 'SELECT 1'), InB: statement('B', 'SELECT 2') }));
  for (const [WorkGroup, QueryStatement] of [['a', 'SELECT 1'], ['b', 'SELECT 2']]) {
    expect((await ask('GetPreparedStatement', { StatementName: 'by_key', WorkGroup })).PreparedStatement).toMatchObject({ QueryStatement });
  }
  expect((await deployment.destroy()).failed).toEqual([]);
});

test('a named query without a name gets one, and is of the primary workgroup if it names none', async () => {
  const deployment = await deploy(writeStack({ Query: { Type: 'AWS::Athena::NamedQuery', Properties: { Database: 'd', QueryString: 'SELECT 1' } } }));
  const { NamedQuery: kept } = await ask('GetNamedQuery', { NamedQueryId: deployment.physicalId('Stack', 'Query') });
  expect(kept).toMatchObject({ Name: expect.stringMatching(/^Stack-Query-/), WorkGroup: 'primary' });
  expect((await deployment.destroy()).failed).toEqual([]);
});

describe('a workgroup in which somebody saved a query', () => {
  const used = async (Name: string, rest: object = {}) => {
    const deployment = await deploy(writeStack({ Group: group(Name, rest) }));
    await ask('CreateNamedQuery', { Name: 'mine', Database: 'd', QueryString: 'SELECT 1', WorkGroup: Name });
    return deployment;
  };

  test('is not deleted', async () => {
    const { failed } = await (await used('kept')).destroy();
    expect(failed).toMatchObject([{ resource: { logicalId: 'Group' }, reason: expect.stringContaining('WorkGroup kept is not empty') }]);
  });

  test('is deleted if the template says so', async () => {
    expect((await (await used('gone', { RecursiveDeleteOption: true })).destroy()).failed).toEqual([]);
    await expect(ask('GetWorkGroup', { WorkGroup: 'gone' })).rejects.toThrow('is not found');
  });
});
