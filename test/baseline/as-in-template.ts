import { GetRoleCommand, GetRolePolicyCommand, ListAttachedRolePoliciesCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { DeployedStack } from '../../deployer/deployment';
import { resolveIntrinsics } from '../../deployer/intrinsics';
import { ENV, type LocalCloud } from '../local-services/local-cloud';

type Properties = Record<string, any>;

/** What decides who may do what, and what a function runs as: each resource by its logical id, in a form that both sides have. */
export type Said = Record<string, unknown>;

/** The resources of a template, with every reference replaced by what was deployed. */
function resolved(template: { readonly Resources: Record<string, { Type: string; Properties?: object }> }, { resources, stackName }: DeployedStack) {
  const live = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const env = { ...ENV, partition: 'aws', urlSuffix: 'amazonaws.com', stackName };
  const lookup = {
    ref: (id: string) => live.get(id)!.physicalId,
    getAtt: (id: string, attribute: string) => live.get(id)!.attributes[attribute],
  };
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => SIDES[Type] !== undefined || Type === 'AWS::IAM::Policy')
    .map(([id, { Type, Properties }]) => ({
      id, type: Type, physicalId: live.get(id)!.physicalId, properties: resolveIntrinsics(Properties ?? {}, env, lookup) as Properties,
    }));
}

type Resolved = ReturnType<typeof resolved>[number];

interface Sides {
  readonly wanted: (of: Resolved, all: readonly Resolved[]) => unknown;
  readonly found: (cloud: LocalCloud, physicalId: string) => Promise<unknown>;
}

const decoded = (text: string | undefined): unknown => JSON.parse(decodeURIComponent(text!));
const byName = (policies: readonly Properties[]) => (
  Object.fromEntries(policies.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument])));
const sorted = (tags: readonly Properties[] = []) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

const SIDES: Record<string, Sides> = {
  'AWS::IAM::Role': {
    wanted: ({ physicalId, properties }, all) => ({
      trust: properties.AssumeRolePolicyDocument,
      inline: byName([
        ...properties.Policies ?? [],
        ...all.filter(({ type, properties: { Roles: roles } }) => type === 'AWS::IAM::Policy' && roles?.includes(physicalId)).map((one) => one.properties),
      ]),
      managed: [...properties.ManagedPolicyArns ?? []].sort(),
      boundary: properties.PermissionsBoundary,
    }),
    found: async (cloud, RoleName) => {
      const iam = cloud.iam();
      const { Role: role } = await iam.send(new GetRoleCommand({ RoleName }));
      const { PolicyNames: names = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const inline = await Promise.all(names.map(async (PolicyName) => {
        const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        return { PolicyName, PolicyDocument: decoded(PolicyDocument) };
      }));
      const { AttachedPolicies: attached = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      return {
        trust: decoded(role?.AssumeRolePolicyDocument),
        inline: byName(inline),
        managed: attached.map(({ PolicyArn }) => PolicyArn).sort(),
        boundary: role?.PermissionsBoundary?.PermissionsBoundaryArn,
      };
    },
  },
  'AWS::KMS::Key': {
    wanted: ({ properties }) => ({
      policy: properties.KeyPolicy,
      description: properties.Description ?? '',
      multiRegion: properties.MultiRegion ?? false,
      spec: properties.KeySpec ?? 'SYMMETRIC_DEFAULT',
      rotation: properties.EnableKeyRotation === true ? properties.RotationPeriodInDays ?? 365 : undefined,
      tags: sorted(properties.Tags),
    }),
    found: async (cloud, KeyId) => {
      const kms = cloud.kms();
      const { KeyMetadata: metadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      const { KeyRotationEnabled: rotates, RotationPeriodInDays: period } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
      const { Tags: tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
      return {
        policy: JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy!) as unknown,
        description: metadata?.Description,
        multiRegion: metadata?.MultiRegion ?? false,
        spec: metadata?.KeySpec,
        rotation: rotates === true ? period : undefined,
        tags: sorted(tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue }))),
      };
    },
  },
  'AWS::S3::BucketPolicy': {
    wanted: ({ properties }) => properties.PolicyDocument,
    found: async (cloud, Bucket) => JSON.parse((await cloud.s3().send(new GetBucketPolicyCommand({ Bucket }))).Policy!) as unknown,
  },
  // The local Lambda describes no function: its host says what it runs.
  'AWS::Lambda::Function': {
    wanted: ({ properties }) => ({
      handler: properties.Handler,
      roleArn: properties.Role,
      timeoutSeconds: properties.Timeout ?? 3,
      memoryMegabytes: properties.MemorySize ?? 128,
      environment: properties.Environment?.Variables ?? {},
      reservedConcurrency: properties.ReservedConcurrentExecutions,
    }),
    found: async (cloud, name) => {
      const definition = cloud.lambda.host.list().find((one) => one.name === name)!;
      const { handler, roleArn, timeoutSeconds, memoryMegabytes, environment, reservedConcurrency } = definition;
      return Promise.resolve({ handler, roleArn, timeoutSeconds, memoryMegabytes, environment, reservedConcurrency });
    },
  },
};

/** What the template says of its roles, keys, bucket policies and functions, and what their APIs say. */
export async function bothSides(cloud: LocalCloud, stack: DeployedStack, template: unknown): Promise<{ wanted: Said; found: Said }> {
  const all = resolved(template as Parameters<typeof resolved>[0], stack);
  const read = all.filter(({ type }) => SIDES[type] !== undefined);
  const found = await Promise.all(read.map(async ({ id, type, physicalId }) => [id, await SIDES[type]!.found(cloud, physicalId)] as const));
  return { wanted: Object.fromEntries(read.map((one) => [one.id, SIDES[one.type]!.wanted(one, all)])), found: Object.fromEntries(found) };
}
