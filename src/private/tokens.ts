import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether two environment values (account, region) are both known and differ. */
export function knownToDiffer(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined
    && !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
}

/** A value as a person can read it in an error message, tokens included. */
export function printable(scope: IConstruct, value: unknown): string {
  return JSON.stringify(Stack.of(scope).resolve(value));
}

/**
 * The values of `kms:ViaService` for a service in the region of a stack, or in another one.
 *
 * KMS documents `SERVICE.REGION.amazonaws.com`. In the China regions endpoints end in
 * `amazonaws.com.cn`, and we could not verify which form the condition key carries there
 * (docs/unverified.md), so both are listed wherever the stack may be in China.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function viaService(scope: IConstruct, service: string, region: string = Stack.of(scope).region): string[] {
  const standard = `${service}.${region}.amazonaws.com`;
  if (Token.isUnresolved(region)) {
    return [standard, `${service}.${region}.${Stack.of(scope).urlSuffix}`];
  }
  return region.startsWith('cn-') ? [standard, `${standard}.cn`] : [standard];
}

/** One value as a string, several as a list: the form that IAM prints back. */
export function oneOrMany<T>(values: T[]): T | T[] {
  return values.length === 1 ? values[0] : values;
}

/**
 * Refuses an empty reason.
 *
 * A reason is read by whoever reviews the stack, so an empty one is no reason.
 */
export function hasText(value: string): boolean {
  return Token.isUnresolved(value) || value.trim().length > 0;
}
