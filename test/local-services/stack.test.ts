import { GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { DescribeStateMachineCommand, GetExecutionHistoryCommand, StopExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import {
  aws_cloudwatch as cloudwatch, aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_lambda as lambda,
  aws_logs as logs, aws_s3 as s3, aws_scheduler as scheduler, aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs,
  aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks,
  CustomResource, Duration, RemovalPolicy, Stack, Tags,
} from 'aws-cdk-lib';
import { type Deployed, LocalCloud } from './local-cloud';
import { createClients } from '../../deployer/clients';

let cloud: LocalCloud;
let deployed: Deployed;

/** Answers a custom resource, and everybody else with what it got. */
const HANDLER = `
exports.handler = async (event, context) => {
  if (event.ResponseURL) {
    const body = { Status: 'SUCCESS', PhysicalResourceId: 'made', StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId, Data: { Made: event.ResourceProperties.Say } };
    await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(body) });
    return;
  }
  if (event.fail) throw Object.assign(new Error('as asked'), { name: 'AsAsked' });
  return { doubled: event.n * 2, group: process.env.AWS_LAMBDA_LOG_GROUP_NAME, format: process.env.AWS_LAMBDA_LOG_FORMAT, version: context.functionVersion };
};`;

/** Every kind of state, and every kind of call, with the roles that the CDK makes. */
function define(stack: Stack): Record<string, string> {
  Tags.of(stack).add('team', 'storage', { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] });
  const key = new kms.Key(stack, 'Key', { removalPolicy: RemovalPolicy.DESTROY });
  const bucket = new s3.Bucket(stack, 'Bucket', {
    versioned: true,
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY,
    lifecycleRules: [{ prefix: 'reports/', expiration: Duration.days(90), noncurrentVersionExpiration: Duration.days(1), abortIncompleteMultipartUploadAfter: Duration.days(7) }],
  });
  const topic = new sns.Topic(stack, 'Topic', { displayName: 'Summaries', enforceSSL: true });
  const queue = new sqs.Queue(stack, 'Queue', { retentionPeriod: Duration.days(4), enforceSSL: true });
  topic.addSubscription(new subscriptions.SqsSubscription(queue));
  const logGroup = new logs.LogGroup(stack, 'Log', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
  const fn = new lambda.Function(stack, 'Function', {
    code: lambda.Code.fromInline(HANDLER),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_22_X,
    architecture: lambda.Architecture.ARM_64,
    timeout: Duration.seconds(10),
    memorySize: 256,
    environment: { OWN: 'yes' },
    logGroup,
    loggingFormat: lambda.LoggingFormat.JSON,
    reservedConcurrentExecutions: 5,
  });
  const made = new CustomResource(stack, 'Made', { serviceToken: fn.functionArn, resourceType: 'Custom::Made', properties: { Say: 'hello' } });

  const describeKey = new tasks.CallAwsService(stack, 'DescribeKey', {
    service: 'kms', action: 'describeKey', parameters: { KeyId: key.keyArn }, iamResources: [key.keyArn], resultSelector: { enabled: sfn.JsonPath.stringAt('$.KeyMetadata.Enabled') }, resultPath: '$.key',
  });
  const versioning = new tasks.CallAwsService(stack, 'Versioning', {
    service: 's3', action: 'getBucketVersioning', parameters: { Bucket: bucket.bucketName }, iamResources: [bucket.bucketArn], resultPath: '$.versioning',
  });
  const failed = new sfn.Pass(stack, 'Failed', { parameters: { failed: sfn.JsonPath.stringAt('$.error.Error') } });
  const each = new sfn.Map(stack, 'Each', { itemsPath: '$.numbers', maxConcurrency: 2, itemSelector: { 'n': sfn.JsonPath.numberAt('$$.Map.Item.Value'), 'fail.$': '$.fail' }, resultPath: '$.doubled' })
    .itemProcessor(new tasks.LambdaInvoke(stack, 'Double', { lambdaFunction: fn.currentVersion, retryOnServiceExceptions: false, outputPath: '$.Payload' })
      .addRetry({ errors: ['AsAsked'], interval: Duration.minutes(5), maxAttempts: 2 }));
  each.addCatch(failed, { errors: ['AsAsked'], resultPath: '$.error' });
  const publish = new tasks.SnsPublish(stack, 'Publish', { topic, message: sfn.TaskInput.fromJsonPathAt('$.doubled'), resultPath: '$.published' });
  const event = new tasks.EventBridgePutEvents(stack, 'Event', { entries: [{ source: 'mine', detailType: 'Done', detail: sfn.TaskInput.fromObject({ 'n.$': '$.numbers' }) }], resultPath: sfn.JsonPath.DISCARD });
  const metric = new tasks.CallAwsService(stack, 'Metric', {
    service: 'cloudwatch',
    action: 'putMetricData',
    iamResources: ['*'],
    resultPath: sfn.JsonPath.DISCARD,
    parameters: { Namespace: 'Mine', MetricData: [{ MetricName: 'Runs', Value: 1, Unit: 'Count' }] },
  });
  const wait = new sfn.Wait(stack, 'Wait', { time: sfn.WaitTime.duration(Duration.hours(1)) });
  const enabled = new sfn.Choice(stack, 'IsEnabled');
  const definition = describeKey.next(enabled
    .when(sfn.Condition.booleanEquals('$.key.enabled', true), versioning.next(wait).next(each).next(publish).next(event).next(metric))
    .otherwise(new sfn.Fail(stack, 'Disabled', { error: 'KeyDisabled' })));
  const machineLog = new logs.LogGroup(stack, 'MachineLog', { removalPolicy: RemovalPolicy.DESTROY });
  const machine = new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(definition),
    logs: { destination: machineLog, level: sfn.LogLevel.ERROR },
    tracingEnabled: true,
    timeout: Duration.hours(2),
  });
  const toFunction = new events.Rule(stack, 'ToFunction', { eventPattern: { source: ['other'] }, targets: [new targets.LambdaFunction(fn)] });
  const seen = new sqs.Queue(stack, 'Seen');
  new events.Rule(stack, 'Done', { eventPattern: { source: ['mine'], detailType: ['Done'] }, targets: [new targets.SqsQueue(seen)] });
  const schedulerRole = new iam.Role(stack, 'SchedulerRole', { assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com') });
  machine.grantStartExecution(schedulerRole);
  new scheduler.CfnSchedule(stack, 'Schedule', {
    flexibleTimeWindow: { mode: 'OFF' }, scheduleExpression: 'rate(1 day)', state: 'DISABLED', target: { arn: machine.stateMachineArn, roleArn: schedulerRole.roleArn, input: '{}' },
  });
  new cloudwatch.Alarm(stack, 'Alarm', { metric: machine.metricFailed(), threshold: 1, evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING });
  const dashboard = new cloudwatch.Dashboard(stack, 'Dashboard', { dashboardName: 'mine', widgets: [[new cloudwatch.GraphWidget({ left: [machine.metricStarted()] })]] });
  return {
    machine: machine.stateMachineArn,
    revision: machine.stateMachineRevisionId,
    role: machine.role.roleName,
    toFunction: toFunction.ruleName,
    topic: topic.topicArn,
    fn: fn.functionArn,
    made: made.getAttString('Made'),
    dashboard: dashboard.dashboardName,
    group: logGroup.logGroupName,
    key: key.keyArn,
    queue: queue.queueUrl,
    seen: seen.queueUrl,
  };
}

/** The body of the one message of a queue. */
async function received(QueueUrl: string): Promise<string> {
  const clients = createClients(cloud.emulator.endpoint, 'us-east-1', { accessKeyId: 'test', secretAccessKey: 'test' });
  const { Messages: messages } = await clients.json.call('sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  clients.close();
  const bodies = (messages as { Body: string }[]).map(({ Body: body }) => body);
  expect(bodies).toHaveLength(1);
  return bodies[0];
}

beforeAll(async () => {
  cloud = await LocalCloud.start();
  deployed = await cloud.deploy(define);
});
afterAll(async () => cloud?.stop());

describe('a stack with a state machine', () => {
  test('is deployed as its template says', async () => {
    const clients = createClients(cloud.emulator.endpoint, 'us-east-1', { accessKeyId: 'test', secretAccessKey: 'test' });
    const { outputs, deployment } = deployed;
    expect(outputs).toMatchObject({ made: 'hello', revision: 'INITIAL' });
    const machine = await cloud.sfn().send(new DescribeStateMachineCommand({ stateMachineArn: outputs.machine }));
    expect(machine).toMatchObject({ loggingConfiguration: { level: 'ERROR', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: expect.stringMatching(/:log-group:.*:\*$/) } }] }, tracingConfiguration: { enabled: true } });
    expect(deployment.functions.find(({ arn }) => arn === outputs.fn)).toMatchObject({ memoryMegabytes: 256, reservedConcurrency: 5, tags: { team: 'storage' }, logging: { format: 'JSON', group: outputs.group } });
    const { Attributes: topic } = await clients.sns.send(new GetTopicAttributesCommand({ TopicArn: outputs.topic }));
    expect(topic).toMatchObject({ DisplayName: 'Summaries' });
    const { Targets: [target] = [] } = await clients.events.send(new ListTargetsByRuleCommand({ Rule: outputs.toFunction }));
    expect(target).toMatchObject({ Arn: outputs.fn });
    expect((await clients.cloudwatch.send(new GetDashboardCommand({ DashboardName: outputs.dashboard }))).DashboardBody).toContain('ExecutionsStarted');
    clients.close();
  });

  test('runs with the permissions that its role has, and no others', async () => {
    const { status, output, error, cause, executionArn } = await cloud.run(deployed.outputs.machine, { numbers: [1, 2, 3], fail: false });
    expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED', error: undefined, cause: undefined });
    expect(JSON.parse(output!)).toMatchObject({
      key: { enabled: true },
      versioning: { Status: 'Enabled' },
      published: { MessageId: expect.any(String) },
      doubled: [2, 4, 6].map((doubled) => ({ doubled, group: deployed.outputs.group, format: 'JSON', version: '1' })),
    });
    // What it told, and where that went.
    const { doubled } = JSON.parse(output!) as { doubled: unknown };
    expect(JSON.parse(await received(deployed.outputs.queue))).toMatchObject({ TopicArn: deployed.outputs.topic, Message: JSON.stringify(doubled) });
    expect(JSON.parse(await received(deployed.outputs.seen))).toMatchObject({ source: 'mine', detail: { n: [1, 2, 3] }, resources: [executionArn, deployed.outputs.machine] });
  });

  test('retries and catches what a function throws', async () => {
    const { status, output, executionArn } = await cloud.run(deployed.outputs.machine, { numbers: [1], fail: true });
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: '{"failed":"AsAsked"}' });
    const { events: history } = await cloud.sfn().send(new GetExecutionHistoryCommand({ executionArn }));
    expect(history!.filter(({ type }) => type === 'TaskFailed')).toHaveLength(3);
  });

  test('is started by its rule, with the role of the rule', async () => {
    // A stack of its own, because moto takes a schedule for a pattern that every event matches.
    const { outputs, deployment } = await cloud.deploy((stack) => {
      const machine = sfn.StateMachine.fromStateMachineArn(stack, 'Machine', deployed.outputs.machine);
      const rule = new events.Rule(stack, 'Rule', {
        schedule: events.Schedule.rate(Duration.days(1)),
        targets: [new targets.SfnStateMachine(machine, { input: events.RuleTargetInput.fromObject({ numbers: [21] }) })],
      });
      return { rule: rule.ruleName };
    });
    const [executionArn] = await cloud.fire(outputs.rule);
    // The rule gives no `fail`, which the machine reads.
    expect(await cloud.settled(executionArn!)).toMatchObject({ status: 'FAILED', error: 'States.Runtime', input: '{"numbers":[21]}' });
    expect((await deployment.destroy()).failed).toEqual([]);
  });

  test('has a function that a rule may invoke, and no other rule', async () => {
    expect(await cloud.fire(deployed.outputs.toFunction, { n: 4 })).toEqual([undefined]);
    expect(cloud.lambda.host.mayInvoke(deployed.outputs.fn, 'events.amazonaws.com', 'arn:aws:events:us-east-1:123456789012:rule/other')).toBe(false);
    expect(cloud.lambda.host.mayInvoke(deployed.outputs.fn, 's3.amazonaws.com', 'arn:aws:s3:::bucket')).toBe(false);
  });

  test('is stopped', async () => {
    const { executionArn } = await cloud.sfn().send(new StartExecutionCommand({ stateMachineArn: deployed.outputs.machine, input: '{"numbers":[],"fail":false}' }));
    await cloud.sfn().send(new StopExecutionCommand({ executionArn }));
    expect((await cloud.settled(executionArn!)).status).toBe('ABORTED');
  });

  test('is destroyed whole', async () => {
    const { failed, retained } = await deployed.deployment.destroy();
    expect(failed.map(({ resource, reason }) => `${resource.logicalId} ${reason}`)).toEqual([]);
    expect(retained).toEqual([]);
    expect(cloud.lambda.host.list()).toEqual([]);
    expect(cloud.lambda.host.pids()).toEqual([]);
  });
});
