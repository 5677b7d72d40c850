/** One thing that a baseline costs in a month. */
export interface CostLine {
  /** What is paid for. */
  readonly what: string;

  /** How many, of what, at which price. */
  readonly basis: string;

  /** US dollars a month. */
  readonly usd: number;

  /** Whether all baselines that use the same account-wide parts share it. */
  readonly shared: boolean;

  /**
   * Whether it is paid once at most, and not each month.
   *
   * @default false
   */
  readonly once?: boolean;
}
