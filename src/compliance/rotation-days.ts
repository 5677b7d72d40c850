import { type Duration, Lazy, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';
import { at, finalState } from '../private/final-state';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
const [LEAST, MOST] = [90, 2560];
/** How often KMS rotates a key that says nothing about it, in days. */
export const YEARLY = 365;

/** How often a key says that it is rotated, as it stands in the template in the end: an override or an aspect may still change it. */
export function rotationDaysOf(key: kms.IKey): string {
  const cfn = key.node.defaultChild;
  if (!(cfn instanceof kms.CfnKey)) { return `${YEARLY}`; }
  return Lazy.uncachedString({
    produce: ({ scope }) => {
      const days = at(finalState(cfn).properties, 'RotationPeriodInDays') ?? YEARLY;
      if (typeof days === 'number' || typeof days === 'string') { return `${days}`; }
      if (Stack.of(scope) === Stack.of(cfn)) { return Token.asString(days); }
      // Of another stack a reference has to be made, which only the L1 has.
      return Tokenization.stringifyNumber(cfn.rotationPeriodInDays ?? YEARLY);
    },
  });
}

/** Whether the template says that KMS cannot rotate a key: then nobody asks whether it does. */
export function cannotRotate(key: kms.IKey): boolean {
  const cfn = key.node.defaultChild;
  if (!(cfn instanceof kms.CfnKey)) { return false; }
  return (cfn.origin !== undefined && cfn.origin !== 'AWS_KMS') || (cfn.keySpec !== undefined && cfn.keySpec !== kms.KeySpec.SYMMETRIC_DEFAULT);
}

/** The days of a prop. */
export function maximumDaysOf(scope: IConstruct | undefined, period: Duration | undefined): number | undefined {
  if (period === undefined) { return undefined; }
  if (period.isUnresolved()) {
    throw new ValidationError('RotationPeriodInvalid', `'maximumKeyRotationPeriod' must be known at synthesis, got a token: give whole days, from ${LEAST} to ${MOST}, or leave it out to ask for the period of each key, which may be a parameter`, scope);
  }
  const days = period.toDays({ integral: false });
  if (!Number.isInteger(days) || days < LEAST || days > MOST) {
    throw new ValidationError('RotationPeriodInvalid', `'maximumKeyRotationPeriod' must be whole days, from ${LEAST} to ${MOST}, got ${days}: leave it out to ask for the period of each key`, scope);
  }
  return days;
}
