import type { IConstruct } from 'constructs';
import type { ComplianceChoice } from './compliance-choice';
import { ALL_RULES } from './compliance-rule';
import type { RuleSpec } from './rule-spec';
import { ValidationError } from '../private/errors';

export interface ChosenRules {
  readonly rules: readonly RuleSpec[];
  /** Those that somebody turned off, with the reason. */
  readonly off: readonly { readonly spec: RuleSpec; readonly because: string }[];
  readonly warnings: readonly { readonly id: string; readonly text: string }[];
}

/** The catalogue after all choices. */
export function chosenRules(scope: IConstruct, choices: readonly ComplianceChoice[] = []): ChosenRules {
  for (const { id } of ALL_RULES) {
    const about = choices.filter(({ rule }) => rule.id === id);
    if (about.length > 1) {
      throw new ValidationError('ChoiceTwice', `'choices' must have one choice for each rule, got ${about.length} for '${id}': remove all but one`, scope);
    }
  }
  const off = new Map(choices.flatMap(({ rule, _offBecause }) => (_offBecause === undefined ? [] : [[rule.id, _offBecause] as const])));
  const on = new Set(choices.flatMap(({ rule, _offBecause }) => (_offBecause === undefined ? [rule.id] : [])));
  const rules = ALL_RULES.filter(({ id, _spec }) => !off.has(id) && (_spec.offBecause === undefined || on.has(id))).map(({ _spec }) => _spec);
  if (rules.length === 0) {
    throw new ValidationError('NoRules', '\'choices\' must leave at least one rule, got every rule turned off: leave some of them out', scope);
  }
  return {
    rules,
    off: ALL_RULES.flatMap(({ id, _spec: spec }) => { const because = off.get(id); return because === undefined ? [] : [{ spec, because }]; }),
    warnings: [
      ...[...off].map(([id, because]) => ({ id: `cdk-s3-encryption:EncryptionCompliance.ruleOff.${id}`, text: `nobody looks at it, rule ${id}: ${because}` })),
      ...on.has('bucket-server-side-encryption-enabled') ? [{
        id: 'cdk-s3-encryption:EncryptionCompliance.provesNothing',
        text: 'the rule s3-bucket-server-side-encryption-enabled passes for every bucket since January 2023, so it proves nothing: keep ComplianceRule.BUCKET_DEFAULT_KEY beside it',
      }] : [],
    ],
  };
}
