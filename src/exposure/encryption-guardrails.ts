import { Annotations, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnPolicy } from 'aws-cdk-lib/aws-organizations';
import { Construct } from 'constructs';
import type { EncryptionGuardrailsProps } from './encryption-guardrails-props';
import { resolveGuardrails } from './resolved-guardrails';
import { ValidationError } from '../private/errors';

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const LONGEST = 5120;

/**
 * What nobody in the accounts of an organization may do to encryption, whatever the policies of the
 * accounts say: upload under keys of clients (SSE-C), reach a bucket by plain HTTP, delete keys or change
 * the encryption of buckets outside of named roles, put objects under keys of strangers.
 *
 * A service control policy for the principals of the accounts, and a resource control policy for their
 * buckets, whoever asks. Without `targetIds` they are attached to nothing: read them, attach them to an
 * account, then to the rest.
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

  private make(id: string, type: string, description: string, content: iam.PolicyDocument, targetIds?: string[]): void {
    const policy = new CfnPolicy(this, id, { name: `${Names.uniqueResourceName(this, { maxLength: 100, separator: '-' })}-${id}`, description, type, content, targetIds });
    policy.node.addValidation({ validate: () => this.tooLong(id, content) });
  }

  private tooLong(id: string, content: iam.PolicyDocument): string[] {
    const { length } = JSON.stringify(Stack.of(this).resolve(content));
    return length <= LONGEST ? [] : [new ValidationError('PolicyTooLong',
      `the ${id} has ${length} characters, and Organizations takes ${LONGEST}: name fewer roles or organizations, with * for parts of the ARNs`, this).message];
  }
}
