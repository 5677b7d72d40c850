import { leftOut, type Part } from './part';
import type { KeyAccessAnalysis, KeyAccessAnalysisOptions } from '../../exposure';

/** The analysis of access of a baseline: given, made, or left out with a reason. */
export class BaselineKeyAccess {
  /** An analysis that you have, in the account and region of the bucket. It watches the bucket and its key too. */
  public static use(analysis: KeyAccessAnalysis): BaselineKeyAccess {
    return new BaselineKeyAccess({ kind: 'given', given: analysis });
  }

  /**
   * A `KeyAccessAnalysis`, which tells the alarms of the baseline. Where it says nothing about `externalAccess` it takes the analyzer that the
   * account baseline names or makes. What is expected of a bucket that the baseline makes goes to its `keyAccess` with `expect`.
   */
  public static make(options: KeyAccessAnalysisOptions = {}): BaselineKeyAccess {
    return new BaselineKeyAccess({ kind: 'made', options });
  }

  /** No analysis: nobody hears when a policy lets in somebody from outside. */
  public static leaveOut(because: string): BaselineKeyAccess {
    return new BaselineKeyAccess(leftOut('BaselineKeyAccess', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<KeyAccessAnalysis, KeyAccessAnalysisOptions>,
  ) {}
}
