import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';
import { printable } from '../private/tokens';

/** Refuses what AWS Config takes for no tag. https://docs.aws.amazon.com/config/latest/APIReference/API_Scope.html */
export function checkTag(scope: IConstruct, prop: string, text: string, most: number): void {
  if (!Token.isUnresolved(text) && text.length >= 1 && text.length <= most) { return; }
  const got = Token.isUnresolved(text) ? `the token ${printable(scope, text)}: give the text itself, which also names what is watched`
    : `'${text}': ${prop === 'tagKey' ? 'give the key of the tag' : 'leave it out for any value'}`;
  throw new ValidationError('TagInvalid', `'${prop}' must have 1 to ${most} characters and be known at synthesis, got ${got}`, scope);
}
