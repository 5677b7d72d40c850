import { Annotations, Lazy, Stack } from 'aws-cdk-lib';
import { type CfnAnalyzerProps, CfnArchiveRule } from 'aws-cdk-lib/aws-accessanalyzer';
import type { Construct } from 'constructs';
import type { AccessAnalyzer } from './access-analyzer';
import { archiveInAnalyzerOf, madeAnalyzerOf } from './analyzer-of-stack';
import { type ArchiveRule, archiveRules, inAnalyzer } from './archive-rules';
import type { ExpectedAccess } from './expected-access';
import { ValidationError } from '../private/errors';
import { acknowledge } from '../private/findings';
import { checkHome } from '../private/home';
import { ignoreInLint } from '../private/lint';
import { knownToDiffer } from '../private/tokens';

/** Where the expected access of one KeyAccessAnalysis is archived: in the analyzer that would find it. */
export class ExpectedArchive {
  private readonly internal: ExpectedAccess[] = [];
  private external = 0;

  constructor(
    private readonly scope: Construct, private readonly externalAccess?: AccessAnalyzer, private readonly internalAccess?: AccessAnalyzer,
  ) {}

  /** What an analyzer of internal access that is made archives. */
  public get ofInternal(): CfnAnalyzerProps['archiveRules'] {
    const produce = () => inAnalyzer(this.scope, this.internal.flatMap((one, at) => archiveRules(one, at + 1)));
    return Lazy.uncachedAny({ produce }, { omitEmptyArray: true });
  }

  public add(expected: ExpectedAccess): void {
    const { _because, _internal, _path, _who } = expected;
    if (_internal) { this.addInternal(expected); } else { this.addExternal(expected); }
    // Of each access by itself: who acknowledges one has not heard of the next.
    Annotations.of(this.scope).addWarningV2(`cdk-s3-encryption:KeyAccessAnalysis.expected.${_path}.${_internal ? 'internal.' : ''}${_who.replace(/^account /, '')}`,
      `nobody hears that ${_who} can reach ${_path}${_internal ? ' from inside' : ''}. Reason given: ${_because}`);
  }

  /**
   * What would be archived by nobody.
   *
   * @param watched whether a bucket is analyzed by the analyzer of internal access that is made
   */
  public problems(watched: (arn: string) => boolean): string[] {
    const unnamed = this.external > 0 && this.externalAccess?._name === undefined && madeAnalyzerOf(this.scope) === undefined;
    const unwatched = this.internalAccess?._make === true ? this.internal.find(({ _resourceArn }) => !watched(_resourceArn)) : undefined;
    return [
      ...unnamed ? [new ValidationError('AnalyzerElsewhere', '\'expected\' is archived by the analyzer, got one that this stack does not make and whose name is not known: give externalAccess: AccessAnalyzer.existing(\'name\') with the name of the one that this account has in this region, or AccessAnalyzer.make() where there is none; to a baseline as keyAccess: BaselineKeyAccess.make({ externalAccess })', this.scope)] : [],
      ...unwatched === undefined ? [] : [new ValidationError('ExpectedNotWatched', `'expected' has access from inside to ${unwatched._path}, which the analyzer that is made here does not analyze: call watch() with that bucket, or leave it out`, this.scope)],
    ].map(({ message }) => message);
  }

  private addExternal(expected: ExpectedAccess): void {
    // Tokens too: an account that is known at deployment only is the same token.
    if (Stack.of(this.scope).account === expected._principal) {
      throw new ValidationError('AccountHere', `'expected' has access of another account to ${expected._path}, got the account of this stack itself, whose access is not from outside: leave it out, or give ExpectedAccess.internalToBucket() for access from inside`, this.scope);
    }
    // The analyzer of an organization, which only its name may lead to, finds what is in other accounts, in this region.
    checkHome(this.scope, 'expected', expected._resource, 'an analyzer finds access in its own account and region only, so expect it there', this.externalAccess?._name === undefined ? ['account', 'region'] : ['region']);
    this.external += 1;
    for (const rule of archiveRules(expected, this.external)) {
      if (this.externalAccess?._name !== undefined) {
        this.addRule(this.externalAccess._name, rule);
      } else {
        // The one that made the analyzer has plain names; those that share it add theirs.
        archiveInAnalyzerOf(this.scope, this.externalAccess?._make === true ? rule : { ...rule, name: this.unique(rule.name) });
      }
    }
  }

  private addInternal(expected: ExpectedAccess): void {
    const { internalAccess: analyzer, scope } = this;
    if (analyzer === undefined || !(analyzer._make || analyzer._name !== undefined)) {
      throw new ValidationError('NoInternalAnalyzer', `'expected' has access from inside to ${expected._path}, which an analyzer of internal access finds, got ${analyzer === undefined ? 'none' : 'one whose name is not known'}: give internalAccess: AccessAnalyzer.existing('name') or AccessAnalyzer.make(), or leave it out`, scope);
    }
    const [, theirs] = /^arn:[^:]+:iam::(\d{12}):/.exec(expected._principal) ?? [];
    const { account } = Stack.of(scope);
    if (analyzer._make && knownToDiffer(theirs, account)) {
      throw new ValidationError('PrincipalElsewhere', `'expected' has ${expected._who}, which is not of ${account}, and an analyzer of that account finds its own principals only: give ExpectedAccess.toBucket() with ${theirs}, or the analyzer of the organization with AccessAnalyzer.existing('name')`, scope);
    }
    checkHome(scope, 'expected', expected._resource, 'an analyzer finds access in its own account and region only, so expect it there', analyzer._make ? ['account', 'region'] : ['region']);
    this.internal.push(expected);
    if (analyzer._name !== undefined) {
      for (const rule of archiveRules(expected, this.internal.length)) { this.addRule(analyzer._name, rule); }
    }
  }

  private addRule(analyzerName: string, { name, filter }: ArchiveRule): void {
    // An analyzer that is there is shared with stacks that know nothing of this one: a stack has its name alone in an account and region.
    const ruleName = `${Stack.of(this.scope).stackName}-${this.unique(name)}`;
    const rule = new CfnArchiveRule(this.scope, name, { analyzerName, ruleName, filter });
    // The type is younger than the schemas that cfn-lint and the CDK look it up in: docs/unverified.md.
    ignoreInLint(rule, 'E3006');
    acknowledge(rule, 'CloudFormation-Validate::F3006', 'AWS documents the type, and the schemas that come with the CDK are older.');
  }

  private unique(name: string): string { return `${name}-${this.scope.node.addr.slice(-8)}`; }
}
