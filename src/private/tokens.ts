import { Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
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

/**
 * What a value stands for, whichever stack it comes from.
 *
 * Until an app is synthesized a reference into another stack resolves to a logical id alone, and two
 * stacks of one class have the same ones: what is resolved does not tell their buckets apart.
 */
export function referentOf(scope: IConstruct, value: string): string {
  const parts = Tokenization.reverseString(value).mapTokens({
    mapToken: (token) => {
      if (!Reference.isReference(token)) { return JSON.stringify(Stack.of(scope).resolve(token)); }
      // A pseudo parameter is the same in every stack of an environment.
      return `{${token.displayName.startsWith('AWS::') ? '' : token.target.node.addr}.${token.displayName}}`;
    },
  });
  return parts.join({ join: (left: unknown, right: unknown) => `${String(left ?? '')}${String(right ?? '')}` }) as string;
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
