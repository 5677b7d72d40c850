import { Token } from 'aws-cdk-lib';
import { ValidationError } from '../private/errors';

/**
 * An analyzer of IAM Access Analyzer: the one that is there, or one that is made. An account has one of a kind in each
 * region, and often has it already.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create.html
 */
export class AccessAnalyzer {
  /**
   * The analyzer that the account has, whoever made it. Where there is none nothing is ever found.
   *
   * With its name, access that is expected is archived there, by rules of this stack that go with it. One that is in another account, as the
   * analyzer of an organization mostly is, has its archive rules there.
   *
   * @param analyzerName a letter, then letters, digits, `_`, `.` and `-`, 255 at most. Needed for `expected` only, unless this stack makes the
   * analyzer; anything else is refused with an error
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-accessanalyzer-archiverule.html
   */
  public static existing(analyzerName?: string): AccessAnalyzer {
    if (analyzerName !== undefined && !Token.isUnresolved(analyzerName) && !/^[A-Za-z][A-Za-z0-9_.-]{0,254}$/.test(analyzerName)) {
      throw new ValidationError('AnalyzerNameInvalid', `'analyzerName' must be the name of an analyzer, a letter and then letters, digits, '_', '.' and '-', 255 at most, got '${analyzerName}': the name is what follows 'analyzer/' in its ARN`);
    }
    return new AccessAnalyzer(false, analyzerName);
  }

  /** An analyzer of this stack. The deployment fails where the account has as many of its kind as it may. */
  public static make(): AccessAnalyzer {
    return new AccessAnalyzer(true);
  }

  private constructor(
    /** @internal */
    public readonly _make: boolean,
    /** @internal */
    public readonly _name?: string,
  ) {}
}
