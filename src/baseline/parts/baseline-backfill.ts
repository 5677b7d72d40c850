import type * as kms from 'aws-cdk-lib/aws-kms';
import { leftOut, type Part } from './part';
import type { EncryptionBackfillJob, EncryptionBackfillJobOptions } from '../../backfill';

/** The backfill of a baseline: given, made, or left out with a reason. */
export class BaselineBackfill {
  /** A backfill that you have, of the same bucket. */
  public static use(job: EncryptionBackfillJob): BaselineBackfill {
    return new BaselineBackfill({ kind: 'given', given: job });
  }

  /** An `EncryptionBackfillJob`. It waits for somebody to start it, unless its trigger says otherwise. */
  public static make(options: EncryptionBackfillJobOptions): BaselineBackfill {
    return new BaselineBackfill({ kind: 'made', options });
  }

  /**
   * An `EncryptionBackfillJob` for what the report of the baseline finds, whatever it is. Needs `objectReport`.
   *
   * A plan needs a list, which there is once the report counted: with inventories up to 48 hours after the first deployment.
   *
   * @param keys the KMS keys that such objects may be under, besides the one of the bucket; objects under others are reported, and stay
   */
  public static ofReport(...keys: kms.IKey[]): BaselineBackfill {
    return new BaselineBackfill({ kind: 'made', options: { sources: [] } }, keys);
  }

  /** No backfill: objects that are there already stay as they are encrypted. */
  public static leaveOut(because: string): BaselineBackfill {
    return new BaselineBackfill(leftOut('BaselineBackfill', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<EncryptionBackfillJob, EncryptionBackfillJobOptions>,
    /** @internal Of objects that a report listed. */
    public readonly _listedKeys?: readonly kms.IKey[],
  ) {}
}
