import { type Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ValidationError } from '../private/errors';

/** How much of one finding is tolerated, in the whole bucket or under one prefix. */
export interface Tolerance {
  readonly tolerated?: number;
  readonly toleratedBytes?: Size;
}

/** Above which an alarm goes off; what is absent has none. */
export interface Thresholds {
  readonly objects?: number;
  readonly bytes?: number;
}

/** Who tolerates bytes, and says nothing of objects, would not expect the first object to be one too many. */
export function thresholdsOf({ tolerated, toleratedBytes }: Tolerance): Thresholds {
  return { objects: tolerated ?? (toleratedBytes === undefined ? 0 : undefined), bytes: toleratedBytes?.toBytes() };
}

/** A prop as an error names it: of the report, or of a prefix with alarms of its own. */
export function propOf(name: string, prefix?: string): string {
  return prefix === undefined ? `'${name}'` : `'${name}' of '${prefix}' in 'prefixAlarms'`;
}

/** Numbers of objects and bytes, where they are known. */
export function assertTolerance(scope: Construct, { tolerated, toleratedBytes }: Tolerance, prefix?: string): void {
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (tolerated !== undefined && !Token.isUnresolved(tolerated) && (!Number.isInteger(tolerated) || tolerated < 0)) {
    throw fail('ToleratedInvalid', `${propOf('tolerated', prefix)} must be a whole number, 0 or more, got ${tolerated}: leave it out for 0`);
  }
  if (toleratedBytes === undefined) { return; }
  if (!Number.isInteger(toleratedBytes.toBytes({ rounding: SizeRoundingBehavior.NONE }))) {
    throw fail('ToleratedBytesInvalid', `${propOf('toleratedBytes', prefix)} must be whole bytes, got ${toleratedBytes.toString()}: round it`);
  }
  if (tolerated === 0) {
    throw fail('ToleratedBytesMoot', `${propOf('toleratedBytes', prefix)} must be left out with a 'tolerated' of 0, got ${toleratedBytes.toString()}: the first object sets off an alarm, whatever its size; leave 'tolerated' out to go by bytes alone, or raise it`);
  }
}

/** Where nothing has an alarm, there is nothing to tolerate. */
export function assertNoTolerance(scope: Construct, { tolerated, toleratedBytes }: Tolerance): void {
  if (tolerated === undefined && toleratedBytes === undefined) { return; }
  const prop = tolerated === undefined ? 'toleratedBytes' : 'tolerated';
  throw new ValidationError('ToleratedWithoutAlarm', `'${prop}' must be left out with an empty 'alarmOn', by which nothing of the whole bucket has an alarm: name findings there, or tolerate in 'prefixAlarms'`, scope);
}
