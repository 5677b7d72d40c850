import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly, type DeployOptions } from '../../deployer/deploy';
import { type LocalStepFunctions, startStepFunctions } from '../../emulator/step-functions/server';

const aws = useEndpoint();
let local: LocalStepFunctions;
beforeAll(async () => { local = await startStepFunctions({ endpoint: aws.endpoint, account: '123456789012', region: 'us-east-1' }); });
afterAll(async () => local?.stop());

const deploy = async (directory: string, options: Partial<DeployOptions> = {}) =>
  deployAssembly(directory, { endpoint: aws.endpoint, stepFunctions: local.endpoint, ...options });
const sfn = () => new SFNClient({ endpoint: local.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });

const definition = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const LOG_ACTIONS = ['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'];

function stack(properties: object, { trusted = 'states.amazonaws.com', actions = ['none:None'] }: { trusted?: string; actions?: string[] } = {}): string {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: trusted } }] };
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] };
  return writeStack({
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'p', PolicyDocument: policy }] } },
    Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, DefinitionString: JSON.stringify(definition), ...properties } },
  }, {
    Outputs: Object.fromEntries(['Arn', 'Name', 'StateMachineRevisionId'].map((name) => [name, { Value: { 'Fn::GetAtt': ['Machine', name] } }])),
  });
}

describe('AWS::StepFunctions::StateMachine', () => {
  test('is deployed with its tags and substitutions, and destroyed', async () => {
    const text = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Result: '${what}/${what}/${other}', End: true } } });
    const deployment = await deploy(stack({ StateMachineName: 'mine', DefinitionString: text, DefinitionSubstitutions: { what: 'x', other: 3 }, Tags: [{ Key: 'a', Value: 'b' }] }));
    const arn = deployment.physicalId('Stack', 'Machine');
    expect(deployment.outputs('Stack')).toEqual({ Arn: arn, Name: 'mine', StateMachineRevisionId: 'INITIAL' });
    const { definition: kept } = await sfn().send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
    expect(JSON.parse(kept!).States.A.Result).toBe('x/x/3');
    expect((await deployment.destroy()).failed).toEqual([]);
    expect((await sfn().send(new ListStateMachinesCommand({}))).stateMachines).toEqual([]);
  });

  test('may have its definition as an object', async () => {
    const deployment = await deploy(stack({ DefinitionString: undefined, Definition: definition }));
    const { definition: kept } = await sfn().send(new DescribeStateMachineCommand({ stateMachineArn: deployment.physicalId('Stack', 'Machine') }));
    expect(JSON.parse(kept!)).toEqual(definition);
  });

  const logging = { LoggingConfiguration: { Level: 'ALL', Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:x:*' } }] } };
  test.each<[string, string, RegExp]>([
    ['a definition that is not one', stack({ DefinitionString: '{}' }), /Machine \(AWS::StepFunctions::StateMachine\) failed: InvalidDefinition/],
    ['a role that does not trust Step Functions', stack({}, { trusted: 'lambda.amazonaws.com' }), /states.amazonaws.com, nor the regional one is authorized/],
    ['logging that the role may not set up', stack(logging, { actions: LOG_ACTIONS.slice(1).map((action) => `logs:${action}`) }), /not authorized to access the Log Destination: it needs logs:CreateLogDelivery/],
    ['logging without a destination', stack({ LoggingConfiguration: { Level: 'ALL' } }), /exactly one Log Destination/],
    ['an Express workflow', stack({ StateMachineType: 'EXPRESS' }), /run STANDARD workflows/],
    ['no definition', stack({ DefinitionString: undefined }), /either it or Definition must be there/],
    ['two definitions', stack({ Definition: definition }), /either it or Definition must be there/],
    ['a key of its own', stack({ EncryptionConfiguration: { Type: 'AWS_OWNED_KEY' } }), /does not apply 'EncryptionConfiguration'/],
    ['a part of the logging that is not known', stack({ LoggingConfiguration: { Level: 'OFF', Typo: 1 } }), /does not apply 'LoggingConfiguration.Typo'/],
  ])('is not deployed with %s', async (_, directory, message) => {
    await expect(deploy(directory)).rejects.toThrow(message);
  });

  test('is deployed with logging that its role may set up', async () => {
    await expect(deploy(stack(logging, { actions: LOG_ACTIONS.map((action) => `logs:${action}`) }))).resolves.toBeDefined();
  });

  test('is refused where nothing runs it', async () => {
    await expect(deploy(stack({}), { stepFunctions: undefined })).rejects.toThrow('this endpoint runs no state machines. Give the address of a local Step Functions (stepFunctions)');
    await expect(deploy(stack({}), { stepFunctions: 'https://states.us-east-1.amazonaws.com' })).rejects.toThrow('only talks to an endpoint on this machine');
  });
});

describe('AWS::Lambda::Function', () => {
  test('is refused by Lambda if its role does not trust it', async () => {
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } }] };
    await expect(deploy(writeStack({
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } },
      Function: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: '' }, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs22.x' } },
    }))).rejects.toThrow('The role defined for the function cannot be assumed by Lambda.');
  });
});
