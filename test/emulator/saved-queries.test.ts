import { JsonApi } from '../../deployer/json-api';
import { type Emulator, startEmulator } from '../../emulator/server';

let emulator: Emulator;
beforeAll(async () => { emulator = await startEmulator(); });
afterAll(async () => emulator?.stop());

const api = (region = 'us-east-1') => new JsonApi(emulator.endpoint, region, { accessKeyId: 'test', secretAccessKey: 'test' });
const logs = async (operation: string, body: object = {}, region?: string) => api(region).call('logs', `Logs_20140328.${operation}`, body);
const athena = async (operation: string, body: object) => api().call('athena', `AmazonAthena.${operation}`, body);
const glue = async (operation: string, body: object) => api().call('glue', `AWSGlue.${operation}`, body);

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
describe('a query definition', () => {
  const put = async (body: object) => (await logs('PutQueryDefinition', body)).queryDefinitionId as string;
  const found = async (body: object = {}) => (await logs('DescribeQueryDefinitions', body)).queryDefinitions as { name: string }[];

  test('loses what an update leaves out', async () => {
    const queryDefinitionId = await put({ name: 'update', queryString: 'fields a', logGroupNames: ['g'], parameters: [{ name: 'p' }] });
    expect(await put({ queryDefinitionId, name: 'update', queryString: 'fields b' })).toBe(queryDefinitionId);
    const [kept] = await found({ queryDefinitionNamePrefix: 'update' });
    expect(kept).toEqual({ queryDefinitionId, name: 'update', queryString: 'fields b', queryLanguage: 'CWLI', lastModified: expect.any(Number) });
  });

  test('is listed by prefix, language and page, in its region only', async () => {
    for (const name of ['list/a', 'list/b', 'list/c']) await put({ name, queryString: 'fields a', queryLanguage: 'PPL' });
    const first = await logs('DescribeQueryDefinitions', { queryDefinitionNamePrefix: 'list/', maxResults: 2 });
    expect(first.queryDefinitions).toMatchObject([{ name: 'list/a' }, { name: 'list/b' }]);
    expect(await logs('DescribeQueryDefinitions', { queryDefinitionNamePrefix: 'list/', maxResults: 2, nextToken: first.nextToken }))
      .toEqual({ queryDefinitions: [expect.objectContaining({ name: 'list/c' })] });
    expect(await found({ queryDefinitionNamePrefix: 'list/', queryLanguage: 'CWLI' })).toEqual([]);
    expect((await logs('DescribeQueryDefinitions', {}, 'eu-west-1')).queryDefinitions).toEqual([]);
  });

  test('is not there to be updated or deleted once it is deleted', async () => {
    const queryDefinitionId = await put({ name: 'gone', queryString: 'fields a' });
    expect(await logs('DeleteQueryDefinition', { queryDefinitionId })).toEqual({ success: true });
    await expect(logs('DeleteQueryDefinition', { queryDefinitionId })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(put({ queryDefinitionId, name: 'gone', queryString: 'fields a' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test.each<[string, object]>([
    ['no query', {}],
    ['a name of a parameter that no query could use', { queryString: 'x', parameters: [{ name: '1st' }] }],
    ['more parameters than twenty', { queryString: 'x', parameters: Array.from({ length: 21 }, (_, index) => ({ name: `p${index}` })) }],
    ['parameters for another language', { queryString: 'x', queryLanguage: 'SQL', parameters: [{ name: 'p' }] }],
    ['another language', { queryString: 'x', queryLanguage: 'KQL' }],
    ['a long query', { queryString: 'x'.repeat(10_001) }],
    ['a group that is no list', { queryString: 'x', logGroupNames: 'g' }],
  ])('is refused with %s', async (_, body) => {
    await expect(put({ name: 'refused', ...body })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect(await found({ queryDefinitionNamePrefix: 'refused' })).toEqual([]);
  });
});

describe('a workgroup of Athena', () => {
  const configurationOf = async (WorkGroup: string) => ((await athena('GetWorkGroup', { WorkGroup })).WorkGroup as { Configuration: object }).Configuration;

  // https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfigurationUpdates.html
  test('is updated in what the update names', async () => {
    const ResultConfiguration = { OutputLocation: 's3://a/', EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } };
    await athena('CreateWorkGroup', { Name: 'updated', Description: 'd', Configuration: { BytesScannedCutoffPerQuery: 10_000_000, ResultConfiguration } });
    const ResultConfigurationUpdates = { OutputLocation: 's3://b/', RemoveEncryptionConfiguration: true };
    await athena('UpdateWorkGroup', { WorkGroup: 'updated', State: 'DISABLED', ConfigurationUpdates: { RemoveBytesScannedCutoffPerQuery: true, ResultConfigurationUpdates } });
    expect((await athena('GetWorkGroup', { WorkGroup: 'updated' })).WorkGroup).toMatchObject({ Description: 'd', State: 'DISABLED' });
    expect(await configurationOf('updated')).toMatchObject({ ResultConfiguration: { OutputLocation: 's3://b/' }, EnforceWorkGroupConfiguration: true });
    expect(await configurationOf('updated')).not.toHaveProperty('BytesScannedCutoffPerQuery');
    expect(await configurationOf('updated')).not.toHaveProperty('ResultConfiguration.EncryptionConfiguration');
  });

  // https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html
  test('with a query that was run is deleted only with all it contains', async () => {
    await athena('CreateWorkGroup', { Name: 'ran', Tags: [{ Key: 'a', Value: 'b' }] });
    await athena('CreatePreparedStatement', { StatementName: 'stmt', WorkGroup: 'ran', QueryStatement: 'SELECT ?' });
    await athena('StartQueryExecution', { QueryString: 'SELECT 1', WorkGroup: 'ran' });
    await expect(athena('DeleteWorkGroup', { WorkGroup: 'ran' })).rejects.toThrow('WorkGroup ran is not empty');
    await athena('DeleteWorkGroup', { WorkGroup: 'ran', RecursiveDeleteOption: true });
    await athena('CreateWorkGroup', { Name: 'ran', Tags: [{ Key: 'c', Value: 'd' }] });
    await expect(athena('GetPreparedStatement', { StatementName: 'stmt', WorkGroup: 'ran' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await athena('ListTagsForResource', { ResourceARN: 'arn:aws:athena:us-east-1:123456789012:workgroup/ran' })).Tags).toEqual([{ Key: 'c', Value: 'd' }]);
  });

  test('is not deleted if it is the primary one, and not found if it is none', async () => {
    await expect(athena('DeleteWorkGroup', { WorkGroup: 'primary', RecursiveDeleteOption: true })).rejects.toThrow('cannot be deleted');
    for (const operation of ['GetWorkGroup', 'UpdateWorkGroup', 'DeleteWorkGroup']) {
      await expect(athena(operation, { WorkGroup: 'nobodys' })).rejects.toMatchObject({ name: 'InvalidRequestException' });
    }
  });

  test.each<[string, string, object]>([
    ['CreateWorkGroup', 'a name with a space', { Name: 'a b' }],
    ['CreateWorkGroup', 'a setting that there is not', { Name: 'x', Configuration: { Enforce: true } }],
    ['CreateWorkGroup', 'a limit below ten megabytes', { Name: 'x', Configuration: { BytesScannedCutoffPerQuery: 1 } }],
    ['CreateWorkGroup', 'another encryption', { Name: 'x', Configuration: { ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'AES256' } } } }],
    ['CreateNamedQuery', 'no database', { Name: 'x', QueryString: 'SELECT 1' }],
    ['CreatePreparedStatement', 'a name with a hyphen', { StatementName: 'a-b', WorkGroup: 'primary', QueryStatement: 'SELECT 1' }],
  ])('%s is refused with %s', async (operation, _, body) => {
    await expect(athena(operation, body)).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  test('has one statement of a name', async () => {
    const statement = { StatementName: 'once', WorkGroup: 'primary', QueryStatement: 'SELECT 1' };
    await athena('CreatePreparedStatement', statement);
    await expect(athena('CreatePreparedStatement', { ...statement, QueryStatement: 'SELECT 2' })).rejects.toThrow('already exists');
    expect((await athena('GetPreparedStatement', { StatementName: 'once', WorkGroup: 'primary' })).PreparedStatement).toMatchObject({ QueryStatement: 'SELECT 1' });
    await athena('DeletePreparedStatement', { StatementName: 'once', WorkGroup: 'primary' });
    await expect(athena('DeletePreparedStatement', { StatementName: 'once', WorkGroup: 'primary' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

// https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html
describe('the Data Catalog', () => {
  test('has names in lower case only', async () => {
    await glue('CreateDatabase', { DatabaseInput: { Name: 'Folded' } });
    await glue('CreateTable', { DatabaseName: 'folded', TableInput: { Name: 'Table' } });
    expect((await glue('GetDatabase', { Name: 'folded' })).Database).toMatchObject({ Name: 'folded' });
    expect((await glue('GetTable', { DatabaseName: 'folded', Name: 'table' })).Table).toMatchObject({ Name: 'table' });
    await expect(glue('CreateDatabase', { DatabaseInput: { Name: 'FOLDED' } })).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  });

  test.each<[string, string, object]>([
    ['CreateDatabase', 'no name', { DatabaseInput: {} }],
    ['CreateTable', 'a number as parameter', { DatabaseName: 'd', TableInput: { Name: 't', Parameters: { a: 1 } } }],
    ['CreateTable', 'a property that there is not', { DatabaseName: 'd', TableInput: { Name: 't', Columns: [] } }],
    ['CreateTable', 'a line break in a name', { DatabaseName: 'd', TableInput: { Name: 'a\nb' } }],
  ])('%s is refused with %s', async (operation, _, body) => {
    await expect(glue(operation, body)).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});
