import type { MadeMacieSessionOptions } from './macie-session-options';

/**
 * Amazon Macie of an account and region: the one that is enabled, or one that is enabled here. There is one in each.
 *
 * @see https://docs.aws.amazon.com/macie/latest/user/getting-started.html
 */
export class MacieSession {
  /**
   * Macie as the account has it, whoever enabled it. Where it is not enabled, the deployment fails.
   *
   * What fails says so, unless a key of the watched buckets is deployed at the same time. Its policy names the role of Macie, which IAM
   * has from the day on which Macie was enabled, and the key may come first: then KMS says `Policy contains a statement with one or more
   * invalid principals` (MalformedPolicyDocumentException), and nothing is changed. Enable Macie (`aws macie2 enable-macie`), or give
   * `MacieSession.make()`, and deploy again.
   *
   * @see https://docs.aws.amazon.com/macie/latest/user/service-linked-roles.html
   */
  public static existing(): MacieSession {
    return new MacieSession();
  }

  /**
   * Macie, enabled by this stack. All that ask for it in one stack share it.
   *
   * It is retained, since disabling Macie deletes every finding and job of the account and region, those of others too; delete it
   * by hand. The deployment fails where Macie is enabled already, and CloudFormation has it in some regions only: elsewhere it is an
   * error.
   *
   * Costs 0.10 USD a month for each bucket of the account, watched or not, after 30 days.
   *
   * @see https://aws.amazon.com/macie/pricing/
   */
  public static make(options: MadeMacieSessionOptions = {}): MacieSession {
    return new MacieSession(options);
  }

  private constructor(
    /** @internal */
    public readonly _make?: MadeMacieSessionOptions,
  ) {}
}
