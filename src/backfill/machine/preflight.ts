import type { Settings } from './settings';
import { call, failWith, type States, stopWith } from './states';

/**
 * What has to be true before anything is made: the keys can be used, the bucket is the one that was
 * meant, and what it allows is known. Leaves `$.versioned` and `$.jobs`.
 */
export function preflight(settings: Settings, next: string): States {
  const { partition, bucketName, account, keyArn } = settings;
  const ofBucket = { Bucket: bucketName, ExpectedBucketOwner: account };
  const withoutIt = (Next: string, ResultPath: string) => [{ ErrorEquals: ['States.TaskFailed'], ResultPath, Next }];
  return {
    DescribeKey: call(partition, 'kms:describeKey', { KeyId: keyArn }, { ResultPath: '$.key', Next: 'LocateKey' }),
    LocateKey: {
      Type: 'Pass',
      Parameters: {
        'Region.$': "States.ArrayGetItem(States.StringSplit($.key.KeyMetadata.Arn, ':'), 3)",
        'Account.$': "States.ArrayGetItem(States.StringSplit($.key.KeyMetadata.Arn, ':'), 4)",
      },
      ResultPath: '$.keyPlace',
      Next: 'KeyUsable',
    },
    KeyUsable: {
      Type: 'Choice',
      Choices: [
        { Not: { Variable: '$.key.KeyMetadata.KeyState', StringEquals: 'Enabled' }, Next: 'KeyUnusable' },
        { Not: { Variable: '$.keyPlace.Region', StringEquals: settings.region }, Next: 'KeyElsewhere' },
        { Not: { Variable: '$.keyPlace.Account', StringEquals: account }, Next: 'KeyElsewhere' },
      ],
      Default: settings.sourceKeyArns.length > 0 ? 'SourceKeys' : 'LocateBucket',
    },
    ...stopWith('KeyUnusable', 'KeyUnusable', 'the target key {} is {}: enable it, or cancel its deletion, and start again; nothing was written', '$.key.KeyMetadata.Arn', '$.key.KeyMetadata.KeyState'),
    ...stopWith('KeyElsewhere', 'KeyElsewhere', 'the target key {} is not of the account and region of this state machine: S3 encrypts only with keys of the bucket\'s own', '$.key.KeyMetadata.Arn'),
    ...settings.sourceKeyArns.length > 0 ? sourceKeys(settings) : {},

    LocateBucket: call(partition, 's3:headBucket', ofBucket, { ResultPath: '$.head', Next: 'BucketHere' }),
    BucketHere: {
      Type: 'Choice',
      Choices: [{
        And: [
          { Variable: '$.head.BucketRegion', IsPresent: true },
          { Not: { Variable: '$.head.BucketRegion', StringEquals: settings.region } },
        ],
        Next: 'BucketElsewhere',
      }],
      Default: 'ReadVersioning',
    },
    ...stopWith('BucketElsewhere', 'BucketElsewhere', `the bucket is in {}, and this state machine in ${settings.region}: deploy the EncryptionBackfillJob in the region of the bucket`, '$.head.BucketRegion'),
    ReadVersioning: call(partition, 's3:getBucketVersioning', ofBucket, { ResultPath: '$.versioning', Next: 'Versioned' }),
    Versioned: {
      Type: 'Choice',
      // Absent if versions were never on; a suspended bucket has old versions too.
      Choices: [{ Variable: '$.versioning.Status', IsPresent: true, Next: 'WithVersions' }],
      Default: 'WithoutVersions',
    },
    WithVersions: { Type: 'Pass', Result: true, ResultPath: '$.versioned', Next: 'ReadObjectLock' },
    WithoutVersions: { Type: 'Pass', Result: false, ResultPath: '$.versioned', Next: settings.copiesByS3 ? 'ReadOwnership' : 'CopiesByFunction' },
    ReadObjectLock: call(partition, 's3:getObjectLockConfiguration', ofBucket, { ResultPath: '$.lock', Next: 'LockKnown', Catch: withoutIt('NoObjectLock', '$.lock') }),
    LockKnown: {
      Type: 'Choice',
      Choices: [{
        And: [
          { Variable: '$.lock.ObjectLockConfiguration.ObjectLockEnabled', IsPresent: true },
          { Variable: '$.lock.ObjectLockConfiguration.ObjectLockEnabled', StringEquals: 'Enabled' },
        ],
        Next: 'ObjectLock',
      }],
      Default: 'NoObjectLock',
    },
    ObjectLock: {
      Type: 'Pass',
      Result: ['Object Lock is on: versions under retention or legal hold stay as they are, and are listed'],
      ResultPath: '$.warnings',
      Next: 'CopiesByFunction',
    },
    NoObjectLock: { Type: 'Pass', Result: [], ResultPath: '$.warnings', Next: 'CopiesByFunction' },
    ...settings.copiesByS3 ? copiesByS3(settings) : {},
    CopiesByFunction: { Type: 'Pass', Result: settings.jobs.copiesByFunction, ResultPath: '$.jobs', Next: 'CopyEngineFunction' },
    CopyEngineFunction: { Type: 'Pass', Result: 'lambda', ResultPath: '$.copyEngine', Next: next },
    ...settings.copiesByS3 ? {
      CopiesByS3: { Type: 'Pass', Result: settings.jobs.copiesByS3, ResultPath: '$.jobs', Next: 'CopyEngineS3' },
      CopyEngineS3: { Type: 'Pass', Result: 'batch', ResultPath: '$.copyEngine', Next: next },
    } : {},
  };
}

/** S3 has to decrypt with these: a disabled one would fail its objects one by one. */
function sourceKeys({ partition, sourceKeyArns }: Settings): States {
  return {
    SourceKeys: { Type: 'Pass', Result: sourceKeyArns, ResultPath: '$.sourceKeys', Next: 'EachSourceKey' },
    EachSourceKey: {
      Type: 'Map',
      ItemsPath: '$.sourceKeys',
      ItemSelector: { 'arn.$': '$$.Map.Item.Value' },
      MaxConcurrency: 4,
      ResultPath: null,
      Next: 'LocateBucket',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'DescribeSourceKey',
        States: {
          DescribeSourceKey: call(partition, 'kms:describeKey', { 'KeyId.$': '$.arn' }, { ResultPath: '$.key', Next: 'SourceKeyUsable' }),
          SourceKeyUsable: {
            Type: 'Choice',
            Choices: [{ Variable: '$.key.KeyMetadata.KeyState', StringEquals: 'Enabled', Next: 'SourceKeyGood' }],
            Default: 'SourceKeyUnusable',
          },
          SourceKeyGood: { Type: 'Succeed' },
          ...failWith('SourceKeyUnusable', 'KeyUnusable',
            'the source key {} is {}: S3 must decrypt with it once more, so enable it, or cancel its deletion, until the backfill is verified; nothing was written',
            '$.arn', '$.key.KeyMetadata.KeyState'),
        },
      },
    },
  };
}

/**
 * S3PutObjectCopy has no conditions, no ACL of the source and no encryption of its own that is
 * documented without doubt (docs/unverified.md): it is used where the bucket makes all of that right.
 */
function copiesByS3({ partition, bucketName, account, keyArn, bucketKey }: Settings): States {
  const ofBucket = { Bucket: bucketName, ExpectedBucketOwner: account };
  const otherwise = [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.doubt', Next: 'NoObjectLock' }];
  const rule = '$.encryption.ServerSideEncryptionConfiguration.Rules[0]';
  const isSet = (path: string, condition: object) => [{ Variable: path, IsPresent: true }, { Variable: path, ...condition }];
  return {
    ReadOwnership: call(partition, 's3:getBucketOwnershipControls', ofBucket, { ResultPath: '$.ownership', Next: 'ReadEncryption', Catch: otherwise }),
    ReadEncryption: call(partition, 's3:getBucketEncryption', ofBucket, { ResultPath: '$.encryption', Next: 'ReadWebsite', Catch: otherwise }),
    // Without a website nobody is redirected. Whoever may not be asked is taken for one.
    ReadWebsite: call(partition, 's3:getBucketWebsite', ofBucket, {
      ResultPath: '$.website', Next: 'NoObjectLock', Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.noWebsite', Next: 'MayS3Copy' }],
    }),
    MayS3Copy: {
      Type: 'Choice',
      Choices: [{
        And: [
          ...isSet('$.noWebsite.Cause', { StringMatches: '*website configuration*' }),
          ...isSet('$.ownership.OwnershipControls.Rules[0].ObjectOwnership', { StringEquals: 'BucketOwnerEnforced' }),
          ...isSet(`${rule}.ApplyServerSideEncryptionByDefault.SseAlgorithm`, { StringEquals: 'aws:kms' }),
          ...isSet(`${rule}.ApplyServerSideEncryptionByDefault.KmsMasterKeyID`, { StringEquals: keyArn }),
          ...bucketKey
            ? isSet(`${rule}.BucketKeyEnabled`, { BooleanEquals: true })
            : [{ Not: { And: isSet(`${rule}.BucketKeyEnabled`, { BooleanEquals: true }) } }],
        ],
        Next: 'QuietBucket',
      }],
      Default: 'NoObjectLock',
    },
    QuietBucket: {
      Type: 'Pass',
      Result: ['S3PutObjectCopy has no conditions, and the bucket no versions: a write to an object in the moment in which it is copied may be lost. Run it while nobody writes, or set copies: BackfillCopies.CONDITIONAL'],
      ResultPath: '$.warnings',
      Next: 'CopiesByS3',
    },
  };
}
