import type { Size } from 'aws-cdk-lib';

/** A day on which a job runs. */
export enum DayOfWeek {
  /** Monday. */
  MONDAY = 'MONDAY',
  /** Tuesday. */
  TUESDAY = 'TUESDAY',
  /** Wednesday. */
  WEDNESDAY = 'WEDNESDAY',
  /** Thursday. */
  THURSDAY = 'THURSDAY',
  /** Friday. */
  FRIDAY = 'FRIDAY',
  /** Saturday. */
  SATURDAY = 'SATURDAY',
  /** Sunday. */
  SUNDAY = 'SUNDAY',
}

/** Options of `DiscoveryJob.once`: what of the watched buckets is inspected, and how much at most. */
export interface DiscoveryJobOptions {
  /**
   * How much the job may have to inspect, in GB, at about 1 USD each.
   *
   * Looked at when the job is made: where the watched buckets hold more, times `samplingPercentage`, the deployment fails before
   * anything is inspected. Prefixes and the like are not counted in, so what is inspected may be much less. What is added to the
   * buckets while the job runs is not foreseen either.
   *
   * A bucket that neither Macie nor CloudWatch has measured yet is listed, by a function that may list this bucket. Where that does not
   * tell its size either, since it has more than 10,000 objects or does not let itself be listed, the deployment fails.
   *
   * Macie is paid for what comes out of compressed files and archives. Those in `.gz`, `.gzip` and `.zip` count three times their size,
   * as in the estimates of Macie itself; what comes out may be more. In a bucket that CloudWatch alone has measured they count once, and
   * so do formats that compress within, such as Parquet.
   *
   * @see https://docs.aws.amazon.com/macie/latest/user/discovery-jobs-costs.html
   *
   * @default 100 - about 100 USD
   */
  readonly maximumGigabytes?: number;

  /**
   * How much of the objects is inspected, in percent from 1 to 100. Macie chooses them at random, and inspects each in full.
   *
   * @default 100
   */
  readonly samplingPercentage?: number;

  /**
   * Only objects whose keys begin with one of these.
   *
   * @default - all
   */
  readonly prefixes?: string[];

  /**
   * No objects whose keys begin with one of these.
   *
   * @default - none is left out
   */
  readonly exceptPrefixes?: string[];

  /**
   * Only objects with one of these extensions of file names, such as `csv`, without the dot.
   *
   * @default - all
   */
  readonly extensions?: string[];

  /**
   * No objects with one of these extensions of file names, without the dot.
   *
   * @default - none is left out
   */
  readonly exceptExtensions?: string[];

  /**
   * No objects that are larger than this.
   *
   * @default - whatever their size, within the quotas of Macie
   */
  readonly maximumObjectSize?: Size;

  /**
   * Custom data identifiers that look for what is sensitive to you, by their ids, beside those that Macie recommends.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/macie/latest/user/custom-data-identifiers.html
   */
  readonly customDataIdentifierIds?: string[];
}

/** Options of the jobs that run again and again. */
export interface RecurringDiscoveryJobOptions extends DiscoveryJobOptions {
  /**
   * Whether the first run inspects what the buckets hold already. Any later run inspects what is new or has changed since the one before.
   *
   * `maximumGigabytes` counts for that first run alone: with false it is an error. Nothing limits later runs, which also inspect what was
   * copied onto itself since, as by an `EncryptionBackfillJob`.
   *
   * @default false - only what is new or has changed since the job was made, which costs what is written
   */
  readonly existingObjects?: boolean;
}

/** Options of `DiscoveryJob.weekly`. */
export interface WeeklyDiscoveryJobOptions extends RecurringDiscoveryJobOptions {
  /**
   * The day on which it runs, in UTC.
   *
   * @default DayOfWeek.SUNDAY
   */
  readonly dayOfWeek?: DayOfWeek;
}

/** Options of `DiscoveryJob.monthly`. */
export interface MonthlyDiscoveryJobOptions extends RecurringDiscoveryJobOptions {
  /**
   * The day on which it runs, in UTC: 1 to 28. Macie skips a month that has no such day, so that later ones are refused.
   *
   * @default 1
   */
  readonly dayOfMonth?: number;
}
