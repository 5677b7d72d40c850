import { type ConditionContext, holds, listOf, matches, substitute } from './condition';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Record<string, string | string[]>;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

export interface PolicyDocument {
  readonly Statement: Statement | readonly Statement[];
}

/** What somebody wants to do. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
}

/** `explicit` is a Deny, `implicit` that nothing allows it. */
export type Decision = 'allowed' | 'explicit' | 'implicit';

/**
 * What identity policies say. The order is that of AWS: one Deny decides, else one Allow is needed.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(policies: readonly PolicyDocument[], asked: Asked): Decision {
  const applying = policies.flatMap((policy) => listOf(policy.Statement)).filter((statement) => applies(statement, asked));
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'explicit';
  return applying.some(({ Effect }) => Effect === 'Allow') ? 'allowed' : 'implicit';
}

/** Whether a service may assume the role of a trust policy. */
export function trusts(trust: PolicyDocument, service: string, context: ConditionContext): boolean {
  const applying = listOf(trust.Statement).filter((statement) => {
    const { Principal: principal } = statement;
    const named = principal === '*' || (typeof principal === 'object' && listOf<string>(principal.Service ?? []).includes(service));
    return named && actionMatches(statement, 'sts:AssumeRole') && holds(statement.Condition ?? {}, context);
  });
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
}

function applies(statement: Statement, { action, resource, context }: Asked): boolean {
  return actionMatches(statement, action) && resourceMatches(statement, resource, context) && holds(statement.Condition ?? {}, context);
}

function actionMatches(statement: Statement, action: string): boolean {
  if (statement.NotAction !== undefined) return !listOf(statement.NotAction).some((pattern) => matches(pattern, action, true));
  return listOf(statement.Action ?? []).some((pattern) => matches(pattern, action, true));
}

function resourceMatches(statement: Statement, resource: string, context: ConditionContext): boolean {
  const one = (text: string) => {
    const pattern = substitute(text, context);
    return pattern !== undefined && matches(pattern, resource);
  };
  if (statement.NotResource !== undefined) return !listOf(statement.NotResource).some(one);
  return listOf(statement.Resource ?? []).some(one);
}
