import { CfnResource, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** What CloudFormation will be told about one resource. */
export interface FinalState {
  readonly properties: Record<string, unknown>;
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
}

/** Whether CloudFormation leaves the resource in place, whatever happens to the stack. */
export function isRetained(state: FinalState): boolean {
  return state.deletionPolicy === 'Retain' || state.deletionPolicy === 'RetainExceptOnCreate';
}

/**
 * Reads a resource as it will stand in the template, after injectors, aspects and overrides.
 *
 * Property injectors change what a subclass passes to `super`, aspects change the L1 later, and
 * `addPropertyOverride` wins over both. Only the rendered resource tells what is deployed, and only
 * `_toCloudFormation` renders it; it is internal to the CDK, and unchanged since its first release.
 */
export function finalState(resource: CfnResource): FinalState {
  const rendered = (resource as unknown as { _toCloudFormation(): unknown })._toCloudFormation();
  const resolved = Stack.of(resource).resolve(rendered) as {
    Resources: Record<string, { Properties?: Record<string, unknown>; DeletionPolicy?: string; UpdateReplacePolicy?: string }>;
  };
  const [definition] = Object.values(resolved.Resources);
  return {
    properties: definition.Properties ?? {},
    deletionPolicy: definition.DeletionPolicy,
    updateReplacePolicy: definition.UpdateReplacePolicy,
  };
}

/** A nested value, or undefined where the path leads nowhere. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((current, step) =>
    (current === null || typeof current !== 'object' ? undefined : (current as Record<string | number, unknown>)[step]), value);
}

/** Text that is equal for values that mean the same to CloudFormation. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, nested: unknown) => (
    nested !== null && typeof nested === 'object' && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested));
}

/** A statement as text, with its lists in one order: the CDK sorts them when it minimizes policies. */
function sameMeaning(statement: unknown): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const items = [...new Set(value.map(canonical))].sort();
      return items.length === 1 ? items[0] : items;
    }
    return value !== null && typeof value === 'object'
      ? canonical(Object.fromEntries(Object.entries(value).map(([kind, names]) => [kind, sorted(names)])))
      : canonical(value);
  };
  return canonical({
    ...statement as object,
    Action: sorted(at(statement, 'Action')),
    Resource: sorted(at(statement, 'Resource')),
    Principal: sorted(at(statement, 'Principal')),
  });
}

/** The Sids of promised statements that a policy document no longer holds as promised. */
export function missingStatements(scope: IConstruct, document: unknown, promised: iam.PolicyStatement[]): string[] {
  const statements = at(document, 'Statement');
  const present = new Set((Array.isArray(statements) ? statements : []).map(sameMeaning));
  return promised
    .filter((statement) => !present.has(sameMeaning(Stack.of(scope).resolve(statement.toStatementJson()))))
    .map((statement) => statement.sid ?? '(without Sid)');
}
