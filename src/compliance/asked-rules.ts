import type { ComplianceScopeOptions } from './compliance-scope-options';
import { KMS } from './encryption-in-template';
import type { ExpectedEncryption } from './expected-encryption';
import { MOST_KEYS, NO_PARAMETERS, type RuleParameters } from './rule-resources';
import type { RuleSpec } from './rule-spec';
import { SSE_S3_REASON_TAG } from '../bucket';

/** What is asked of one bucket, of which it is known how it should be encrypted. */
export function asksFor({ subject, kmsOnly, id }: RuleSpec, { keys, bucketKey, sseCAllowed }: ExpectedEncryption): boolean {
  if (id === 'sse-c-blocked' && sseCAllowed) { return false; }
  if (subject !== 'bucket' || (kmsOnly && keys.length === 0)) { return false; }
  if (id === 'bucket-default-encryption-kms' && keys.length > MOST_KEYS) { return false; }
  return id !== 'bucket-key' || bucketKey;
}

/** What is asked of buckets that nobody named. */
export function looksAtAll({ subject, id }: RuleSpec, { approvedKeys, sseS3BucketNames }: ComplianceScopeOptions): boolean {
  // The rule of AWS knows no exceptions, and only so many keys.
  return subject === 'bucket' && (id !== 'bucket-default-encryption-kms' || (sseS3BucketNames === undefined && approvedKeys.length <= MOST_KEYS));
}

export function parametersOf({ approvedKeys, sseS3BucketNames = [], trustSseS3ReasonTag = true }: ComplianceScopeOptions): RuleParameters {
  const reasonTags = trustSseS3ReasonTag ? [SSE_S3_REASON_TAG] : [];
  return { ...NO_PARAMETERS, keys: approvedKeys, algorithms: KMS, exemptBucketNames: sseS3BucketNames, reasonTags };
}
