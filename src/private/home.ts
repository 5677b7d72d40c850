import { Stack, Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { ValidationError } from './errors';

/** Refuses what is in another account or region than whoever looks at it. */
export function checkHome(
  scope: IConstruct, prop: string, watched: s3.IBucket | kms.IKey, remedy: string, fields: readonly ('account' | 'region')[] = ['account', 'region'],
): void {
  const here = Stack.of(scope);
  for (const field of fields) {
    const [theirs, ours] = [watched.env[field], here[field]];
    if (!Token.isUnresolved(theirs) && !Token.isUnresolved(ours) && theirs !== ours) {
      throw new ValidationError('WatchedElsewhere', `'${prop}' must be in the ${field} of the stack that watches it, '${ours}', got '${theirs}': ${remedy}`, watched);
    }
  }
}
