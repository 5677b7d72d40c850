import { Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { BackfillCopies } from './backfill-copies';
import type { EncryptionBackfillJobProps } from './encryption-backfill-job-props';
import { ValidationError } from '../private/errors';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY = 1024;

/** What would be refused, or would silently do nothing, only once it is deployed. */
export function assertLimits(scope: Construct, props: EncryptionBackfillJobProps): void {
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  const { prefix, copyConcurrency, expireReplacedVersions, sources, copies, bucket } = props;
  if (prefix !== undefined && !Token.isUnresolved(prefix) && (prefix.length === 0 || Buffer.byteLength(prefix) > LONGEST_KEY)) {
    throw fail('PrefixLength', `'prefix' must have 1 to ${LONGEST_KEY} bytes, got ${Buffer.byteLength(prefix)}: leave it out for every object`);
  }
  if (prefix !== undefined && !Token.isUnresolved(prefix) && /[*?]/.test(prefix)) {
    throw fail('PrefixPattern', `'prefix' is what keys begin with, not a pattern, got '${prefix}': in the policy of the role, '*' and '?' would match other keys too; write it without them`);
  }
  if (copyConcurrency !== undefined && !Token.isUnresolved(copyConcurrency) && (!Number.isInteger(copyConcurrency) || copyConcurrency < 1)) {
    throw fail('Concurrency', `'copyConcurrency' must be a whole number of at least 1, got ${copyConcurrency}: with 0 no object would ever be copied; leave it out to reserve nothing`);
  }
  if (copies === BackfillCopies.CONDITIONAL && !sources.some(({ _needsCopy }) => _needsCopy)) {
    throw fail('NothingCopied', "'copies' is CONDITIONAL, and none of the 'sources' is copied: updates in place need no condition; leave it out, or add BackfillSource.unencrypted()");
  }
  if (expireReplacedVersions === undefined) { return; }
  if (!(bucket instanceof s3.Bucket)) {
    throw fail('LifecycleOfOthers', `'expireReplacedVersions' must be left out for a bucket that this app does not make, got ${bucket.node.path}: add the lifecycle rule where the bucket is made`);
  }
  if (!sources.some(({ _needsCopy }) => _needsCopy)) {
    throw fail('NothingReplaced', "'expireReplacedVersions' removes what copies leave behind, and none of the 'sources' is copied: leave it out");
  }
  const days = expireReplacedVersions.isUnresolved() ? 1 : expireReplacedVersions.toDays({ integral: false });
  if (days < 1 || !Number.isInteger(days)) {
    throw fail('ExpirationDays', `'expireReplacedVersions' must be whole days, at least 1, got ${expireReplacedVersions.toHumanString()}: use Duration.days()`);
  }
}
