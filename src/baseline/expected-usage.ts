/** How much a bucket is used, for the estimate of what its encryption costs. Changes nothing that is deployed. */
export interface ExpectedUsage {
  /**
   * Requests that read objects, in a month: a whole number from 0.
   *
   * @default 1000000
   */
  readonly readsPerMonth?: number;

  /**
   * Requests that write objects, in a month: a whole number from 0.
   *
   * @default 1000000
   */
  readonly writesPerMonth?: number;

  /**
   * Objects in the bucket, with noncurrent versions: a whole number from 0.
   *
   * @default 1000000
   */
  readonly objects?: number;

  /**
   * Management events of the account, in a month: a whole number from 0. They take room in the log group of the trail.
   *
   * @default 500000
   */
  readonly managementEventsPerMonth?: number;

  /**
   * How often a month the configuration of the bucket or the key changes, deployments among it: a whole number from 0.
   *
   * @default 10
   */
  readonly changesPerMonth?: number;
}
