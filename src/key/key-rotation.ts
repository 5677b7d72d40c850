import { Duration } from 'aws-cdk-lib';
import { ValidationError } from '../private/errors';

const MIN_DAYS = 90;
const MAX_DAYS = 2560;

/**
 * How often AWS KMS makes new key material for a key.
 *
 * Old material keeps decrypting, so rotation never makes an object unreadable. It does not
 * re-encrypt anything either: to move stored objects away from a compromised key, re-encrypt
 * them under another key.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
 */
export class KeyRotation {
  /**
   * Once a year, the default of AWS KMS.
   *
   * Costs 1 USD a month more after the first and again after the second rotation, then no more.
   */
  public static yearly(): KeyRotation {
    return new KeyRotation(Duration.days(365));
  }

  /**
   * On a period of your choice.
   *
   * Costs 1 USD a month more after the first and again after the second rotation, then no more.
   *
   * @param period 90 to 2560 days, the range that AWS KMS accepts; whole days. Anything else is
   * refused with an error
   */
  public static every(period: Duration): KeyRotation {
    if (!period.isUnresolved()) {
      const days = period.toDays({ integral: false });
      if (days < MIN_DAYS || days > MAX_DAYS || !Number.isInteger(days)) {
        throw new ValidationError('RotationPeriodOutOfRange',
          `'period' must be a whole number of days from ${MIN_DAYS} to ${MAX_DAYS}, got ${days}: use KeyRotation.yearly() if unsure`);
      }
    }
    return new KeyRotation(period);
  }

  /** The time from one rotation to the next. */
  public readonly period: Duration;

  private constructor(period: Duration) {
    this.period = period;
  }
}
