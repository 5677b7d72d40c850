import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { writeAssembly, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly, DeploymentError } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string, options: object = {}) => deployAssembly(directory, { endpoint: aws.endpoint, ...options });

const document = { Version: '2012-10-17', Statement: [] };
const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };
const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } };
const code = { ZipFile: 'exports.handler = async () => {};' };
const fn = { Code: code, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs22.x' };
const rule = (extra: object) => ({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1, ...extra }] } });
const encryption = (extra: object, byDefault: object = {}) => ({
  BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256', ...byDefault }, ...extra }] },
});
const inventory = { Id: 'i', Enabled: true, IncludedObjectVersions: 'All', ScheduleFrequency: 'Daily' };
const account = { Ref: 'AWS::AccountId' };
const query = { Name: 'x', QueryString: 'fields @message' };
const table = { CatalogId: account, DatabaseName: 'x', TableInput: {} };
const destination = { BucketArn: 'arn:aws:s3:::x', Format: 'CSV' };

/** Resource type, properties with one that is not applied, and the path that the refusal must name. */
const REFUSED: [type: string, properties: object, path: string][] = [
  ['AWS::S3::Bucket', { Versioning: {} }, 'Versioning'],
  ['AWS::S3::Bucket', { MetricsConfigurations: [{ Id: 'm' }] }, 'MetricsConfigurations'],
  ['AWS::S3::Bucket', { IntelligentTieringConfigurations: [] }, 'IntelligentTieringConfigurations'],
  ['AWS::S3::Bucket', { ReplicationConfiguration: {} }, 'ReplicationConfiguration'],
  ['AWS::S3::Bucket', { BucketEncryption: { ServerSideEncryptionConfiguration: [], Typo: 1 } }, 'BucketEncryption.Typo'],
  ['AWS::S3::Bucket', encryption({ BucketKeyEnable: true }), 'BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnable'],
  ['AWS::S3::Bucket', encryption({}, { KmsMasterKeyId: 'x' }), 'BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KmsMasterKeyId'],
  ['AWS::S3::Bucket', encryption({ BlockedEncryptionTypes: { EncryptionTypes: [] } }),
    'BucketEncryption.ServerSideEncryptionConfiguration[0].BlockedEncryptionTypes.EncryptionTypes'],
  ['AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled', MfaDelete: 'Enabled' } }, 'VersioningConfiguration.MfaDelete'],
  ['AWS::S3::Bucket', { PublicAccessBlockConfiguration: { BlockPublicACLs: true } }, 'PublicAccessBlockConfiguration.BlockPublicACLs'],
  ['AWS::S3::Bucket', { OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter', Typo: 1 }] } }, 'OwnershipControls.Rules[0].Typo'],
  ['AWS::S3::Bucket', rule({ NoncurrentVersionExpirationInDays: 3 }), 'LifecycleConfiguration.Rules[0].NoncurrentVersionExpirationInDays'],
  ['AWS::S3::Bucket', rule({ NoncurrentVersionExpiration: { Days: 3 } }), 'LifecycleConfiguration.Rules[0].NoncurrentVersionExpiration.Days'],
  ['AWS::S3::Bucket', rule({ AbortIncompleteMultipartUpload: { Days: 3 } }), 'LifecycleConfiguration.Rules[0].AbortIncompleteMultipartUpload.Days'],
  ['AWS::S3::Bucket', rule({ Transitions: [{ StorageClass: 'GLACIER', Days: 3 }] }), 'LifecycleConfiguration.Rules[0].Transitions[0].Days'],
  ['AWS::S3::Bucket', rule({ NoncurrentVersionTransitions: [{ StorageClass: 'GLACIER', Days: 3 }] }), 'LifecycleConfiguration.Rules[0].NoncurrentVersionTransitions[0].Days'],
  ['AWS::S3::Bucket', rule({ TagFilters: [{ Key: 'a', Value: 'b', Typo: 1 }] }), 'LifecycleConfiguration.Rules[0].TagFilters[0].Typo'],
  ['AWS::S3::Bucket', { LifecycleConfiguration: { Rules: [], Typo: 1 } }, 'LifecycleConfiguration.Typo'],
  ['AWS::S3::Bucket', { LoggingConfiguration: { LogFilePrefx: 'x' } }, 'LoggingConfiguration.LogFilePrefx'],
  ['AWS::S3::Bucket', { LoggingConfiguration: { TargetObjectKeyFormat: { PartitionedPrefix: { Typo: 1 } } } }, 'LoggingConfiguration.TargetObjectKeyFormat.PartitionedPrefix.Typo'],
  ['AWS::S3::Bucket', { NotificationConfiguration: { TopicConfigurations: [] } }, 'NotificationConfiguration.TopicConfigurations'],
  ['AWS::S3::Bucket', { NotificationConfiguration: { EventBridgeConfiguration: { Typo: 1 } } }, 'NotificationConfiguration.EventBridgeConfiguration.Typo'],
  ['AWS::S3::Bucket', { CorsConfiguration: { CorsRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], MaxAgeSeconds: 1 }] } }, 'CorsConfiguration.CorsRules[0].MaxAgeSeconds'],
  ['AWS::S3::Bucket', { ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Weeks: 1 } } } }, 'ObjectLockConfiguration.Rule.DefaultRetention.Weeks'],
  ['AWS::S3::Bucket', { InventoryConfigurations: [{ ...inventory, Typo: 1, Destination: destination }] }, 'InventoryConfigurations[0].Typo'],
  ['AWS::S3::Bucket', { InventoryConfigurations: [{ ...inventory, Destination: { ...destination, Encryption: {} } }] }, 'InventoryConfigurations[0].Destination.Encryption'],
  ['AWS::S3::Bucket', { AccelerateConfiguration: { AccelerationStatus: 'Enabled', Typo: 1 } }, 'AccelerateConfiguration.Typo'],
  ['AWS::S3::Bucket', { WebsiteConfiguration: { IndexDocument: 'x', RoutingRules: [] } }, 'WebsiteConfiguration.RoutingRules'],
  ['AWS::S3::Bucket', { WebsiteConfiguration: { RedirectAllRequestsTo: { HostName: 'x', Typo: 1 } } }, 'WebsiteConfiguration.RedirectAllRequestsTo.Typo'],
  ['AWS::S3::Bucket', { Tags: [{ Key: 'a', Value: 'b', PropagateAtLaunch: true }] }, 'Tags[0].PropagateAtLaunch'],
  ['AWS::S3::BucketPolicy', { Bucket: 'x', PolicyDocument: document, Typo: 1 }, 'Typo'],
  ['AWS::KMS::Key', { KeyPolicies: document }, 'KeyPolicies'],
  ['AWS::KMS::Key', { Tags: [{ TagKey: 'a', Key: 'a', Value: 'b' }] }, 'Tags[0].TagKey'],
  ['AWS::KMS::Alias', { AliasName: 'alias/x', TargetKeyId: 'x', Typo: 1 }, 'Typo'],
  ['AWS::IAM::Role', { AssumeRolePolicyDocument: trust, InstanceProfile: 'x' }, 'InstanceProfile'],
  ['AWS::IAM::Role', { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'x', PolicyDocument: document, Typo: 1 }] }, 'Policies[0].Typo'],
  ['AWS::IAM::Policy', { PolicyName: 'x', PolicyDocument: document, Roles: ['x'], Groups: ['x'] }, 'Groups'],
  ['AWS::IAM::ManagedPolicy', { PolicyDocument: document, Groups: ['x'] }, 'Groups'],
  ['AWS::IAM::User', { LoginProfile: {} }, 'LoginProfile'],
  ['AWS::IAM::AccessKey', { UserName: 'x', Serial: 1 }, 'Serial'],
  ['AWS::Lambda::Function', { ...fn, Layers: [] }, 'Layers'],
  ['AWS::Lambda::Function', { ...fn, Environment: { Variables: {}, Typo: 1 } }, 'Environment.Typo'],
  ['AWS::Lambda::Function', { ...fn, Code: { ...code, S3ObjectVersion: 'x' } }, 'Code.S3ObjectVersion'],
  ['AWS::Lambda::Function', { ...fn, LoggingConfig: { SystemLogLevel: 'WARN' } }, 'LoggingConfig.SystemLogLevel'],
  ['AWS::Lambda::Function', { ...fn, TracingConfig: { Mode: 'Active' } }, 'TracingConfig'],
  ['AWS::Logs::LogGroup', { FieldIndexPolicies: [] }, 'FieldIndexPolicies'],
  ['AWS::Logs::QueryDefinition', { ...query, Tags: [] }, 'Tags'],
  ['AWS::Logs::QueryDefinition', { ...query, Parameters: [{ Name: 'x', Default: 'y' }] }, 'Parameters[0].Default'],
  ['AWS::Glue::Database', { CatalogId: account, DatabaseInput: { FederatedDatabase: {} } }, 'DatabaseInput.FederatedDatabase'],
  ['AWS::Glue::Database', { CatalogId: account, DatabaseInput: {}, DatabaseName: 'x' }, 'DatabaseName'],
  ['AWS::Glue::Table', { ...table, OpenTableFormatInput: {} }, 'OpenTableFormatInput'],
  ['AWS::Glue::Table', { ...table, TableInput: { ViewDefinition: {} } }, 'TableInput.ViewDefinition'],
  ['AWS::Glue::Table', { ...table, TableInput: { StorageDescriptor: { SchemaReference: {} } } }, 'TableInput.StorageDescriptor.SchemaReference'],
  ['AWS::Glue::Table', { ...table, TableInput: { PartitionKeys: [{ Name: 'x', Typo: 1 }] } }, 'TableInput.PartitionKeys[0].Typo'],
  ['AWS::Athena::WorkGroup', { Name: 'x', WorkGroupConfigurationUpdates: {} }, 'WorkGroupConfigurationUpdates'],
  ['AWS::Athena::WorkGroup', { Name: 'x', WorkGroupConfiguration: { MonitoringConfiguration: {} } }, 'WorkGroupConfiguration.MonitoringConfiguration'],
  ['AWS::Athena::WorkGroup', { Name: 'x', WorkGroupConfiguration: { ResultConfiguration: { KmsKey: 'x' } } }, 'WorkGroupConfiguration.ResultConfiguration.KmsKey'],
  ['AWS::Athena::NamedQuery', { Database: 'x', QueryString: 'x', Typo: 1 }, 'Typo'],
  ['AWS::Athena::PreparedStatement', { StatementName: 'x', QueryStatement: 'x', WorkGroup: 'x', Typo: 1 }, 'Typo'],
  ['AWS::SNS::Topic', { FifoTopic: true }, 'FifoTopic'],
  ['AWS::SNS::Topic', { Subscription: [{ Protocol: 'sqs', Endpoint: 'x', Typo: 1 }] }, 'Subscription[0].Typo'],
  ['AWS::SNS::TopicPolicy', { Topics: ['x'], PolicyDocument: document, Typo: 1 }, 'Typo'],
  ['AWS::SNS::Subscription', { TopicArn: 'x', Protocol: 'sqs', Endpoint: 'x', DeliveryPolicy: {} }, 'DeliveryPolicy'],
  ['AWS::SQS::Queue', { FifoQueue: true }, 'FifoQueue'],
  ['AWS::SQS::QueuePolicy', { Queues: ['x'], PolicyDocument: document, Typo: 1 }, 'Typo'],
  ['AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: 'a', Arn: 'x', EcsParameters: {} }] }, 'Targets[0].EcsParameters'],
  ['AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: 'a', Arn: 'x', RetryPolicy: { Typo: 1 } }] }, 'Targets[0].RetryPolicy.Typo'],
  ['AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: 'x', RoleArn: 'x' }, StartDate: 'x' }, 'StartDate'],
  ['AWS::CloudWatch::Alarm', { ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, ThresholdMetricId: 'x' }, 'ThresholdMetricId'],
  ['AWS::CloudWatch::Dashboard', { DashboardBody: '{}', Tags: [] }, 'Tags'],
];

describe('a property that would not be applied', () => {
  test.each(REFUSED)('%s %j is refused', async (Type, Properties, path) => {
    const error = await deploy(writeStack({ Role: role, Thing: { Type, Properties, DependsOn: 'Role' } })).catch((caught: Error) => caught);
    expect(error).toBeInstanceOf(DeploymentError);
    expect((error as DeploymentError).message.split('\n')[0]).toBe(`Thing (${Type}): the deployer does not apply '${path}' and so refuses it`);
    expect((error as DeploymentError).created.map(({ logicalId }) => logicalId)).toEqual(['Role']);
  });

  test('is refused before the resource exists', async () => {
    await expect(deploy(writeStack({ Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'never-created', Typo: 1 } } }), { keepOnFailure: true })).rejects.toThrow('Typo');
    const { Buckets: buckets } = await aws.s3.send(new ListBucketsCommand({}));
    expect(buckets?.map(({ Name }) => Name) ?? []).not.toContain('never-created');
  });
});

describe('a template', () => {
  test('is refused for a type that is not known, before anything is created', async () => {
    const error = await deploy(writeAssembly({
      A: { template: { Resources: { First: { Type: 'AWS::S3::Bucket' } } } },
      B: { template: { Resources: { Table: { Type: 'AWS::DynamoDB::Table' } } }, dependencies: ['A'] },
    })).catch((caught: Error) => caught);
    expect(error).toBeInstanceOf(DeploymentError);
    expect((error as DeploymentError).message).toBe('Table (AWS::DynamoDB::Table): the deployer does not apply resources of this type and so refuses it');
    expect((error as DeploymentError).created).toEqual([]);
  });

  test('may hold a resource of an unknown type whose condition is false', async () => {
    const deployment = await deploy(writeStack(
      { Table: { Type: 'AWS::DynamoDB::Table', Condition: 'Never' }, Bucket: { Type: 'AWS::S3::Bucket' } },
      { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
    ));
    expect(deployment.stacks[0].resources.map(({ logicalId }) => logicalId)).toEqual(['Bucket']);
  });

  test('fails if it refers to a resource whose condition is false', async () => {
    await expect(deploy(writeStack(
      { Gone: { Type: 'AWS::S3::Bucket', Condition: 'Never' }, Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Gone' } } } },
      { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
    ))).rejects.toThrow('Bucket (AWS::S3::Bucket) failed: Gone does not exist: its condition is false');
  });

  test('may hold metadata of CDK, which is ignored and said to be', async () => {
    const events: string[] = [];
    const log = ({ kind, logicalId }: { kind: string; logicalId: string }) => events.push(`${kind} ${logicalId}`);
    const deployment = await deploy(writeStack({ Metadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'x' } } }), { log });
    expect(deployment.stacks[0].resources).toEqual([]);
    expect(events).toEqual(['ignored Metadata']);
  });
});

describe('an endpoint', () => {
  test.each(['https://s3.us-east-1.amazonaws.com', 'http://10.0.0.1:5000', 'http://127.0.0.1.example.com'])('is refused if it is not on this machine: %s', async (endpoint) => {
    await expect(deployAssembly(writeStack({}), { endpoint })).rejects.toThrow('the deployer only talks to an endpoint on this machine');
  });

  test('is refused if its account is not the one of a stack', async () => {
    await expect(deploy(writeAssembly({ A: { environment: 'aws://999999999999/us-east-1', template: {} } })))
      .rejects.toThrow('the credentials belong to account 123456789012, and the deployer cannot deploy to account 999999999999');
  });

  test('is refused if its account is not the one that was asked for', async () => {
    await expect(deploy(writeStack({}), { account: '999999999999' })).rejects.toThrow('cannot deploy to account 999999999999');
  });
});
