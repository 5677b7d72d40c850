import { Annotations, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnPolicy } from 'aws-cdk-lib/aws-organizations';
import { Construct } from 'constructs';
import type { EncryptionGuardrailsProps } from './encryption-guardrails-props';
import { resolveGuardrails } from './resolved-guardrails';
import { ValidationError } from '../private/errors';

/** Characters: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html. Until May 2026 the first was 5,120 too. */
const LONGEST = { SERVICE_CONTROL_POLICY: 10_240, RESOURCE_CONTROL_POLICY: 5120 };

/**
 * The policies of a stack are made one after the other: Organizations refuses changes at the same time.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
 */
const LAST_OF_STACKS = new WeakMap<Stack, CfnPolicy>();

/**
 * What nobody in the accounts of an organization may do to encryption, whatever the policies of the
 * accounts say: upload under keys of clients (SSE-C), reach a bucket by plain HTTP, delete keys or change
 * the encryption of buckets and of objects that are there outside of named roles, put objects under keys of strangers.
 *
 * For general purpose buckets; the change of encryption also for directory buckets. Whom a bucket policy lets in from
 * outside the organization may upload under any key: that of a `SecureBucket` refuses it.
 *
 * A service control policy for the principals of the accounts, and a resource control policy for their
 * buckets, whoever asks. Without `targetIds` they are attached to nothing: read them, attach them to an
 * account, then to the rest.
 *
 * Website endpoints speak plain HTTP alone and end, with everything that reads through them. Keys of stacks that go with
 * them (`RemovalPolicy.DESTROY`) stay, unless the role that deploys may delete keys.
 *
 * Belongs in a stack of the management account, or of a delegated administrator for policies. Neither kind
 * of policy binds the management account or service-linked roles. Both types have to be enabled in the
 * organization. Costs nothing.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html
 * @example
 * new EncryptionGuardrails(this, 'Guardrails', {
 *   organizationId: 'o-exampleorg1',
 *   keyDeletionRoleArns: ['arn:aws:iam::*:role/BreakGlass'],
 *   encryptionChangeRoleArns: ['arn:aws:iam::*:role/cdk-hnb659fds-cfn-exec-role-*'],
 *   targetIds: ['ou-examplerootid111-exampleouid111'],
 * });
 */
export class EncryptionGuardrails extends Construct {
  /** What principals of the accounts may not do. Empty when every guardrail of it is left out. */
  public readonly serviceControlPolicy: iam.PolicyDocument;

  /** What nobody may do with resources of the accounts. Empty when every guardrail of it is left out. */
  public readonly resourceControlPolicy: iam.PolicyDocument;

  constructor(scope: Construct, id: string, props: EncryptionGuardrailsProps) {
    super(scope, id);
    const { ofPrincipals, ofResources, warnings } = resolveGuardrails(this, props);
    for (const { id: warning, text } of warnings) { Annotations.of(this).addWarningV2(warning, text); }
    this.serviceControlPolicy = new iam.PolicyDocument({ statements: [...ofPrincipals] });
    this.resourceControlPolicy = new iam.PolicyDocument({ statements: [...ofResources] });
    if (ofPrincipals.length + ofResources.length === 0) {
      throw new ValidationError('NothingGuarded', 'every guardrail is left out, so there is nothing to make: remove one of the props that end in Because', this);
    }
    if (ofPrincipals.length > 0) {
      this.make('ServiceControlPolicy', 'SERVICE_CONTROL_POLICY', 'What nobody may do to keys and to the encryption of buckets', this.serviceControlPolicy, props.targetIds);
    }
    if (ofResources.length > 0) {
      this.make('ResourceControlPolicy', 'RESOURCE_CONTROL_POLICY', 'How nobody may reach buckets or upload to them', this.resourceControlPolicy, props.targetIds);
    }
  }

  private make(id: string, type: keyof typeof LONGEST, description: string, content: iam.PolicyDocument, targetIds?: string[]): void {
    const policy = new CfnPolicy(this, id, { name: `${Names.uniqueResourceName(this, { maxLength: 100, separator: '-' })}-${id}`, description, type, content, targetIds });
    policy.node.addValidation({ validate: () => this.tooLong(id, LONGEST[type], content) });
    const stack = Stack.of(this);
    const previous = LAST_OF_STACKS.get(stack);
    if (previous !== undefined) { policy.addResourceDependency(previous); }
    LAST_OF_STACKS.set(stack, policy);
  }

  private tooLong(id: string, longest: number, content: iam.PolicyDocument): string[] {
    const { length } = JSON.stringify(Stack.of(this).resolve(content));
    return length <= longest ? [] : [new ValidationError('PolicyTooLong',
      `the ${id} has ${length} characters, and Organizations takes ${longest}: name fewer roles or organizations, with * for parts of the ARNs`, this).message];
  }
}
