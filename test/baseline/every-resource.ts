import { GetRoleCommand, GetRolePolicyCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import { GetBucketEncryptionCommand, GetBucketPolicyCommand, GetPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import type { DeployedResource } from '../../deployer/deployment';
import type { LocalCloud } from '../local-services/local-cloud';

/**
 * Types of which the deployer itself reads properties back when it has made one, and fails where the endpoint did not keep them
 * (deployer/kept.ts).
 */
const READ_BY_DEPLOYER = [
  'AWS::Athena::NamedQuery', 'AWS::Athena::PreparedStatement', 'AWS::Athena::WorkGroup', 'AWS::CloudTrail::Trail', 'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard', 'AWS::Config::ConfigRule', 'AWS::Config::ConfigurationRecorder', 'AWS::Config::DeliveryChannel', 'AWS::Events::Rule',
  'AWS::Glue::Database', 'AWS::Glue::Table', 'AWS::Logs::LogGroup', 'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition', 'AWS::SNS::Subscription', 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy',
  'AWS::StepFunctions::StateMachine',
];

/** Nothing is left of it but the answer that its function gave, without which there would be no such resource. */
const NOTHING_TO_READ = ['Custom::EncryptionBackfill'];

/** What an API of its own says of one resource; nothing where there is none. */
export type Reader = (id: string) => Promise<unknown>;

/** Reads every resource back, each by the API of its service. Names those that are not there, and types that nobody reads. */
export async function missingResources(cloud: LocalCloud, resources: readonly DeployedResource[], policyTexts: readonly string[]): Promise<string[]> {
  const [s3, kms, iam] = [cloud.s3(), cloud.kms(), cloud.iam()];
  const permissions = cloud.lambda.host.list().flatMap(({ arn }) => cloud.lambda.host.permissionsOf(arn).map(({ id }) => id));
  const readers: Record<string, Reader> = {
    'AWS::S3::Bucket': async (Bucket) => [
      await s3.send(new GetBucketEncryptionCommand({ Bucket })),
      Object.values((await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration ?? {}).every(Boolean) || undefined,
    ].every((one) => one !== undefined) || undefined,
    'AWS::S3::BucketPolicy': async (Bucket) => (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy,
    'AWS::KMS::Key': async (KeyId) => [
      (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState === 'Enabled',
      (await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled,
      (await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy !== undefined,
    ].every((one) => one === true) || undefined,
    'AWS::IAM::Role': async (RoleName) => (await iam.send(new GetRoleCommand({ RoleName }))).Role?.AssumeRolePolicyDocument,
    // Known by its name alone: it has to be on some role, with statements.
    'AWS::IAM::Policy': async (name) => policyTexts.find((text) => text.startsWith(`${name} `) && text.includes('Statement')),
    // The local Lambda runs functions and describes none: its host says which it has.
    'AWS::Lambda::Function': async (name) => Promise.resolve(cloud.lambda.host.list().find((one) => one.name === name)?.roleArn),
    'AWS::Lambda::Version': async (arn) => Promise.resolve(cloud.lambda.host.find(arn)?.arn),
    'AWS::Lambda::Permission': async (id) => Promise.resolve(permissions.includes(id) ? id : undefined),
  };
  const found = await Promise.all(resources.map(async ({ type, logicalId, physicalId }) => {
    if (READ_BY_DEPLOYER.includes(type) || NOTHING_TO_READ.includes(type)) { return []; }
    const read = readers[type];
    if (read === undefined) { return [`${logicalId}: nobody reads ${type} back`]; }
    return await read(physicalId).then((value) => value ?? undefined, () => undefined) === undefined ? [`${logicalId} (${type})`] : [];
  }));
  return found.flat();
}

/** The inline policies of roles, each as its name and its text. */
export async function inlinePolicies(cloud: LocalCloud, roleNames: readonly string[]): Promise<string[]> {
  const iam = cloud.iam();
  const all = await Promise.all(roleNames.map(async (RoleName) => {
    const { PolicyNames: names = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    return Promise.all(names.map(async (PolicyName) => {
      const { PolicyDocument: text = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return `${PolicyName} ${decodeURIComponent(text)}`;
    }));
  }));
  return all.flat();
}
