import { Stack, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Packs of cdk-nag that have the same rules under names of their own. */
const PACKS = ['NIST.800.53.R5-', 'HIPAA.Security-', 'PCI.DSS.321-'];

/** Answers a finding of cdk-nag with a reason. One about a rule of NIST is answered in the other packs too. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  const [nist = ''] = PACKS;
  const ids = id.startsWith(nist) ? PACKS.map((pack) => `${pack}${id.slice(nist.length)}`) : [id];
  Validations.of(scope).acknowledge(...ids.map((one) => ({ id: one, reason })));
}

/** Why a wildcard is one, by what it ends in. */
export type Wildcards = readonly (readonly [pattern: RegExp, reason: string])[];

/** Answers the findings about the policy of a role that goes with it, and about each of its wildcards that has a reason. */
export function acknowledgePolicy(policy: iam.Policy, wildcards: Wildcards): void {
  acknowledge(policy, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
  const { Statement = [] } = Stack.of(policy).resolve(policy.document.toJSON() ?? {}) as { Statement?: { Resource: unknown }[] };
  for (const resource of Statement.flatMap(({ Resource }) => Resource)) {
    const id = resourceFinding(policy, resource);
    const arn = id.slice(id.indexOf('::') + 2, -1);
    const reason = wildcards.find(([pattern]) => pattern.test(arn))?.[1];
    if (reason !== undefined) { acknowledge(policy, id, reason); }
  }
}

/** cdk-nag has a finding for each resource with a wildcard, and names it so. */
export function resourceFinding(scope: IConstruct, arn: unknown): string {
  return `AwsSolutions-IAM5[Resource::${flat(Stack.of(scope).resolve(arn))}]`;
}

/** A resolved ARN as cdk-nag writes it in the names of its findings. */
function flat(value: unknown): string {
  if (typeof value === 'string') { return value; }
  const [[name, argument]] = Object.entries(value as Record<string, unknown>);
  switch (name) {
    case 'Ref': return `<${String(argument)}>`;
    case 'Fn::GetAtt': return `<${(argument as string[]).join('.')}>`;
    case 'Fn::Join': {
      const [by, parts] = argument as [string, unknown];
      return Array.isArray(parts) ? parts.map(flat).join(by) : JSON.stringify(value);
    }
    default: return JSON.stringify(value);
  }
}
