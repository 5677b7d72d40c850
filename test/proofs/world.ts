import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { ACCOUNT, ENVIRONMENT, GRANTOR, REGION } from './names';
import { PolicyDocument, Statement, withSimulatableKeys } from './statement';
import { resolveIntrinsics } from '../../deployer/intrinsics';

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
}

/** What principals are allowed by policies that are not in the stack, by their ARN. */
export type Outside = Record<string, Statement[]>;

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

type Resources = Record<string, Resource>;

/**
 * Builds a stack and reads its policies as they will be deployed, every reference resolved.
 *
 * @param build fills the stack, and returns the policies of principals outside it
 */
export function worldOf(name: string, build: (stack: Stack) => Outside | void): World {
  const app = new App();
  const stack = new Stack(app, 'World', { env: { account: ACCOUNT, region: REGION } });
  const outside = build(stack) ?? {};
  // Not Template.fromStack, which also asks whether it can be deployed: here only the policies count.
  const template = app.synth().getStackByName(stack.stackName).template as { Resources: Resources };
  const names = readableIds(stack, Object.keys(template.Resources));
  const resources = resolved(template.Resources, names);
  return {
    name,
    policies: [
      ...Object.entries(resources).flatMap(([id, resource]) => policiesOf(id, resource, names)),
      ...Object.entries(outside).map(([arn, statements]): Policy => ({
        kind: 'identity', attachedTo: [arn], document: { Version: '2012-10-17', Statement: statements }, premise: true,
      })),
    ].map((policy) => ({ ...policy, document: withSimulatableKeys(policy.document) })),
    buckets: Object.fromEntries(Object.entries(resources)
      .filter(([, { Type }]) => Type === 'AWS::S3::Bucket')
      .map(([id, resource]) => [physicalName(id, resource, names), defaultOf(resource)])),
  };
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
function readableIds(stack: Stack, logicalIds: string[]): Record<string, string> {
  const paths = new Map(stack.node.findAll().filter(CfnResource.isCfnResource)
    .map((resource) => [stack.resolve(resource.logicalId) as string, resource.node.path.split('/').slice(1, -1).join('-')]));
  return Object.fromEntries(logicalIds.map((id) => [id, paths.get(id) ?? id]));
}

function resolved(resources: Resources, names: Record<string, string>): Resources {
  return resolveIntrinsics(resources, ENVIRONMENT, {
    ref: (id) => physicalName(id, resources[id], names),
    getAtt: (id, attribute) => {
      if (attribute !== 'Arn') { throw new Error(`${id} has no attribute ${attribute} here`); }
      return arnOf(id, resources[id], names);
    },
  }) as Resources;
}

function physicalName(id: string, resource: Resource, names: Record<string, string>): string {
  const given = resource.Properties?.BucketName ?? resource.Properties?.RoleName ?? resource.Properties?.UserName;
  const name = typeof given === 'string' ? given : names[id];
  return resource.Type === 'AWS::S3::Bucket' ? name.toLowerCase() : name;
}

function arnOf(id: string, resource: Resource, names: Record<string, string>): string {
  const name = physicalName(id, resource, names);
  switch (resource.Type) {
    case 'AWS::IAM::Role': return `arn:aws:iam::${ACCOUNT}:role/${name}`;
    case 'AWS::IAM::User': return `arn:aws:iam::${ACCOUNT}:user/${name}`;
    case 'AWS::KMS::Key': return `arn:aws:kms:${REGION}:${ACCOUNT}:key/${name}`;
    case 'AWS::S3::Bucket': return `arn:aws:s3:::${name}`;
    default: throw new Error(`the ARN of ${resource.Type} is not known here`);
  }
}

function policiesOf(id: string, resource: Resource, names: Record<string, string>): Policy[] {
  const properties = resource.Properties ?? {};
  const document = (properties.PolicyDocument ?? properties.KeyPolicy) as PolicyDocument;
  switch (resource.Type) {
    case 'AWS::KMS::Key': return [{
      kind: 'key',
      attachedTo: [arnOf(id, resource, names)],
      document: { ...document, Statement: [...document.Statement, ADDED_BY_HAND] },
    }];
    case 'AWS::S3::BucketPolicy': return [{ kind: 'bucket', attachedTo: [`arn:aws:s3:::${String(properties.Bucket)}`], document }];
    case 'AWS::IAM::Policy': return [{
      kind: 'identity',
      attachedTo: [
        ...((properties.Roles ?? []) as string[]).map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`),
        ...((properties.Users ?? []) as string[]).map((name) => `arn:aws:iam::${ACCOUNT}:user/${name}`),
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
