import type { AccessAnalyzer } from './access-analyzer';
import type { ExpectedAccess } from './expected-access';
import type { EncryptionAlarms } from '../monitoring';

/** What may differ about the analysis of access, whoever hears of it. */
export interface KeyAccessAnalysisOptions {
  /**
   * What finds access from outside of the account, or of the organization where the analyzer is of one.
   *
   * @default - the analyzer that the account has; a warning says that there has to be one, to be acknowledged once you
   * looked. Give `AccessAnalyzer.existing()` to say so in the code, or `AccessAnalyzer.make()` where there is none
   */
  readonly externalAccess?: AccessAnalyzer;

  /**
   * What finds who inside of the account can reach the watched buckets, for those that must know every one of them.
   *
   * One that is made costs 9 USD a month for each watched bucket, as much as many other buckets cost altogether.
   *
   * Findings of one that is there, about what is watched, are heard in any case; `AccessAnalyzer.existing()` only says so in
   * the code. Each principal that can reach a bucket is a finding, those that you granted to as well.
   *
   * @default - nothing is made
   * @see https://aws.amazon.com/iam/access-analyzer/pricing/
   */
  readonly internalAccess?: AccessAnalyzer;

  /**
   * Access from outside that is meant to be. Its findings are archived.
   *
   * Needs an analyzer that is made here, `AccessAnalyzer.make()`; with another one it is an error.
   *
   * @default - none: every access from outside is a finding
   */
  readonly expected?: ExpectedAccess[];
}

/** Properties of `KeyAccessAnalysis`. */
export interface KeyAccessAnalysisProps extends KeyAccessAnalysisOptions {
  /**
   * Who hears of findings.
   */
  readonly alarms: EncryptionAlarms;
}
