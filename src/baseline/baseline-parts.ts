import type { BaselineAlarms } from './parts/baseline-alarms';
import type { BaselineAuditTrail } from './parts/baseline-audit-trail';
import type { BaselineCompliance } from './parts/baseline-compliance';
import type { BaselineDataDiscovery } from './parts/baseline-data-discovery';
import type { BaselineKeyAccess } from './parts/baseline-key-access';

/**
 * What watches. An account needs each once in a region, so baselines share them.
 *
 * What is given to a baseline is for its bucket alone; what is given to `EncryptionAccountBaseline` is for every bucket whose baseline
 * uses that.
 */
export interface BaselineParts {
  /**
   * What tells people of changes to keys, buckets and the trail.
   *
   * @default - `EncryptionAlarms`, those of the account baseline where there is one
   */
  readonly alarms?: BaselineAlarms;

  /**
   * What writes down who did what, in all regions.
   *
   * @default - an `EncryptionAuditTrail`, that of the account baseline where there is one
   */
  readonly auditTrail?: BaselineAuditTrail;

  /**
   * What proves, as long as it runs, that what was deployed still holds.
   *
   * @default - `EncryptionCompliance` with the recorder that the account has to have, that of the account baseline where there is one
   */
  readonly compliance?: BaselineCompliance;

  /**
   * What finds out whom policies let in.
   *
   * @default - a `KeyAccessAnalysis` with the analyzer that the account has to have, that of the account baseline where there is one
   */
  readonly keyAccess?: BaselineKeyAccess;

  /**
   * What finds out which buckets hold personal data, credentials or numbers of cards.
   *
   * @default - none, since Amazon Macie is paid by the GB that it inspects: 1 USD for each. That of the account baseline where it has one
   */
  readonly sensitiveData?: BaselineDataDiscovery;
}
