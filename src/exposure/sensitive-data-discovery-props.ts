import type { AutomatedDiscovery } from './automated-discovery';
import type { DiscoveryJob } from './discovery-job';
import type { MacieAllowList } from './macie-allow-list';
import type { MacieSession } from './macie-session';
import type { MacieSeverity } from './macie-severity';
import type { EncryptionAlarms } from '../monitoring';

/** What may differ about the discovery of sensitive data, whoever hears of it. */
export interface SensitiveDataDiscoveryOptions {
  /**
   * Macie of the account and region: `MacieSession.existing()`, or `MacieSession.make()` where it is not enabled yet.
   *
   * @default MacieSession.existing() - the deployment fails where Macie is not enabled, with an error of KMS about invalid principals if a key of
   * a watched bucket comes first
   */
  readonly session?: MacieSession;

  /**
   * What of the watched buckets a job inspects, and when.
   *
   * @default DiscoveryJob.once() - once, when it is deployed; the deployment fails where that could cost more than about 100 USD
   */
  readonly job?: DiscoveryJob;

  /**
   * Automated discovery, which looks at samples of every bucket of the account: `AutomatedDiscovery.existing()` where it has to
   * be on, or `AutomatedDiscovery.enable()`.
   *
   * @default - as it is; its findings about watched buckets are heard in any case
   */
  readonly automatedDiscovery?: AutomatedDiscovery;

  /**
   * Text that the job takes for no sensitive data: at most 10.
   *
   * @default - none
   */
  readonly allowLists?: MacieAllowList[];

  /**
   * The least severity of findings of sensitive data that people hear of. Macie keeps the others for 90 days.
   *
   * Of a watched bucket that becomes public, is shared or loses its encryption people hear whatever the severity: Macie takes the
   * last for `Low`.
   *
   * @default MacieSeverity.MEDIUM - `Low` is mostly what is expected, such as names
   */
  readonly minimumSeverity?: MacieSeverity;
}

/** Properties of `SensitiveDataDiscovery`. */
export interface SensitiveDataDiscoveryProps extends SensitiveDataDiscoveryOptions {
  /**
   * Who hears of findings.
   */
  readonly alarms: EncryptionAlarms;
}
