import { Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { ValidationError } from './errors';
import { printable } from './tokens';

/** The key behind an alias, or behind an alias of an alias. One that is imported by the name of an alias alone stays what it is. */
export function keyBehind(key: kms.IKey): kms.IKey {
  if (!('aliasTargetKey' in key)) { return key; }
  try {
    return keyBehind((key as kms.IAlias).aliasTargetKey);
  } catch {
    return key; // CDK has no key for the name
  }
}

/** The key itself, which events and findings name, and never an alias of it. */
export function keyByArn(scope: IConstruct, key: kms.IKey, because: string): kms.IKey {
  const known = keyBehind(key);
  if ('aliasName' in known || (!Token.isUnresolved(known.keyArn) && !/^arn:[^:]+:kms:[^:]+:[^:]+:key\//.test(known.keyArn))) {
    const got = 'aliasName' in known ? known.aliasName : known.keyArn;
    throw new ValidationError('KeyByAlias', `'key' must be known by its ARN, got ${printable(scope, got)}: ${because}. Import it with RotatingS3Key.fromKeyArn() or kms.Key.fromKeyArn()`, scope);
  }
  return known;
}
