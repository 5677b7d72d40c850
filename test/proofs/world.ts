import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { ACCOUNT, ENVIRONMENT, GRANTOR, REGION } from './names';
import { PolicyDocument, Statement, withSimulatableKeys } from './statement';
import { Environment, resolveIntrinsics } from '../../deployer/intrinsics';

/** A policy of the world, and what it is attached to. */
export interface Policy {
  readonly kind: 'key' | 'bucket' | 'identity';
  /** The ARN of the key or bucket, or the ARNs of the roles and users. */
  readonly attachedTo: readonly string[];
  readonly document: PolicyDocument;
  /** Whether it comes from outside the stack, so that the proofs start from it and do not claim it. */
  readonly premise?: true;
}

/** What S3 does with an upload that says nothing about encryption. */
export interface BucketDefault {
  readonly algorithm: string;
  readonly keyArn?: string;
  readonly bucketKey: boolean;
}

/** What somebody may add to a key policy at the console, where this library cannot narrow it. */
const ADDED_BY_HAND: Statement = {
  Sid: 'AddedByHand', Effect: 'Allow', Principal: { AWS: GRANTOR }, Action: 'kms:CreateGrant', Resource: '*',
};

/** Everything that decides about requests: the policies, and the encryption defaults of buckets. */
export interface World {
  readonly name: string;
  readonly policies: readonly Policy[];
  /** By the name of the bucket. */
  readonly buckets: Readonly<Record<string, BucketDefault>>;
  /** Policies of the organization that the account is in, if the stack has any. */
  readonly guardrails?: Guardrails;
}

/** What an organization forbids: its principals, and whoever asks for its resources. */
export interface Guardrails {
  readonly principals: readonly PolicyDocument[];
  readonly resources: readonly PolicyDocument[];
}

/** What principals are allowed by policies that are not in the stack, by their ARN. */
export type Outside = Record<string, Statement[]>;

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

type Resources = Record<string, Resource>;

interface Template {
  readonly Resources?: Resources;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>;
}

/** A template, where it is deployed, and the names of what is in it. */
interface Deployment {
  readonly env: Environment;
  readonly template: Template;
  readonly names: Record<string, string>;
}

/**
 * Builds a stack and reads its policies as they will be deployed, every reference resolved.
 *
 * Other stacks of its app belong to the world too.
 *
 * @param build fills the stack, and returns the policies of principals outside it, which may refer
 * to what is in it
 */
export function worldOf(name: string, build: (stack: Stack) => Outside | void): World {
  const app = new App();
  const stack = new Stack(app, 'World', { env: { account: ACCOUNT, region: REGION } });
  const outside = build(stack) ?? {};
  // Not Template.fromStack, which also asks whether it can be deployed: here only the policies count.
  const deployments = app.synth().stacks.map(({ stackName, template, environment: { account, region } }): Deployment => ({
    env: { ...ENVIRONMENT, account, region, stackName },
    template: template as Template,
    names: readableIds(app.node.findAll().filter(CfnResource.isCfnResource).filter((resource) => Stack.of(resource).stackName === stackName)),
  }));
  const main = deployments.find(({ env }) => env.stackName === stack.stackName) as Deployment;
  const resources = deployments.flatMap((deployment) => Object.entries(resolved(deployment.template.Resources ?? {}, deployment, deployments))
    .map(([id, resource]) => [id, resource, deployment] as const));
  return {
    name,
    policies: [
      ...resources.flatMap(([id, resource, deployment]) => policiesOf(id, resource, deployment)),
      ...Object.entries(resolved(outside, main, deployments)).map(([arn, statements]): Policy => ({
        kind: 'identity', attachedTo: [arn], document: { Version: '2012-10-17', Statement: statements }, premise: true,
      })),
    ].map((policy) => ({ ...policy, document: withSimulatableKeys(policy.document) })),
    buckets: Object.fromEntries(resources
      .filter(([, { Type }]) => Type === 'AWS::S3::Bucket')
      .map(([id, resource, { names }]) => [physicalName(id, resource, names), defaultOf(resource)])),
    guardrails: guardrailsOf(resources.map(([, resource]) => resource)),
  };
}

function guardrailsOf(resources: readonly Resource[]): Guardrails | undefined {
  const found = resources.filter(({ Type }) => Type === 'AWS::Organizations::Policy');
  const of = (type: string) => found.filter(({ Properties }) => Properties?.Type === type)
    .map(({ Properties }) => withSimulatableKeys(Properties?.Content as PolicyDocument));
  return found.length === 0 ? undefined : { principals: of('SERVICE_CONTROL_POLICY'), resources: of('RESOURCE_CONTROL_POLICY') };
}

/** The same world, where statements are missing from its policies. */
export function without(world: World, ...missing: Statement[]): World {
  return {
    ...world,
    policies: world.policies.map((policy) => ({
      ...policy,
      document: { ...policy.document, Statement: policy.document.Statement.filter((statement) => !missing.includes(statement)) },
    })),
  };
}

/** The same world, where one statement says something else. */
export function changed(world: World, statement: Statement, replacement: Statement): World {
  return {
    ...world,
    policies: world.policies.map((policy) => ({
      ...policy,
      document: { ...policy.document, Statement: policy.document.Statement.map((one) => (one === statement ? replacement : one)) },
    })),
  };
}

/** Logical ids end in a hash; the path of the construct says the same and can be written down. */
function readableIds(resources: CfnResource[]): Record<string, string> {
  return Object.fromEntries(resources.map((resource) => [
    Stack.of(resource).resolve(resource.logicalId) as string, resource.node.path.split('/').slice(1, -1).join('-') || resource.node.id,
  ]));
}

function resolved<T>(value: T, { env, template: { Resources: resources = {} }, names }: Deployment, all: Deployment[]): T {
  return resolveIntrinsics(value, env, {
    ref: (id) => physicalName(id, resources[id], names),
    getAtt: (id, attribute) => {
      if (attribute !== 'Arn') { throw new Error(`${id} has no attribute ${attribute} here`); }
      return arnOf(id, resources[id], names, env);
    },
    importValue: (exported) => {
      for (const other of all) {
        const output = Object.values(other.template.Outputs ?? {}).find(({ Export }) => Export?.Name === exported);
        if (output !== undefined) { return resolved(output.Value, other, all); }
      }
      throw new Error(`no stack exports ${exported}`);
    },
  }) as T;
}

function physicalName(id: string, resource: Resource, names: Record<string, string>): string {
  const given = resource.Properties?.BucketName ?? resource.Properties?.RoleName ?? resource.Properties?.UserName;
  const name = typeof given === 'string' ? given : names[id];
  return resource.Type === 'AWS::S3::Bucket' ? name.toLowerCase() : name;
}

function arnOf(id: string, resource: Resource, names: Record<string, string>, { account, region }: Environment): string {
  const name = physicalName(id, resource, names);
  switch (resource.Type) {
    case 'AWS::IAM::Role': return `arn:aws:iam::${account}:role/${name}`;
    case 'AWS::IAM::User': return `arn:aws:iam::${account}:user/${name}`;
    case 'AWS::KMS::Key': return `arn:aws:kms:${region}:${account}:key/${name}`;
    case 'AWS::S3::Bucket': return `arn:aws:s3:::${name}`;
    case 'AWS::Logs::LogGroup': return `arn:aws:logs:${region}:${account}:log-group:${String(resource.Properties?.LogGroupName)}:*`;
    default: throw new Error(`the ARN of ${resource.Type} is not known here`);
  }
}

function policiesOf(id: string, resource: Resource, { env, names }: Deployment): Policy[] {
  const properties = resource.Properties ?? {};
  const document = (properties.PolicyDocument ?? properties.KeyPolicy) as PolicyDocument;
  switch (resource.Type) {
    case 'AWS::KMS::Key': return [{
      kind: 'key',
      attachedTo: [arnOf(id, resource, names, env)],
      document: { ...document, Statement: [...document.Statement, ADDED_BY_HAND] },
    }];
    case 'AWS::S3::BucketPolicy': return [{ kind: 'bucket', attachedTo: [`arn:aws:s3:::${String(properties.Bucket)}`], document }];
    case 'AWS::IAM::Policy': return [{
      kind: 'identity',
      attachedTo: [
        ...((properties.Roles ?? []) as string[]).map((name) => `arn:aws:iam::${env.account}:role/${name}`),
        ...((properties.Users ?? []) as string[]).map((name) => `arn:aws:iam::${env.account}:user/${name}`),
      ],
      document,
    }];
    default: return [];
  }
}

interface BucketProperties {
  readonly BucketEncryption?: {
    readonly ServerSideEncryptionConfiguration: {
      readonly BucketKeyEnabled?: boolean;
      readonly ServerSideEncryptionByDefault: { readonly SSEAlgorithm: string; readonly KMSMasterKeyID?: string };
    }[];
  };
}

function defaultOf(resource: Resource): BucketDefault {
  const rule = (resource.Properties as BucketProperties).BucketEncryption?.ServerSideEncryptionConfiguration[0];
  return {
    algorithm: rule?.ServerSideEncryptionByDefault.SSEAlgorithm ?? 'AES256',
    keyArn: rule?.ServerSideEncryptionByDefault.KMSMasterKeyID,
    bucketKey: rule?.BucketKeyEnabled ?? false,
  };
}
