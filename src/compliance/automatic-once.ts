import { Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ValidationError } from '../private/errors';
import { referentOf } from '../private/tokens';

/** For each stack, what sets a bucket right by itself. */
const OF_STACKS = new WeakMap<Stack, Map<string, Construct>>();

/** Refuses a second automatic remediation of a bucket in one stack: with other keys or other rules, the one would undo what the other does, for ever. */
export function checkOneAutomatic(scope: Construct, bucket: s3.IBucket): void {
  const stack = Stack.of(scope);
  const known = OF_STACKS.get(stack) ?? new Map<string, Construct>();
  OF_STACKS.set(stack, known);
  const referent = referentOf(scope, bucket.bucketName);
  const other = known.get(referent);
  if (other !== undefined) {
    throw new ValidationError('AutomaticTwice', `'remediation' must be automatic in one EncryptionCompliance for each bucket, got a second one for ${bucket.node.path} beside ${other.node.path}: they could undo what each other does. Watch it once, or give ComplianceRemediation.manual() to one of them`, scope);
  }
  known.set(referent, scope);
}
