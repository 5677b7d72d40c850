import type { IConstruct } from 'constructs';
import { MOST_KEYS } from './rule-resources';
import type { RuleSpec } from './rule-spec';
import { ValidationError } from '../private/errors';

/** Rules that compare the key of the default encryption. */
const TAKES_KEYS = ['default-key', 'bucket-default-encryption-kms'];

/** Refuses to watch what no rule looks at. */
export function checkLooked(scope: IConstruct, what: string, rules: readonly RuleSpec[]): void {
  if (rules.length > 0) { return; }
  throw new ValidationError('NobodyLooks', `'choices' must leave a rule that looks at ${what}, got none: leave some of them out, or do not watch it`, scope);
}

/** Refuses approved keys that nobody compares with because of a limit. That both rules are turned off by choice has its reasons, which are warned of. */
export function checkKeysTaken(scope: IConstruct, chosen: readonly RuleSpec[], rules: readonly RuleSpec[], limit: string): void {
  const takes = ({ id }: RuleSpec) => TAKES_KEYS.includes(id);
  if (rules.some(takes) || !chosen.some(takes)) { return; }
  throw new ValidationError('NobodyLooks', `'approvedKeys' must be compared by a rule, got none: default-key is turned off, and bucket-default-encryption-kms, which takes ${MOST_KEYS} keys at most and no exceptions, is left out for ${limit}. Keep ComplianceRule.BUCKET_DEFAULT_KEY, or turn off ComplianceRule.BUCKET_DEFAULT_ENCRYPTION_KMS too, with the reason`, scope);
}

/** Refuses a period that nobody compares with, or sets. */
export function checkPeriodTaken(scope: IConstruct, chosen: readonly RuleSpec[], remediation: boolean): void {
  if (chosen.some(({ id }) => id === 'key-rotation-period' || (id === 'key-rotation' && remediation))) { return; }
  throw new ValidationError('PeriodForNothing', '\'maximumKeyRotationPeriod\' must be compared by the rule key-rotation-period, got a choice that turns it off: leave out one of them', scope);
}
