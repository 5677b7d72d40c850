import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  BackfillCopies, BackfillSource, BackfillTrigger, EncryptionBackfillJob,
  type EncryptionBackfillJobProps, EncryptionMode, RotatingS3Key, SecureBucket,
} from '../../src';
import { IRELAND, OTHER_ACCOUNT, testStack } from '../helpers/stack';

const KEY_ID = 'key/11111111-2222-3333-4444-555555555555';
const importedKey = (stack: Stack, id = 'Imported', account = stack.account, region = stack.region) =>
  kms.Key.fromKeyArn(stack, id, `arn:aws:kms:${region}:${account}:${KEY_ID}`);
const importedBucket = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Before', 'from-before');

function make(props: (stack: Stack) => Partial<EncryptionBackfillJobProps>): EncryptionBackfillJob {
  const stack = testStack({ env: IRELAND });
  return new EncryptionBackfillJob(stack, 'Backfill', { bucket: new SecureBucket(stack, 'Data'), sources: [BackfillSource.sseS3()], ...props(stack) });
}

describe('is refused, with the prop, the value and the remedy', () => {
  test.each<[string, string, RegExp, (stack: Stack) => Partial<EncryptionBackfillJobProps>]>([
    ['no source', 'NoSources', /'sources' must name at least one.*got an empty list: pass/, () => ({ sources: [] })],
    ['a source twice', 'SourceTwice', /got sse-s3 twice: remove one/, () => ({ sources: [BackfillSource.sseS3(), BackfillSource.sseS3()] })],
    ['all of DSSE and one key of it', 'SourceTwice', /keep those with keys/, (stack) => ({ sources: [BackfillSource.dsse(), BackfillSource.dsse(importedKey(stack))] })],
    ['the target as a source', 'SourceIsTarget', /must not contain the target key/, (stack) => {
      const bucket = new SecureBucket(stack, 'Other');
      return { bucket, sources: [BackfillSource.kmsKey(bucket.encryptionKey!)] };
    }],
    ['an alias as a source', 'KeyArnMalformed', /got the alias/, (stack) => ({ sources: [BackfillSource.kmsKey(kms.Alias.fromAliasName(stack, 'Alias', 'alias/old'))] })],
    ['missing Bucket Keys where none is wanted', 'NoBucketKeyWanted', /'bucketKeyEnabled' is false/, () => ({ bucketKeyEnabled: false, sources: [BackfillSource.withoutBucketKey()] })],
    ['a bucket whose key is not known', 'TargetUnknown', /'encryptionKey' must be given.*from-before.*pass the KMS key/, (stack) => ({ bucket: importedBucket(stack) })],
    ['DSSE as the target', 'DsseAsTarget', /DSSE-KMS, which cannot be the target/, (stack) => ({ bucket: new SecureBucket(stack, 'Dsse', { encryptionMode: EncryptionMode.dsse() }) })],
    ['a key of another account', 'KeyOfOtherAccount', new RegExp(`of account ${OTHER_ACCOUNT}: S3 updates`), (stack) => ({ bucket: importedBucket(stack), encryptionKey: importedKey(stack, 'Key', OTHER_ACCOUNT) })],
    ['a key of another region', 'KeyInOtherRegion', /'encryptionKey' must be in the bucket's region/, (stack) => ({ bucket: importedBucket(stack), encryptionKey: importedKey(stack, 'Key', stack.account, 'us-east-1') })],
    ['an alias as the target', 'AliasAsKey', /'encryptionKey' must be a key, got the alias/, (stack) => ({ bucket: importedBucket(stack), encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/new') })],
    ['a key that the bucket refuses', 'KeyRefusedByBucket', /whose policy refuses every other/, (stack) => ({ encryptionKey: new RotatingS3Key(stack, 'Another') })],
    ['a bucket of another region', 'BucketElsewhere', /'bucket' must be in the region of this stack/, (stack) => ({
      bucket: s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' }), encryptionKey: importedKey(stack),
    })],
    ['the source as operations bucket', 'OperationsInSource', /must not be 'bucket' itself/, (stack) => {
      const bucket = new SecureBucket(stack, 'Other');
      return { bucket, operationsBucket: bucket };
    }],
    ['an operations bucket under KMS', 'OperationsUnderKms', /must be under SSE-S3, got aws:kms/, (stack) => ({ operationsBucket: new SecureBucket(stack, 'Reports') })],
    ['an operations bucket of another region', 'OperationsElsewhere', /'operationsBucket' must be in the region eu-west-1, got one in us-east-1: leave it out/, (stack) => ({
      operationsBucket: s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' }),
    })],
    ['an empty prefix', 'PrefixLength', /got 0: leave it out/, () => ({ prefix: '' })],
    ['a pattern as prefix', 'PrefixPattern', /not a pattern, got 'a\/\*'/, () => ({ prefix: 'a/*' })],
    ['no concurrency', 'Concurrency', /at least 1, got 0/, () => ({ copyConcurrency: 0 })],
    ['conditional copies of nothing', 'NothingCopied', /none of the 'sources' is copied/, () => ({ copies: BackfillCopies.CONDITIONAL })],
    ['expiring what nothing leaves', 'NothingReplaced', /removes what copies leave behind/, () => ({ expireReplacedVersions: Duration.days(1) })],
    ['expiring in a bucket of others', 'LifecycleOfOthers', /add the lifecycle rule where the bucket is made/, (stack) => ({
      bucket: importedBucket(stack),
      encryptionKey: importedKey(stack),
      sources: [
        BackfillSource.unencrypted(),
      ],
      expireReplacedVersions: Duration.days(1),
    })],
    ['expiring within hours', 'ExpirationDays', /whole days, at least 1, got 5 hours/, () => ({ sources: [BackfillSource.unencrypted()], expireReplacedVersions: Duration.hours(5) })],
    ['a reason that is none', 'ReasonMissing', /'runWithoutConfirmationBecause' must say why, got ' '/, () => ({ trigger: BackfillTrigger.onDeploy({ runWithoutConfirmationBecause: ' ' }) })],
    ['a start every minute', 'TooOften', /got rate\(1 minute\)/, () => ({ trigger: BackfillTrigger.schedule(events.Schedule.rate(Duration.minutes(1))) })],
  ])('%s', (_, code, message, props) => {
    expect(() => make(props)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

describe('is taken', () => {
  test.each<[string, (stack: Stack) => Partial<EncryptionBackfillJobProps>]>([
    ['an imported bucket with a key', (stack) => ({ bucket: importedBucket(stack), encryptionKey: importedKey(stack) })],
    ['an s3.Bucket under its own key', (stack) => ({ bucket: new s3.Bucket(stack, 'Plain', { encryption: s3.BucketEncryption.KMS }) })],
    ['an SSE-S3 bucket with a key', (stack) => ({ bucket: new SecureBucket(stack, 'Sse', { encryptionMode: EncryptionMode.s3Managed() }), encryptionKey: new RotatingS3Key(stack, 'Key') })],
    ['two keys', (stack) => ({ sources: [BackfillSource.kmsKey(importedKey(stack)), BackfillSource.kmsKey(new kms.Key(stack, 'Old'))] })],
  ])('%s', (_, props) => {
    expect(() => make(props)).not.toThrow();
  });
});
