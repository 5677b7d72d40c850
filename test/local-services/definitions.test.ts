import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { useMachines } from './machines';

const local = useMachines();

describe('CreateStateMachine', () => {
  let machines = 0;
  const refused = async (definition: object | string) => {
    const roleArn = await local.cloud.role(`refused-${++machines}`, 'states.amazonaws.com');
    return local.cloud.sfn().send(new CreateStateMachineCommand({ name: `refused-${machines}`, roleArn, definition: typeof definition === 'string' ? definition : JSON.stringify(definition) }))
      .then(() => 'taken', (error: Error) => `${error.name}: ${error.message}`);
  };
  const one = (state: object, rest: object = {}) => ({ StartAt: 'A', ...rest, States: { A: { ...state, End: true } } });
  const sdk = (resource: string, Parameters: object = {}) => one({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters });

  test.each<[string, object | string, RegExp]>([
    ['no JSON', '{', /^InvalidDefinition: .*INVALID_JSON_DESCRIPTION/],
    ['a state that is not there', { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } }, /^InvalidDefinition: .*SCHEMA_VALIDATION_FAILED/],
    ['a field that is not of the state', one({ Type: 'Pass', Bogus: 1 }), /SCHEMA_VALIDATION_FAILED/],
    ['a bad path', one({ Type: 'Pass', InputPath: 'nonsense' }), /SCHEMA_VALIDATION_FAILED/],
    ['JSONata', one({ Type: 'Pass', Output: '{% 1 %}' }, { QueryLanguage: 'JSONata' }), /refuse 'QueryLanguage' at \/: only JSONPath/],
    ['variables', one({ Type: 'Pass', Assign: { 'v.$': '$.a' } }), /refuse 'Assign' at \/States\/A: variables/],
    ['a use of a variable', one({ Type: 'Pass', Parameters: { 'v.$': '$v' } }), /refuse '\$v'/],
    ['a task token', sdk('sns:publish', { 'TopicArn': 'x', 'Message.$': '$$.Task.Token' }), /there are no task tokens/],
    ['distributed Map', one({ Type: 'Map', ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'I', States: { I: { Type: 'Pass', End: true } } } }), /Mode DISTRIBUTED/],
    ['a tolerated failure within a branch', one({
      Type: 'Parallel', Branches: [{ StartAt: 'M', States: { M: { Type: 'Map', ToleratedFailureCount: 1, End: true, ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } } } } }],
    }), /refuse 'ToleratedFailureCount' at \/States\/A\/Branches\/0\/States\/M/],
    ['credentials of a task', one({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:kms:describeKey', Credentials: { RoleArn: 'x' } }), /refuse 'Credentials'/],
    ['a heartbeat', one({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:kms:describeKey', HeartbeatSeconds: 5 }), /refuse 'HeartbeatSeconds'/],
    ['an unknown service', sdk('aws-sdk:dynamodb:getItem'), /the local Step Functions call cloudwatch, .*s3control/],
    ['an unknown action', sdk('aws-sdk:kms:describeKeys'), /kms has no action describeKeys/],
    ['an action in PascalCase', sdk('aws-sdk:kms:DescribeKey'), /kms has no action DescribeKey/],
    ['an action whose permission is not known', sdk('aws-sdk:sns:createTopic', { Name: 'x' }), /cannot tell which permission/],
    ['a task that waits', sdk('lambda:invoke.waitForTaskToken', { FunctionName: 'x' }), /is not recognized/],
    ['an activity', one({ Type: 'Task', Resource: 'arn:aws:states:us-east-1:123456789012:activity:x' }), /is not recognized/],
    ['a parameter with a typo', sdk('aws-sdk:kms:describeKey', { KeyID: 'x' }), /field 'KeyID' at '.' is not supported by Step Functions: write 'KeyId'/],
    ['an unknown parameter', sdk('aws-sdk:kms:describeKey', { Key: 'x' }), /field 'Key' .*: it has KeyId, GrantTokens/],
    ['a name as the API has it, deep within', sdk('aws-sdk:s3control:createJob', { Operation: { S3UpdateObjectEncryption: { ObjectEncryption: { SSEKMS: {} } } } }),
      /field 'SSEKMS' at '.Operation.S3UpdateObjectEncryption.ObjectEncryption' .*: write 'Ssekms'/],
    ['such a name in a list', sdk('aws-sdk:s3control:createJob', { ManifestGenerator: { S3JobManifestGenerator: { Filter: { MatchAnyObjectEncryption: [{ SSES3: {} }] } } } }), /MatchAnyObjectEncryption\[0\]' .*: write 'Sses3'/],
    ['such a name whose value is a path', sdk('aws-sdk:s3:putObject', { 'SSEKMSKeyId.$': '$.key' }), /write 'SsekmsKeyId'/],
    ['an unknown parameter of an optimized integration', sdk('events:putEvents', { Entries: [{ DetailTyp: 'x' }] }), /field 'DetailTyp' at '.Entries\[0\]'/],
  ])('refuses %s', async (_, definition, message) => {
    expect(await refused(definition)).toMatch(message);
  });

  test('refuses a role that does not trust Step Functions, or is none', async () => {
    const definition = JSON.stringify(one({ Type: 'Pass' }));
    const create = async (roleArn: string, rest: object = {}) => local.cloud.sfn().send(new CreateStateMachineCommand({ name: 'trust', roleArn, definition, ...rest }));
    await expect(create(await local.cloud.role('of-lambda', 'lambda.amazonaws.com'))).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('states.amazonaws.com') });
    await expect(create('arn:aws:iam::123456789012:role/never-made')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(create('role')).rejects.toMatchObject({ name: 'InvalidArn' });
    const roleArn = await local.cloud.role('of-states', 'states.amazonaws.com');
    await expect(create(roleArn, { name: 'with space' })).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(create(roleArn, { type: 'EXPRESS' })).rejects.toThrow('run STANDARD workflows');
    await expect(create(roleArn, { publish: true })).rejects.toThrow("do not take 'publish'");
  });

  test('is idempotent for the same machine, and refuses another one of the name', async () => {
    const definition = one({ Type: 'Pass' });
    const roleArn = await local.cloud.role('twice', 'states.amazonaws.com');
    const create = async (text: string) => local.cloud.sfn().send(new CreateStateMachineCommand({ name: 'twice', roleArn, definition: text }));
    const first = await create(JSON.stringify(definition));
    expect(await create(JSON.stringify(definition))).toMatchObject({ stateMachineArn: first.stateMachineArn, creationDate: first.creationDate });
    await expect(create(JSON.stringify(one({ Type: 'Pass', Result: 1 })))).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
  });
});
