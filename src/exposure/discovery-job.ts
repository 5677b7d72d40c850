import { Token } from 'aws-cdk-lib';
import type { DiscoveryJobOptions, MonthlyDiscoveryJobOptions, RecurringDiscoveryJobOptions, WeeklyDiscoveryJobOptions } from './discovery-job-options';
import { DayOfWeek } from './discovery-job-options';
import { ValidationError } from '../private/errors';
import { hasText } from '../private/tokens';

const MAXIMUM_GIGABYTES = 100;
const ALL = 100;
const LAST_DAY_OF_EVERY_MONTH = 28;

interface ScopeTerm {
  readonly simpleScopeTerm: { readonly comparator: string; readonly key: string; readonly values: readonly string[] };
}

/**
 * A job of Macie over the watched buckets: when it runs, and what it inspects.
 *
 * A job cannot be changed: other settings, or another watched bucket, make a new one and cancel the old. One that runs once inspects
 * everything again then. The order in which buckets are watched does not matter.
 *
 * A job that runs again and again inspects in each later run what has a new date since the run before, and no maximum holds for that.
 * A copy is new, also one that an `EncryptionBackfillJob` makes: everything that it copies is inspected, and paid, once more. What it
 * updates in place keeps its date. Make such a job after the backfill.
 *
 * Costs 1 USD for each GB that it inspects, less beyond 50,000 GB a month. Of compressed files and archives, such as `.gz`, `.zip` and
 * `.tar`, it inspects what comes out of them, which is what is paid. Objects under keys of clients (SSE-C, or encrypted before they are
 * uploaded) cannot be read, and objects in archived storage classes are not.
 *
 * @see https://docs.aws.amazon.com/macie/latest/user/discovery-jobs.html
 * @see https://aws.amazon.com/macie/pricing/
 */
export class DiscoveryJob {
  /** Inspects what the buckets hold when it is deployed. */
  public static once(options: DiscoveryJobOptions = {}): DiscoveryJob {
    return new DiscoveryJob(settingsOf(options, { jobType: 'ONE_TIME' }), maximumOf(options));
  }

  /** Inspects once a day what is new or has changed. */
  public static daily(options: RecurringDiscoveryJobOptions = {}): DiscoveryJob {
    return DiscoveryJob.recurring(options, { dailySchedule: {} });
  }

  /** Inspects once a week what is new or has changed. */
  public static weekly(options: WeeklyDiscoveryJobOptions = {}): DiscoveryJob {
    return DiscoveryJob.recurring(options, { weeklySchedule: { dayOfWeek: options.dayOfWeek ?? DayOfWeek.SUNDAY } });
  }

  /** Inspects once a month what is new or has changed. */
  public static monthly(options: MonthlyDiscoveryJobOptions = {}): DiscoveryJob {
    const { dayOfMonth = 1 } = options;
    inRange('dayOfMonth', dayOfMonth, 1, LAST_DAY_OF_EVERY_MONTH);
    return DiscoveryJob.recurring(options, { monthlySchedule: { dayOfMonth } });
  }

  /** No job: findings come from automated discovery, or from jobs that others made. */
  public static none(): DiscoveryJob {
    return new DiscoveryJob();
  }

  private static recurring(options: RecurringDiscoveryJobOptions, scheduleFrequency: object): DiscoveryJob {
    const { existingObjects = false, maximumGigabytes } = options;
    if (!existingObjects && maximumGigabytes !== undefined) {
      throw new ValidationError('MaximumUnused', `'maximumGigabytes' is about what the buckets hold already, got ${maximumGigabytes} for a job that leaves that out: add 'existingObjects: true', or leave it out`);
    }
    const settings = settingsOf(options, { jobType: 'SCHEDULED', scheduleFrequency, initialRun: existingObjects });
    return new DiscoveryJob(settings, existingObjects ? maximumOf(options) : undefined);
  }

  private constructor(
    /**
     * What CreateClassificationJob takes, without the buckets.
     *
     * @internal
     */
    public readonly _settings?: Readonly<Record<string, unknown>>,
    /** @internal */
    public readonly _maximumGigabytes?: number,
  ) {}
}

/** https://docs.aws.amazon.com/macie/latest/APIReference/jobs.html */
function settingsOf(options: DiscoveryJobOptions, type: object): Record<string, unknown> {
  const { samplingPercentage = ALL, customDataIdentifierIds: identifiers } = options;
  inRange('samplingPercentage', samplingPercentage, 1, ALL);
  const includes = [
    ...term('prefixes', options.prefixes, 'OBJECT_KEY', 'STARTS_WITH'),
    ...term('extensions', options.extensions, 'OBJECT_EXTENSION', 'EQ'),
    // Each on its own: conditions are joined by AND, and the values of one by OR, so that two of NE would hold for every object.
    ...(options.exceptExtensions ?? []).flatMap((extension) => term('exceptExtensions', [extension], 'OBJECT_EXTENSION', 'NE')),
  ];
  if (options.exceptExtensions?.length === 0) { throw empty('exceptExtensions'); }
  const excludes = term('exceptPrefixes', options.exceptPrefixes, 'OBJECT_KEY', 'STARTS_WITH');
  if (options.maximumObjectSize !== undefined) {
    const bytes = options.maximumObjectSize.toBytes({});
    includes.push({ simpleScopeTerm: { comparator: 'LTE', key: 'OBJECT_SIZE', values: [`${bytes}`] } });
  }
  if (identifiers?.length === 0) { throw empty('customDataIdentifierIds'); }
  return {
    ...type,
    samplingPercentage,
    customDataIdentifierIds: identifiers,
    scoping: includes.length + excludes.length === 0 ? undefined : {
      includes: includes.length === 0 ? undefined : { and: includes },
      excludes: excludes.length === 0 ? undefined : { and: excludes },
    },
  };
}

function term(prop: string, values: readonly string[] | undefined, key: string, comparator: string): ScopeTerm[] {
  if (values === undefined) { return []; }
  if (values.length === 0) { throw empty(prop); }
  const blank = values.find((value) => !hasText(value));
  if (blank !== undefined) { throw new ValidationError('ScopeInvalid', `'${prop}' must have no empty text, which Macie takes for nothing, got '${blank}': leave it out`); }
  const dotted = key === 'OBJECT_EXTENSION' ? values.find((value) => value.startsWith('.')) : undefined;
  if (dotted !== undefined) { throw new ValidationError('ScopeInvalid', `'${prop}' must have extensions without the dot, got '${dotted}': write '${dotted.slice(1)}'`); }
  return [{ simpleScopeTerm: { comparator, key, values } }];
}

function maximumOf({ maximumGigabytes = MAXIMUM_GIGABYTES }: DiscoveryJobOptions): number {
  if (!Token.isUnresolved(maximumGigabytes) && !(maximumGigabytes > 0)) {
    throw new ValidationError('MaximumInvalid', `'maximumGigabytes' must be more than 0, got ${maximumGigabytes}`);
  }
  return maximumGigabytes;
}

function inRange(prop: string, value: number, least: number, most: number): void {
  if (!Token.isUnresolved(value) && !(Number.isInteger(value) && value >= least && value <= most)) {
    throw new ValidationError('OutOfRange', `'${prop}' must be a whole number from ${least} to ${most}, got ${value}`);
  }
}

function empty(prop: string): ValidationError {
  return new ValidationError('ScopeInvalid', `'${prop}' must name at least one, got an empty list: leave it out`);
}
