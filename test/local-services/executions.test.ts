import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import {
  DeleteStateMachineCommand, DescribeExecutionCommand, DescribeStateMachineCommand, GetExecutionHistoryCommand, ListExecutionsCommand,
  ListTagsForResourceCommand, StartExecutionCommand, StopExecutionCommand, TagResourceCommand, UntagResourceCommand, UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { SLEEPER, useMachines } from './machines';

const local = useMachines();
let sleeper: string;
beforeAll(async () => { sleeper = await local.machine('sleeper', SLEEPER); });

describe('a state machine', () => {
  test('is described, changed, tagged and deleted', async () => {
    const arn = await local.machine('life', { StartAt: 'A', States: { A: { Type: 'Pass', Result: 1, End: true } } });
    const sfn = local.cloud.sfn();
    const before = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
    expect(before).toMatchObject({ name: 'life', status: 'ACTIVE', type: 'STANDARD', loggingConfiguration: { level: 'OFF' }, tracingConfiguration: { enabled: false } });
    expect(before.revisionId).toBeUndefined();
    const { revisionId } = await sfn.send(new UpdateStateMachineCommand({
      stateMachineArn: arn, definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Result: 2, End: true } } }), tracingConfiguration: { enabled: true },
    }));
    expect(await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn })))
      .toMatchObject({ revisionId, roleArn: before.roleArn, tracingConfiguration: { enabled: true } });
    expect(await local.cloud.run(arn)).toMatchObject({ status: 'SUCCEEDED', output: '2' });
    await sfn.send(new TagResourceCommand({ resourceArn: arn, tags: [{ key: 'a', value: '1' }, { key: 'b', value: '2' }] }));
    await sfn.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['a'] }));
    expect((await sfn.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags).toEqual([{ key: 'b', value: '2' }]);
    await expect(sfn.send(new UpdateStateMachineCommand({ stateMachineArn: arn }))).rejects.toMatchObject({ name: 'MissingRequiredParameter' });
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
    await expect(sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }))).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn: arn }))).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

describe('StartExecution', () => {
  test('of the same name and input gives the running execution, of another input or after its end refuses', async () => {
    const start = async (input: string) => local.cloud.sfn().send(new StartExecutionCommand({ stateMachineArn: sleeper, name: 'once', input }));
    const first = await start('{"a":1}');
    expect(await start('{"a":1}')).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    await expect(start('{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await local.cloud.sfn().send(new StopExecutionCommand({ executionArn: first.executionArn }));
    await expect(start('{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    const { executions } = await local.cloud.sfn().send(new ListExecutionsCommand({ stateMachineArn: sleeper }));
    expect(executions!.filter(({ name }) => name === 'once')).toHaveLength(1);
  });

  test('refuses input that is no JSON or too large, and a bad name', async () => {
    const start = async (rest: object) => local.cloud.sfn().send(new StartExecutionCommand({ stateMachineArn: sleeper, ...rest }));
    await expect(start({ input: '{' })).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(start({ input: JSON.stringify('x'.repeat(262_143)) })).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(start({ name: 'a b' })).rejects.toMatchObject({ name: 'InvalidName' });
  });

  test('gives the machine its context', async () => {
    const arn = await local.machine('context', { StartAt: 'A', States: { A: { Type: 'Pass', Parameters: { 'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'start.$': '$$.Execution.StartTime', 'in.$': '$$.Execution.Input', 'machine.$': '$$.StateMachine.Id', 'sm.$': '$$.StateMachine.Name', 'state.$': '$$.State.Name' }, End: true } } });
    const { output, executionArn, startDate } = await local.cloud.run(arn, { a: 1 }, { name: 'named' });
    expect(executionArn).toBe('arn:aws:states:us-east-1:123456789012:execution:context:named');
    expect(JSON.parse(output!)).toEqual({ id: executionArn, name: 'named', start: startDate!.toISOString(), in: { a: 1 }, machine: arn, sm: 'context', state: 'A' });
  });
});

describe('StopExecution', () => {
  test('ends a loop, and nothing is called afterwards', async () => {
    const bucket = 'stopped-bucket';
    await local.cloud.s3().send(new CreateBucketCommand({ Bucket: bucket }));
    const arn = await local.machine('loop', {
      StartAt: 'Put',
      States: {
        Put: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:putObject', Parameters: { 'Bucket': bucket, 'Key': 'k', 'Body.$': '$$.State.EnteredTime' }, ResultPath: null, Next: 'Wait' },
        Wait: { Type: 'Wait', Seconds: 1, Next: 'Again' },
        Again: { Type: 'Choice', Choices: [{ Variable: '$.stop', IsPresent: true, Next: 'Done' }], Default: 'Put' },
        Done: { Type: 'Succeed' },
      },
    });
    const { executionArn } = await local.cloud.sfn().send(new StartExecutionCommand({ stateMachineArn: arn }));
    await sleep(300);
    await local.cloud.sfn().send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'of it' }));
    expect(await local.cloud.settled(executionArn!)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'of it', stopDate: expect.any(Date) });
    await sleep(100);
    const body = async () => (await local.cloud.s3().send(new GetObjectCommand({ Bucket: bucket, Key: 'k' }))).Body!.transformToString();
    const before = await body();
    await sleep(200);
    expect(await body()).toBe(before);
    const { events } = await local.cloud.sfn().send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }));
    expect(events).toMatchObject([{ type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Enough', cause: 'of it' } }]);
  });
});

describe('timeouts', () => {
  test('of a machine end it, of a task are States.Timeout', async () => {
    const busy = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: await local.addFunction('slow', 'exports.handler = () => new Promise((done) => setTimeout(done, 3000));') } };
    const whole = await local.cloud.run(await local.machine('whole-timeout', { TimeoutSeconds: 1, StartAt: 'A', States: { A: { ...busy, End: true } } }));
    expect(whole.status).toBe('TIMED_OUT');
    const one = await local.cloud.run(await local.machine('task-timeout', { StartAt: 'A', States: { A: { ...busy, TimeoutSeconds: 1, End: true, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'B' }] }, B: { Type: 'Pass', End: true } } }));
    expect(one).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('States.Timeout') });
  });
});

describe('GetExecutionHistory', () => {
  test('tells states, tasks and iterations in order, in pages', async () => {
    const arn = await local.machine('told', {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemsPath: '$.l',
          MaxConcurrency: 1,
          End: true,
          ItemProcessor: {
            StartAt: 'Key',
            States: {
              Key: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:kms:listAliases', Parameters: {}, ResultSelector: {}, End: true },
            },
          },
        },
      },
    });
    const { executionArn } = await local.cloud.run(arn, { l: [1] });
    const types: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await local.cloud.sfn().send(new GetExecutionHistoryCommand({ executionArn, maxResults: 3, nextToken }));
      expect(page.events!.length).toBeLessThanOrEqual(3);
      types.push(...page.events!.map(({ type }) => type));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    expect(types).toEqual(['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapIterationStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded',
      'TaskStateExited', 'MapIterationSucceeded', 'MapStateExited', 'ExecutionSucceeded']);
    const { events } = await local.cloud.sfn().send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events![5]).toMatchObject({ id: 6, taskScheduledEventDetails: { resourceType: 'aws-sdk:kms', resource: 'listAliases', parameters: '{}' } });
  });
});

describe('a long execution', () => {
  test('ends at 25,000 events, as on AWS', async () => {
    const arn = await local.machine('endless', {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Choice', Choices: [{ Variable: '$.stop', IsPresent: true, Next: 'C' }], Default: 'A' }, C: { Type: 'Succeed' },
      },
    });
    expect(await local.cloud.run(arn)).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('25000') });
  });
});

describe('who may call the API', () => {
  test('is asked of the role whose session calls', async () => {
    const roleArn = await local.cloud.role('starter', 'lambda.amazonaws.com', [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: sleeper }]);
    const sfn = local.cloud.sfn(await local.cloud.roleCredentials(roleArn));
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: sleeper, input: '{"stop":1}' }));
    await expect(sfn.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('states:DescribeExecution') });
  });
});
