import type { ComplianceRule } from './compliance-rule';
import { ValidationError } from '../private/errors';

/**
 * Turns one rule of the catalogue on or off.
 *
 * @example
 * new EncryptionCompliance(this, 'Compliance', {
 *   recorder: ComplianceRecorder.existing(),
 *   choices: [
 *     ComplianceChoice.on(ComplianceRule.BUCKET_SSL_REQUESTS_ONLY),
 *     ComplianceChoice.off(ComplianceRule.TRAIL_VALIDATED, 'the trail of the organization has a rule of its own'),
 *   ],
 * }).watch(new SecureBucket(this, 'Data'));
 */
export class ComplianceChoice {
  /**
   * Leaves a rule out. What it asks for is not set right either: the automations of other rules leave it as it is.
   *
   * @param because why nobody has to look; shown in a warning of the synthesis
   */
  public static off(rule: ComplianceRule, because: string): ComplianceChoice {
    if (because.trim() === '') {
      throw new ValidationError('ReasonMissing', `'because' must say why '${rule.id}' need not be looked at, got an empty text`);
    }
    return new ComplianceChoice(rule, because);
  }

  /** Adds a rule that is off by default. One that is on is refused with an error. */
  public static on(rule: ComplianceRule): ComplianceChoice {
    if (rule._spec.offBecause === undefined) {
      throw new ValidationError('RuleOnAlready', `'rule' must be one that is off by default, got '${rule.id}' which is on: leave the choice out`);
    }
    return new ComplianceChoice(rule);
  }

  private constructor(
    /** The rule that this is about. */
    public readonly rule: ComplianceRule,
    /** @internal */
    public readonly _offBecause?: string,
  ) {}
}
