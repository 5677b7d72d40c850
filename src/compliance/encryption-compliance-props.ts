import type { Duration } from 'aws-cdk-lib';
import type { ComplianceChoice } from './compliance-choice';
import type { ComplianceRecorder } from './compliance-recorder';
import type { ComplianceRemediation } from './compliance-remediation';

/** Properties of `EncryptionCompliance`. */
export interface EncryptionComplianceProps {
  /**
   * What records the configuration that the rules look at.
   *
   * @default - the recorder that the account has; a warning says what it has to record, to be acknowledged
   * once you looked. Give `ComplianceRecorder.existing()` to say so in the code, or
   * `ComplianceRecorder.make()` where there is none
   */
  readonly recorder?: ComplianceRecorder;

  /**
   * What differs from the catalogue: rules that are left out and why, and rules that are off by default.
   *
   * @default - every rule of `ComplianceRule` that is on by default
   */
  readonly choices?: ComplianceChoice[];

  /**
   * How often watched keys have to be rotated: whole days, from 90 to 2560. An error where no rule is left that takes it.
   *
   * @default - as often as a key of this app says that it is, and once a year for others
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
   */
  readonly maximumKeyRotationPeriod?: Duration;

  /**
   * How watched buckets and keys that break a rule are set right.
   *
   * @default - not at all: rules tell, and somebody acts
   */
  readonly remediation?: ComplianceRemediation;
}
