/**
 * Automated discovery of Macie: every day it looks at samples of all buckets of the account, and learns where sensitive data is.
 *
 * Its findings about watched buckets are heard. It belongs to the account, and uses no allow lists of this library.
 *
 * @see https://docs.aws.amazon.com/macie/latest/user/discovery-asdd.html
 */
export class AutomatedDiscovery {
  /** Automated discovery as the account has it. Nothing is changed; where it is off, the deployment fails and says so. */
  public static existing(): AutomatedDiscovery {
    return new AutomatedDiscovery(false);
  }

  /**
   * Turns it on. Where it is on already nothing changes.
   *
   * Of an account that administers Macie for others it is turned on for that account alone. With the stack it is turned off again if
   * this stack turned it on, since it would be billed for ever; not where it has been turned on for other accounts since.
   *
   * Costs 0.01 USD a month for 100,000 objects of the account, in every bucket, and 1 USD for each GB that it inspects, of which it
   * chooses few; nothing in its first 30 days.
   *
   * @see https://aws.amazon.com/macie/pricing/
   */
  public static enable(): AutomatedDiscovery {
    return new AutomatedDiscovery(true);
  }

  private constructor(
    /** @internal */
    public readonly _enable: boolean,
  ) {}
}
