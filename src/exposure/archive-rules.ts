import type { CfnAnalyzer, CfnArchiveRule } from 'aws-cdk-lib/aws-accessanalyzer';
import type { IConstruct } from 'constructs';
import type { ExpectedAccess } from './expected-access';
import { ValidationError } from '../private/errors';

/** https://docs.aws.amazon.com/general/latest/gr/access-analyzer.html */
const MOST_RULES = 100;

/** What archives findings, in whichever resource it stands. */
export interface ArchiveRule {
  /** Unique among the rules of one analysis. */
  readonly name: string;
  readonly filter: Record<string, CfnArchiveRule.FilterItemsProperty>;
}

/**
 * What archives the findings about access that is meant to be.
 *
 * From outside a principal is an account, or an ARN with the account between two pairs of colons: its id alone could be part of a name in
 * another account. What is open to everybody is never archived.
 *
 * From inside it is the ARN of a role or user, the only principals that such findings have, so that none of them is of everybody: `isPublic`
 * is not asked for, a key of findings about access from outside.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
 * https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_InternalAccessDetails.html
 *
 * @param at which one it is of its kind, from 1
 */
export function archiveRules({ _resourceArn, _principal, _internal }: ExpectedAccess, at: number): ArchiveRule[] {
  const resource = { eq: [_resourceArn] };
  if (_internal) {
    // That findings from inside have this key as well: docs/unverified.md.
    return [{ name: `ExpectedInternal${at}`, filter: { resource, 'principal.AWS': { eq: [_principal] } } }];
  }
  const filter = (principal: CfnArchiveRule.FilterItemsProperty) => ({ resource, 'principal.AWS': principal, 'isPublic': { eq: ['false'] } });
  return [
    { name: `Expected${at}Account`, filter: filter({ eq: [_principal] }) },
    { name: `Expected${at}Principals`, filter: filter({ contains: [`::${_principal}:`] }) },
  ];
}

/** The same rules as properties of an analyzer. */
export function inAnalyzer(scope: IConstruct, rules: readonly ArchiveRule[]): CfnAnalyzer.ArchiveRuleProperty[] {
  if (rules.length > MOST_RULES) {
    throw new ValidationError('TooMuchExpected', `'expected' makes ${rules.length} archive rules, two for each access from outside and one for each from inside, and an analyzer takes ${MOST_RULES}: expect less, or use an analyzer whose quota AWS raised by AccessAnalyzer.existing('name')`, scope);
  }
  return rules.map(({ name, filter }) => ({
    ruleName: name,
    filter: Object.entries(filter).map(([property, criterion]) => ({ property, ...criterion })),
  }));
}
