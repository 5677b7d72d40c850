import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { ComplianceWatchOptions } from './compliance-scope-options';
import { type EncryptionInTemplate, encryptionNow, isKms, keyNow, KMS, namesOne, termOf } from './encryption-in-template';
import { isSseS3OnPurpose } from './sse-s3-on-purpose';
import { SecureBucket } from '../bucket';
import { ValidationError } from '../private/errors';
import { hasText, printable } from '../private/tokens';

/** What the default encryption of one bucket has to be. */
export interface ExpectedEncryption {
  /** Empty when the bucket is under SSE-S3. */
  readonly keys: readonly kms.IKey[];
  readonly algorithms: readonly string[];
  readonly bucketKey: boolean;
  /** Whether the template admits SSE-C by name: then nobody asks for its block, and no automation sets it. */
  readonly sseCAllowed: boolean;
  /** Under a key that is not one of those that it may be under. */
  readonly ownKeyLeftOut?: boolean;
  /** Under SSE-S3, and not because somebody said so. */
  readonly perhapsByMistake?: boolean;
}

/** What the template says, or what the caller says of a bucket that is not in it. */
export function expectedOf(scope: IConstruct, bucket: s3.IBucket, options: ComplianceWatchOptions): ExpectedEncryption {
  const template = encryptionNow(bucket);
  const sseCAllowed = template?.sseCAllowed === true;
  if (options.sseS3Because !== undefined) {
    checkSseS3(scope, bucket, template, options);
    return { keys: [], algorithms: [], bucketKey: false, sseCAllowed };
  }
  const given = options.approvedKeys ?? keysOf(bucket, template);
  checkKeys(scope, given, options.approvedKeys !== undefined);
  const own = given.filter((key) => isOwn(bucket, template, key));
  // An automation sets the first, wherever a bucket is under none of them.
  const keys = [...own, ...given.filter((key) => !own.includes(key))];
  if (options.approvedKeys === undefined) { checkTemplateKey(scope, bucket, template, keys); }
  if (keys.length === 0) {
    return { keys, algorithms: [], bucketKey: false, sseCAllowed, perhapsByMistake: !isSseS3OnPurpose(bucket) };
  }
  const algorithms = template?.algorithm !== undefined && isKms(template.algorithm) ? [template.algorithm] : KMS;
  // A SecureBucket without it says why; of any other bucket it may be forgotten, and the rule will tell.
  const left = bucket instanceof SecureBucket && template?.bucketKey !== true;
  const bucketKey = template?.algorithm !== 'aws:kms:dsse' && !left;
  return { keys, algorithms, bucketKey, sseCAllowed, ownKeyLeftOut: own.length === 0 && isUnderKey(bucket, template) };
}

/** Whether a bucket is under a key, as far as anybody can see here. */
function isUnderKey({ encryptionKey: key }: s3.IBucket, template: EncryptionInTemplate | undefined): boolean {
  return template === undefined ? key !== undefined : isKms(template.algorithm);
}

/** Whether a bucket is under that key. */
function isOwn(bucket: s3.IBucket, template: EncryptionInTemplate | undefined, key: kms.IKey): boolean {
  if (!isUnderKey(bucket, template)) { return false; }
  return namesOne(bucket, template === undefined ? termOf(bucket, bucket.encryptionKey!.keyArn) : template.key, [key]);
}

/** Refuses what contradicts SSE-S3 on purpose. */
function checkSseS3(
  scope: IConstruct, bucket: s3.IBucket, template: EncryptionInTemplate | undefined, { approvedKeys, sseS3Because: because = '' }: ComplianceWatchOptions,
): void {
  const { path } = bucket.node;
  if (!hasText(because)) {
    throw new ValidationError('ReasonMissing', `'sseS3Because' must say why the bucket ${path} is under SSE-S3 on purpose, got an empty text`, scope);
  }
  if (approvedKeys !== undefined) {
    throw new ValidationError('SseS3UnderKey', `'sseS3Because' must not be given beside 'approvedKeys', got both for ${path}: a bucket under SSE-S3 has no key; leave out one of them`, scope);
  }
  if (isUnderKey(bucket, template)) {
    throw new ValidationError('SseS3UnderKey', `'sseS3Because' must be given for a bucket under SSE-S3, got ${path}, which is under a KMS key ${template === undefined ? 'as it is imported' : 'in its template'}: leave it out`, scope);
  }
}

/** The key that a bucket is known by, but for one that its template has under SSE-S3 by now. */
function keysOf({ encryptionKey: key }: s3.IBucket, template: EncryptionInTemplate | undefined): kms.IKey[] {
  return key === undefined || (template !== undefined && !isKms(template.algorithm)) ? [] : [key];
}

/** Without approved keys a bucket has to name the key that it is known by, or automations would take it away. */
function checkTemplateKey(scope: IConstruct, bucket: s3.IBucket, template: EncryptionInTemplate | undefined, keys: readonly kms.IKey[]): void {
  if (template === undefined ? keys.length > 0 : !isKms(template.algorithm)) { return; }
  if (namesOne(bucket, template?.key, keys)) { return; }
  // Of a bucket that is not of this app nothing is known, and one under aws/s3 has no key that could be approved.
  const why = template === undefined ? 'the bucket is imported without its key'
    : template.key === undefined ? 'its default encryption names none, which is the AWS managed key aws/s3'
      : `its template names ${printable(bucket, keyNow(bucket))}, which is ${keys.length === 0
        ? 'no key that the construct of the bucket knows' : `not the key that the bucket is known by, ${keys.map(({ node }) => node.path).join()}`}`;
  throw new ValidationError('ApprovedKeysUnknown', `'approvedKeys' must say which keys the bucket ${bucket.node.path} may be under, got none and ${why}: give approvedKeys${template === undefined ? ', or import the bucket with encryptionKey; for one under SSE-S3 on purpose give sseS3Because' : ''}`, scope);
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
