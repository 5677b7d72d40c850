import type { Duration } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
const [LEAST, MOST] = [90, 2560];
/** How often KMS rotates a key that says nothing about it, in days. */
export const YEARLY = 365;

/** How often a key says that it is rotated. */
export function rotationDaysOf(key: kms.IKey): number {
  const cfn = key.node.defaultChild;
  return (cfn instanceof kms.CfnKey ? cfn.rotationPeriodInDays : undefined) ?? YEARLY;
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
  const days = period.toDays({ integral: false });
  if (!Number.isInteger(days) || days < LEAST || days > MOST) {
    throw new ValidationError('RotationPeriodInvalid', `'maximumKeyRotationPeriod' must be whole days, from ${LEAST} to ${MOST}, got ${days}: leave it out to ask for the period of each key`, scope);
  }
  return days;
}
