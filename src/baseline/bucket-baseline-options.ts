import type { BaselineParts } from './baseline-parts';
import type { ExpectedUsage } from './expected-usage';
import type { Notify } from '../monitoring';
import type { BaselineAccount } from './parts/baseline-account';
import type { BaselineBackfill } from './parts/baseline-backfill';
import type { BaselineObjectReport } from './parts/baseline-object-report';

/** What a baseline of one bucket has beside the bucket. */
export interface BucketBaselineOptions extends BaselineParts {
  /**
   * Who hears of findings. At least one, unless alarms are given; with alarms that are left out nobody can be named.
   *
   * Alarms that are shared tell everybody whom one of their baselines names, of all of their buckets.
   */
  readonly notify: Notify[];

  /**
   * Where the account-wide parts are.
   *
   * @default - in this stack, under `EncryptionAccountBaseline`, made by the first baseline that needs them and shared by all
   */
  readonly account?: BaselineAccount;

  /**
   * What brings objects that are there already under the key.
   *
   * @default - an `EncryptionBackfillJob` that waits for somebody to start it, for objects under SSE-S3, for those that are not encrypted,
   * and for those without the Bucket Key; none where the bucket has no key that objects could be brought under
   */
  readonly backfill?: BaselineBackfill;

  /**
   * What looks at each object, once a day, and not only at how the next one is encrypted.
   *
   * @default - none: what knows about each object is a choice, since the two that do differ in what they find and in what they cost
   */
  readonly objectReport?: BaselineObjectReport;

  /**
   * Whether the compliance matrix and the monthly cost are outputs of the stack: seven, of up to 7 KB.
   *
   * They are there for programs in any case: `complianceMatrix` and `monthlyCost`.
   *
   * @default true
   */
  readonly outputs?: boolean;

  /**
   * How much the bucket is used, for the estimate of the monthly cost.
   *
   * @default - a million reads and a million writes
   */
  readonly expectedUsage?: ExpectedUsage;
}
