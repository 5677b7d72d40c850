import type { DeployedElsewhereOptions } from '../deployed-elsewhere-options';
import type { EncryptionAccountBaseline } from '../encryption-account-baseline';

/** Where the account-wide parts of a baseline are. */
export class BaselineAccount {
  /**
   * An account baseline of this app, of the same account and region.
   *
   * In another stack it watches the bucket from there: that stack depends on the one of the bucket, and is deployed after it.
   */
  public static use(account: EncryptionAccountBaseline): BaselineAccount {
    return new BaselineAccount(account);
  }

  /**
   * An account baseline that watches the whole account and is deployed by another app, or by StackSets.
   *
   * Trail and analysis of access are left to it. The stack gets alarms of its own for its buckets and keys, since those to be notified here
   * are others than there, and rules of AWS Config for them, with the recorder that the account has.
   *
   * Costs a key of notifications and a dashboard for each such stack: 4 USD a month.
   */
  public static deployedElsewhere(options: DeployedElsewhereOptions = {}): BaselineAccount {
    return new BaselineAccount(undefined, options.dataEventsRecorded === true);
  }

  private constructor(
    /** @internal */
    public readonly _account?: EncryptionAccountBaseline,
    /** @internal */
    public readonly _dataEventsRecorded = true,
  ) {}
}
