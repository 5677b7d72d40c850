import { App, aws_logs as logs, Stack } from 'aws-cdk-lib';
import { synthesize, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string) => deployAssembly(directory, { endpoint: aws.endpoint });
const ask = async (operation: string, body: object = {}) => aws.json.call('logs', `Logs_20140328.${operation}`, body);

test('a saved query has its groups and parameters, and its id as reference', async () => {
  const deployment = await deploy(synthesize((app: App) => {
    const stack = new Stack(app, 'Queries');
    const group = new logs.LogGroup(stack, 'Group', { logGroupName: 'trail' });
    const query = new logs.CfnQueryDefinition(stack, 'Query', {
      name: 'encryption/who',
      queryString: 'filter bucket = {{bucket}}',
      logGroupNames: [group.logGroupName],
      parameters: [{ name: 'bucket', defaultValue: '"b"', description: 'which' }, { name: 'day' }],
    });
    stack.exportValue(query.ref, { name: 'ref' });
    stack.exportValue(query.attrQueryDefinitionId, { name: 'id' });
  }));
  const id = deployment.stacks[0].resources.find(({ type }) => type === 'AWS::Logs::QueryDefinition')!.physicalId;
  expect(Object.values(deployment.outputs('Queries'))).toEqual([id, id]);
  expect((await ask('DescribeQueryDefinitions')).queryDefinitions).toEqual([{
    queryDefinitionId: id,
    name: 'encryption/who',
    queryLanguage: 'CWLI',
    queryString: 'filter bucket = {{bucket}}',
    logGroupNames: ['trail'],
    parameters: [{ name: 'bucket', defaultValue: '"b"', description: 'which' }, { name: 'day' }],
    lastModified: expect.any(Number),
  }]);
  expect((await deployment.destroy()).failed).toEqual([]);
  expect((await ask('DescribeQueryDefinitions')).queryDefinitions).toEqual([]);
});

test('two saved queries may begin alike, and each is read back as itself', async () => {
  const query = (Name: string, QueryString: string) => ({ Type: 'AWS::Logs::QueryDefinition', Properties: { Name, QueryString, QueryLanguage: 'PPL' } });
  const deployment = await deploy(writeStack({ Long: query('denials by day', 'fields a'), Short: query('denials', 'fields b') }));
  const { queryDefinitions } = await ask('DescribeQueryDefinitions', { queryDefinitionNamePrefix: 'denials', queryLanguage: 'PPL' });
  expect(queryDefinitions).toMatchObject([
    { name: 'denials by day', queryString: 'fields a', queryDefinitionId: deployment.physicalId('Stack', 'Long') },
    { name: 'denials', queryString: 'fields b', queryDefinitionId: deployment.physicalId('Stack', 'Short') },
  ]);
  await deployment.destroy();
});
