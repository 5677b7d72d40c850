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
   * the code, or, with its name, archives what is `expected`. Each principal that can reach a bucket is a finding, those that you granted to
   * as well: name them in `expected`, with `ExpectedAccess.internalToBucket()`.
   *
   * @default - nothing is made
   * @see https://aws.amazon.com/iam/access-analyzer/pricing/
   */
  readonly internalAccess?: AccessAnalyzer;

  /**
   * Access that is meant to be. Its findings are archived, each with a warning that says the reason; `expect` adds what is known later only.
   *
   * From outside it takes the analyzer of `externalAccess`: one that is made in this stack, by this analysis or another, or one that is there,
   * by its name, `AccessAnalyzer.existing('name')`. From inside it takes that of `internalAccess`, made here or by its name. What no analyzer
   * would archive is an error.
   *
   * New findings alone are archived: ApplyArchiveRule archives those that an analyzer has already.
   *
   * @default - none: every access is a finding
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-archive-rules.html
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
