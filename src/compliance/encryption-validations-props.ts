import type { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';

/** Properties of `EncryptionValidations`. */
export interface EncryptionValidationsProps {
  /**
   * The keys that the default encryption of buckets may be under, of this app or imported by their ARNs. At least one.
   *
   * A key known by an alias only is refused with an error: an alias can be moved to another key.
   *
   * @default - any key that the template names
   */
  readonly approvedKeys?: kms.IKey[];

  /**
   * How often keys have to be rotated: whole days, from 90 to 2560. A key that says nothing is rotated every 365 days.
   *
   * A period that is not a number in the template, such as a parameter, is a finding.
   *
   * @default - any period
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
   */
  readonly maximumKeyRotationPeriod?: Duration;
}
