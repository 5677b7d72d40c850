import type { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import type { ExpectedAccess } from './expected-access';

/**
 * What archives the findings about access that is meant to be.
 *
 * A principal is an account, or an ARN with the account between two pairs of colons: its id alone could be part of a name in another
 * account. What is open to everybody is never archived.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
 */
export function archiveRules(expected: readonly ExpectedAccess[]): CfnAnalyzer.ArchiveRuleProperty[] | undefined {
  return expected.length === 0 ? undefined : expected.flatMap(({ _resourceArn, _accountId }, at) => {
    const filter = (principal: Omit<CfnAnalyzer.FilterProperty, 'property'>): CfnAnalyzer.FilterProperty[] => [
      { property: 'resource', eq: [_resourceArn] },
      { property: 'principal.AWS', ...principal },
      { property: 'isPublic', eq: ['false'] },
    ];
    return [
      { ruleName: `Expected${at + 1}Account`, filter: filter({ eq: [_accountId] }) },
      { ruleName: `Expected${at + 1}Principals`, filter: filter({ contains: [`::${_accountId}:`] }) },
    ];
  });
}
