/** How often Macie publishes findings about buckets that occur again. */
export enum FindingPublishingFrequency {
  /** Every 15 minutes. */
  FIFTEEN_MINUTES = 'FIFTEEN_MINUTES',

  /** Every hour. */
  ONE_HOUR = 'ONE_HOUR',

  /** Every six hours. */
  SIX_HOURS = 'SIX_HOURS',
}

/** Options of `MacieSession.make`. */
export interface MadeMacieSessionOptions {
  /**
   * How often Macie publishes policy findings that occur again. Every other finding is published at once.
   *
   * @default FindingPublishingFrequency.FIFTEEN_MINUTES - the soonest; it costs nothing more
   */
  readonly findingPublishingFrequency?: FindingPublishingFrequency;
}
