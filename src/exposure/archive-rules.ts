import type { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import type { ExpectedAccess } from './expected-access';

/**
 * What archives the findings about access that is meant to be.
 *
 * A principal is an account or an ARN in it, so both contain its id. What is open to everybody is never archived.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
 */
export function archiveRules(expected: readonly ExpectedAccess[]): CfnAnalyzer.ArchiveRuleProperty[] | undefined {
  return expected.length === 0 ? undefined : expected.map(({ _resourceArn, _accountId }, at) => ({
    ruleName: `Expected${at + 1}`,
    filter: [
      { property: 'resource', eq: [_resourceArn] },
      { property: 'principal.AWS', contains: [_accountId] },
      { property: 'isPublic', eq: ['false'] },
    ],
  }));
}
