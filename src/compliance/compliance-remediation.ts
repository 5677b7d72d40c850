import { Duration } from 'aws-cdk-lib';
import { ValidationError } from '../private/errors';

/** Options of `ComplianceRemediation.automatic`. */
export interface AutomaticRemediationOptions {
  /**
   * How often AWS Config tries to set one bucket or key right: from 1 to 25 times.
   *
   * @default 3
   */
  readonly maximumAttempts?: number;

  /**
   * Between two attempts: whole seconds, from 1 second to 31 days.
   *
   * @default - 10 minutes
   */
  readonly retryInterval?: Duration;
}

/**
 * How buckets and keys that break a rule are set right: by automations of AWS Systems Manager that this library
 * brings, since the one of AWS can only set SSE-S3, and takes the key away with it.
 *
 * They set the default encryption with its key, the Bucket Key and the block of SSE-C; add the statement
 * that denies plain HTTP; turn rotation on. They leave alone what is right, look again afterwards, and
 * say in their outputs what was there before and what is now. None of them touches objects.
 *
 * Only for what `watch` and `watchKey` name: of other buckets nobody knows under which of the approved keys they
 * belong.
 *
 * In some regions CloudFormation has no remediations: there the automations are made, and a warning says how to start them.
 *
 * Costs nothing for the first 100,000 steps of Systems Manager a month, and 0.002 USD for each one beyond; scripts 0.00003 USD
 * for each second beyond the first 5,000.
 *
 * @see https://docs.aws.amazon.com/config/latest/developerguide/remediation.html
 */
export class ComplianceRemediation {
  /** Somebody looks at the finding and starts the automation. */
  public static manual(): ComplianceRemediation {
    return new ComplianceRemediation(false, 3, Duration.minutes(10));
  }

  /**
   * AWS Config starts the automation by itself, for each bucket and key as often and at such intervals as the options say.
   *
   * Each remediation belongs to a rule about one bucket or one key, so where many break their rules at once all are set right at once, and one
   * that fails stops none of the others: the rate control of Systems Manager, a tenth of the resources of a rule at a time, is there but
   * has one to count.
   *
   * What somebody changed on purpose is changed back, without asking.
   */
  public static automatic(options: AutomaticRemediationOptions = {}): ComplianceRemediation {
    const { maximumAttempts = 3, retryInterval = Duration.minutes(10) } = options;
    // https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html
    if (!Number.isInteger(maximumAttempts) || maximumAttempts < 1 || maximumAttempts > 25) {
      throw new ValidationError('AttemptsInvalid', `'maximumAttempts' must be a whole number from 1 to 25, got ${maximumAttempts}: use ComplianceRemediation.manual() for none`);
    }
    if (retryInterval.isUnresolved()) {
      throw new ValidationError('RetryInvalid', '\'retryInterval\' must be known at synthesis, got a token: give whole seconds, from 1 to 2,678,000, as Duration.minutes(10)');
    }
    const seconds = retryInterval.toSeconds({ integral: false });
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 2_678_000) {
      throw new ValidationError('RetryInvalid', `'retryInterval' must be whole seconds, from 1 to 2,678,000, got ${seconds}: give Duration.minutes(10)`);
    }
    return new ComplianceRemediation(true, maximumAttempts, retryInterval);
  }

  private constructor(
    /** @internal */
    public readonly _automatic: boolean,
    /** @internal */
    public readonly _attempts: number,
    /** @internal */
    public readonly _retry: Duration,
  ) {}
}
