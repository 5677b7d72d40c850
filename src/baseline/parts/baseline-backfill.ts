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

  /** No backfill: objects that are there already stay as they are encrypted. */
  public static leaveOut(because: string): BaselineBackfill {
    return new BaselineBackfill(leftOut('BaselineBackfill', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<EncryptionBackfillJob, EncryptionBackfillJobOptions>,
  ) {}
}
