import { Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { ComplianceWatchOptions } from './compliance-scope-options';
import { holdsAccessLogs, SecureBucket } from '../bucket';
import { ValidationError } from '../private/errors';
import { at, finalState } from '../private/final-state';
import { printable } from '../private/tokens';

/** What the default encryption of one bucket has to be. */
export interface ExpectedEncryption {
  /** Empty when the bucket is under SSE-S3. */
  readonly keys: readonly kms.IKey[];
  readonly algorithms: readonly string[];
  readonly bucketKey: boolean;
  /** Whether the template admits SSE-C by name: then nobody asks for its block, and no automation sets it. */
  readonly sseCAllowed: boolean;
  /** Under SSE-S3, and not because somebody said so. */
  readonly perhapsByMistake?: boolean;
}

const KMS = ['aws:kms', 'aws:kms:dsse'];

/** What the template says, or what the caller says of a bucket that is not in it. */
export function expectedOf(scope: IConstruct, bucket: s3.IBucket, options: ComplianceWatchOptions): ExpectedEncryption {
  const rule = ruleInTemplate(bucket);
  const sseCAllowed = at(rule, 'BlockedEncryptionTypes', 'EncryptionType', 0) === s3.BlockedEncryptionType.NONE.name;
  const algorithm = at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm');
  const known = typeof algorithm === 'string' ? algorithm : undefined;
  const keys = options.approvedKeys ?? (bucket.encryptionKey === undefined ? [] : [bucket.encryptionKey]);
  checkKeys(scope, keys, options.approvedKeys !== undefined);
  if (keys.length === 0) {
    // Of a bucket that is not of this app nothing is known, and one under aws/s3 has no key that could be approved.
    if (!isInTemplate(bucket) || (known !== undefined && KMS.includes(known))) {
      throw new ValidationError('ApprovedKeysUnknown', `'approvedKeys' must say which keys the bucket ${bucket.node.path} may be under, got none and ${known === undefined
        ? 'the bucket is imported without its key' : 'its default encryption names none, which is the AWS managed key aws/s3'}: give approvedKeys, or import the bucket with encryptionKey`, scope);
    }
    const onPurpose = bucket instanceof SecureBucket || holdsAccessLogs(bucket);
    return { keys: [], algorithms: [], bucketKey: false, sseCAllowed, perhapsByMistake: !onPurpose };
  }
  const algorithms = known !== undefined && KMS.includes(known) ? [known] : KMS;
  // A SecureBucket without it says why; of any other bucket it may be forgotten, and the rule will tell.
  const left = bucket instanceof SecureBucket && at(rule, 'BucketKeyEnabled') !== true;
  return { keys, algorithms, bucketKey: known !== 'aws:kms:dsse' && !left, sseCAllowed };
}

/**
 * Holds the template to what was read of it: a bucket that is changed afterwards, by an override or an aspect, would be asked for something
 * else than it has, and set to that.
 */
export function holdToExpected(scope: IConstruct, bucket: s3.IBucket): void {
  const cfn = bucket.node.defaultChild;
  if (!(cfn instanceof s3.CfnBucket)) { return; }
  const of = (value: unknown) => value ?? 'AES256';
  const read = of(at(ruleInTemplate(bucket), 'ServerSideEncryptionByDefault', 'SSEAlgorithm'));
  scope.node.addValidation({
    validate: () => {
      const rule = at(finalState(cfn).properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0);
      const found = of(at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm'));
      return found === read ? [] : [new ValidationError('WatchedTooEarly',
        `the default encryption of ${bucket.node.path} must be what it was when watch() was called, ${String(read)}, got ${String(found)} in the template: set it by the props of the bucket or by a mixin before watch(), and not by an override or an aspect`, scope).message];
    },
  });
}

/** An alias can be moved to any other key, and rules compare with what the bucket names. */
export function checkKeys(scope: IConstruct | undefined, keys: readonly kms.IKey[], given: boolean): void {
  if (given && keys.length === 0) {
    throw new ValidationError('NoApprovedKeys', '\'approvedKeys\' must name at least one key, got []', scope);
  }
  for (const key of keys) {
    if ('aliasName' in key || /^arn:[^:]+:kms:[^:]*:[^:]*:alias\//.test(key.keyArn)) {
      throw new ValidationError('KeyByAlias', `'approvedKeys' must be known by their ARNs, got the alias ${printable(key, 'aliasName' in key ? key.aliasName : key.keyArn)} (${key.node.path}): an alias can be moved to any other key. Give the key itself, or import it with RotatingS3Key.fromKeyArn() or kms.Key.fromKeyArn()`, scope);
    }
  }
}

function isInTemplate(bucket: s3.IBucket): boolean { return bucket.node.defaultChild instanceof s3.CfnBucket; }

function ruleInTemplate(bucket: s3.IBucket): unknown {
  const cfn = bucket.node.defaultChild;
  if (!(cfn instanceof s3.CfnBucket)) { return undefined; }
  const { bucketEncryption } = cfn;
  const resolved: unknown = Stack.of(cfn).resolve(bucketEncryption);
  const rule = at(resolved, 'serverSideEncryptionConfiguration', 0) as Record<string, unknown> | undefined;
  if (rule === undefined) { return undefined; }
  const byDefault = at(rule, 'serverSideEncryptionByDefault') as Record<string, unknown> | undefined;
  return {
    BucketKeyEnabled: rule.bucketKeyEnabled,
    ServerSideEncryptionByDefault: { SSEAlgorithm: byDefault?.sseAlgorithm },
    BlockedEncryptionTypes: { EncryptionType: at(rule, 'blockedEncryptionTypes', 'encryptionType') },
  };
}
