import {
  AttachRolePolicyCommand, AttachUserPolicyCommand, GetRolePolicyCommand, GetUserPolicyCommand, type IAMClient,
  ListAttachedRolePoliciesCommand, ListAttachedUserPoliciesCommand,
} from '@aws-sdk/client-iam';
import { hasCode } from '../errors';
import { assertKept, assertSame } from '../kept';
import type { PropertyReader } from '../property-reader';

export interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

/** The `Policies` of a role or user. */
export function readInlinePolicies(properties: PropertyReader): InlinePolicy[] {
  return (properties.objects('Policies') ?? []).map((policy) => ({
    PolicyName: policy.requiredString('PolicyName'),
    PolicyDocument: JSON.stringify(policy.requiredDocument('PolicyDocument')),
  }));
}

/** Who a policy is for. */
export type Identity = { readonly RoleName: string } | { readonly UserName: string };

/** Attaches a managed policy that must exist: nobody would notice a role that silently lacks it. */
export async function attachPolicy(iam: IAMClient, identity: Identity, PolicyArn: string): Promise<void> {
  try {
    if ('RoleName' in identity) await iam.send(new AttachRolePolicyCommand({ ...identity, PolicyArn }));
    else await iam.send(new AttachUserPolicyCommand({ ...identity, PolicyArn }));
  } catch (error) {
    if (!hasCode(error, 'NoSuchEntity', 'NoSuchEntityException') || !PolicyArn.includes(':iam::aws:')) throw error;
    throw new Error(
      `the endpoint does not have the AWS managed policy ${PolicyArn}: start it with them (moto: MOTO_IAM_LOAD_MANAGED_POLICIES=true)`,
      { cause: error },
    );
  }
}

/** A document as IAM gives it back. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export function decoded(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(decodeURIComponent(text));
}

/** Reads an inline policy back. */
export async function assertInline(
  properties: PropertyReader, property: string, iam: IAMClient, identity: Identity, { PolicyName, PolicyDocument: sent }: InlinePolicy,
): Promise<void> {
  const { PolicyDocument: kept } = 'RoleName' in identity
    ? await iam.send(new GetRolePolicyCommand({ ...identity, PolicyName }))
    : await iam.send(new GetUserPolicyCommand({ ...identity, PolicyName }));
  assertSame(properties, property, JSON.parse(sent), decoded(kept));
}

/** Reads back which managed policies a role or user has that was just made, and so has no others. */
export async function assertAttached(properties: PropertyReader, iam: IAMClient, identity: Identity, arns: readonly string[]): Promise<void> {
  const { AttachedPolicies: kept = [] } = 'RoleName' in identity
    ? await iam.send(new ListAttachedRolePoliciesCommand(identity))
    : await iam.send(new ListAttachedUserPoliciesCommand(identity));
  assertKept(properties, 'ManagedPolicyArns', [...arns].sort(), kept.map(({ PolicyArn: arn }) => arn).sort());
}

/** Deletes something that may be gone already, or went with its owner. */
export async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!hasCode(error, 'NoSuchEntity', 'NoSuchEntityException')) throw error;
  }
}
