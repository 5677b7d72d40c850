import type { CfnResource } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Cheap proofs that nobody changed what we set, so that a stack of 240 buckets is not rendered twice.
 *
 * Each looks at internals of the CDK, and says no where it does not find them: then the resource is
 * rendered and compared in full.
 */

/** Whether nobody called `addPropertyOverride` or its relatives. */
export function hasNoOverrides(resource: CfnResource): boolean {
  const { rawOverrides } = resource as unknown as { rawOverrides?: object };
  return rawOverrides !== undefined && Object.keys(rawOverrides).length === 0;
}

/** Whether a policy resource still renders the document, and that still holds our frozen statements. */
export function holdsStatements(resource: CfnResource, rendered: unknown, document: iam.PolicyDocument, promised: iam.PolicyStatement[]): boolean {
  const { statements } = document as unknown as { statements?: unknown };
  return hasNoOverrides(resource) && rendered === document && Array.isArray(statements)
    && promised.every((statement) => statement.frozen && statements.includes(statement));
}
