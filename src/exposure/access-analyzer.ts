/**
 * An analyzer of IAM Access Analyzer: the one that is there, or one that is made. An account has one of a kind in each
 * region, and often has it already.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create.html
 */
export class AccessAnalyzer {
  /** The analyzer that the account has, whoever made it. Where there is none nothing is ever found. */
  public static existing(): AccessAnalyzer {
    return new AccessAnalyzer(false);
  }

  /** An analyzer of this stack. The deployment fails where the account has as many of its kind as it may. */
  public static make(): AccessAnalyzer {
    return new AccessAnalyzer(true);
  }

  private constructor(
    /** @internal */
    public readonly _make: boolean,
  ) {}
}
