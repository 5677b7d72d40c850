import { Stack, Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { BackfillSource } from './backfill-source';
import type { EncryptionBackfillJobProps } from './encryption-backfill-job-props';
import { assertUsableKey } from '../bucket';
import { ValidationError } from '../private/errors';
import { knownToDiffer, printable, referentOf } from '../private/tokens';

/** Under which key the objects end, as far as synthesis can know that it will work. */
export interface Target {
  readonly key: kms.IKey;
  readonly bucketKey: boolean;
}

export function resolveTarget(scope: Construct, { bucket, encryptionKey, bucketKeyEnabled }: EncryptionBackfillJobProps): Target {
  const stack = Stack.of(scope);
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  for (const [what, theirs, ours] of [['region', bucket.env.region, stack.region], ['account', bucket.env.account, stack.account]] as const) {
    if (knownToDiffer(theirs, ours)) {
      throw fail('BucketElsewhere', `'bucket' must be in the ${what} of this stack, ${ours}, got one in ${theirs}: S3 Batch Operations works on buckets of its own ${what}; put the EncryptionBackfillJob into a stack there`);
    }
  }
  const settings = defaultsOf(bucket);
  const key = encryptionKey ?? bucket.encryptionKey;
  if (key === undefined) {
    throw fail('TargetUnknown', `'encryptionKey' must be given, because the key of the bucket ${printable(scope, bucket.bucketName)} is not known here: pass the KMS key under which the objects shall end`);
  }
  if (encryptionKey === undefined && settings?.algorithm === 'aws:kms:dsse') {
    throw fail('DsseAsTarget', "'bucket' encrypts with DSSE-KMS, which cannot be the target: S3 neither updates nor copies to it in Batch Operations; pass an 'encryptionKey' of its own for SSE-KMS, and open the bucket's policy for it, or leave the objects as they are");
  }
  assertUsableKey(scope, stack.region, encryptionKey === undefined ? 'bucket' : 'encryptionKey', key);
  if (knownToDiffer(key.env.account, bucket.env.account) || knownToDiffer(accountIn(key.keyArn), stack.account)) {
    throw fail('KeyOfOtherAccount', `'encryptionKey' must be a key of the bucket's account, got ${key.keyArn} of account ${accountIn(key.keyArn) ?? key.env.account}: S3 updates objects in place only to keys of that account; make a RotatingS3Key in it`);
  }
  if (encryptionKey !== undefined && bucket.encryptionKey !== undefined && encryptionKey !== bucket.encryptionKey && refusesOtherKeys(bucket)) {
    throw fail('KeyRefusedByBucket', `'encryptionKey' must be the key of the SecureBucket ${bucket.node.path}, whose policy refuses every other, got ${printable(scope, key.keyArn)}: leave it out, or change the key of the bucket first`);
  }
  return { key, bucketKey: bucketKeyEnabled ?? settings?.bucketKey ?? true };
}

export function assertSources(scope: Construct, bucket: s3.IBucket, sources: readonly BackfillSource[], target: Target): void {
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (sources.length === 0) {
    throw fail('NoSources', "'sources' must name at least one kind of objects, got an empty list: pass BackfillSource.sseS3(), and BackfillSource.unencrypted() for a bucket from before 2023");
  }
  const seen = new Set<string>();
  for (const source of sources) {
    assertList(scope, bucket, source);
    const id = `${source._kind} ${source._key === undefined ? '' : printable(scope, source._key.keyArn)}`.trim();
    if (seen.has(id)) { throw fail('SourceTwice', `'sources' must name each kind of objects once, got ${id} twice: remove one`); }
    seen.add(id);
    for (const key of source._listedKeys) { assertArn(scope, key); }
    if (source._key === undefined) { continue; }
    if (source._kind === 'kms' && (source._key === target.key || printable(scope, source._key.keyArn) === printable(scope, target.key.keyArn))) {
      throw fail('SourceIsTarget', "'sources' must not contain the target key itself: objects under it are done; BackfillSource.withoutBucketKey() is for those that miss the Bucket Key");
    }
    assertArn(scope, source._key);
  }
  if (seen.has('dsse') && sources.some(({ _kind, _key }) => _kind === 'dsse' && _key !== undefined)) {
    throw fail('SourceTwice', "'sources' has BackfillSource.dsse() and one with a key: the first contains the other; keep those with keys, which also get the grants");
  }
  if (seen.has('bucket-key') && !target.bucketKey) {
    throw fail('NoBucketKeyWanted', "'sources' has BackfillSource.withoutBucketKey(), and 'bucketKeyEnabled' is false: objects that end without a Bucket Key need no update; set it to true, or leave the source out");
  }
}

/** S3 takes the ARN of a key in its filter, and compares it with what objects carry. */
function assertArn(scope: Construct, key: kms.IKey): void {
  if ('aliasName' in key || !Token.isUnresolved(key.keyArn) && !/^arn:[^:]+:kms:[^:]+:[^:]+:key\/.+/.test(key.keyArn)) {
    throw new ValidationError('KeyArnMalformed', `'sources' takes keys with a full ARN, got ${'aliasName' in key ? `the alias ${String(key.aliasName)}` : key.keyArn}: use arn:<partition>:kms:<region>:<account>:key/<id>`, scope);
  }
}

/** What was found in one bucket is not looked for in another. */
function assertList(scope: Construct, bucket: s3.IBucket, { _list }: BackfillSource): void {
  if (_list === undefined) { return; }
  const { subject } = _list._list;
  if (subject !== bucket && referentOf(scope, subject.bucketName) !== referentOf(scope, bucket.bucketName)) {
    throw new ValidationError('ListOfOtherBucket', `'sources' must list objects of 'bucket' itself, ${printable(scope, bucket.bucketName)}, got the list of a report about ${printable(scope, subject.bucketName)}: make an ObjectEncryptionReport about this bucket`, scope);
  }
}

/** The bucket that reports go to must take them, and must not be the one that is worked on. */
export function assertOperationsBucket(scope: Construct, bucket: s3.IBucket, operations: s3.IBucket): void {
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (operations === bucket || printable(scope, operations.bucketName) === printable(scope, bucket.bucketName)) {
    throw fail('OperationsInSource', "'operationsBucket' must not be 'bucket' itself: the backfill would list and re-encrypt its own reports; leave it out, or pass another bucket");
  }
  const algorithm = defaultsOf(operations)?.algorithm;
  if (operations.encryptionKey !== undefined || algorithm !== undefined && algorithm !== 'AES256') {
    throw fail('OperationsUnderKms', `'operationsBucket' must be under SSE-S3, got ${algorithm ?? 'a KMS key'}: S3 writes its reports under SSE-S3 only; leave it out, or use a SecureBucket with EncryptionMode.s3Managed()`);
  }
  if (knownToDiffer(operations.env.region, Stack.of(scope).region)) {
    throw fail('OperationsElsewhere', `'operationsBucket' must be in the region ${Stack.of(scope).region}, got one in ${operations.env.region}: leave it out`);
  }
}

/** What a bucket of this app encrypts new objects with. */
function defaultsOf(bucket: s3.IBucket): { algorithm?: string; bucketKey?: boolean } | undefined {
  const resource = bucket.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource)) { return undefined; }
  const settings = Stack.of(bucket).resolve(resource.bucketEncryption) as s3.CfnBucket.BucketEncryptionProperty | undefined;
  const rule = (settings?.serverSideEncryptionConfiguration as s3.CfnBucket.ServerSideEncryptionRuleProperty[] | undefined)?.[0];
  const byDefault = rule?.serverSideEncryptionByDefault as s3.CfnBucket.ServerSideEncryptionByDefaultProperty | undefined;
  const bucketKey = rule?.bucketKeyEnabled;
  return { algorithm: byDefault?.sseAlgorithm, bucketKey: typeof bucketKey === 'boolean' ? bucketKey : byDefault?.sseAlgorithm === undefined ? undefined : false };
}

/** By the statement that a SecureBucket puts into its policy unless it was weakened. */
function refusesOtherKeys(bucket: s3.IBucket): boolean {
  const document = (bucket as s3.Bucket).policy?.document;
  const { Statement = [] } = (document?.toJSON() ?? {}) as { Statement?: { Sid?: string }[] };
  return Statement.some(({ Sid }) => Sid === 'DenyOtherKeys');
}

function accountIn(arn: string): string | undefined {
  return Token.isUnresolved(arn) ? undefined : /^arn:[^:]+:kms:[^:]+:(\d{12}):/.exec(arn)?.[1];
}
