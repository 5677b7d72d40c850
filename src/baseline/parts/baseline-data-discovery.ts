import { leftOut, type Part } from './part';
import type { SensitiveDataDiscovery, SensitiveDataDiscoveryOptions } from '../../exposure';

/** The discovery of sensitive data of a baseline: given, made, or left out with a reason. */
export class BaselineDataDiscovery {
  /** A discovery that you have, in the region of the bucket. It watches the bucket too, and is let read under its key. */
  public static use(discovery: SensitiveDataDiscovery): BaselineDataDiscovery {
    return new BaselineDataDiscovery({ kind: 'given', given: discovery });
  }

  /**
   * A `SensitiveDataDiscovery`, which tells the alarms of the baseline. Costs about 1 USD for each GB that Macie inspects.
   *
   * @param options `session` above all: where Macie is not enabled, the deployment fails unless it is made
   */
  public static make(options: SensitiveDataDiscoveryOptions = {}): BaselineDataDiscovery {
    return new BaselineDataDiscovery({ kind: 'made', options });
  }

  /** No discovery, and the reason for those who ask. */
  public static leaveOut(because: string): BaselineDataDiscovery {
    return new BaselineDataDiscovery(leftOut('BaselineDataDiscovery', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<SensitiveDataDiscovery, SensitiveDataDiscoveryOptions>,
  ) {}
}
