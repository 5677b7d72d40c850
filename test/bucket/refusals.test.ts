import { CfnParameter, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, SecureBucket, SecureBucketProps, UploadHeaders } from '../../src';
import { testStack } from '../helpers/stack';

const make = (props: SecureBucketProps) => () => new SecureBucket(testStack(), 'Data', props);
const key = () => kms.Key.fromKeyArn(testStack(), 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1');
const REASON = 'a legacy client';

/** Each refusal by its whole message: the prop, the value it got, what is allowed, the remedy. */
const refusals: [title: string, props: () => SecureBucketProps, message: string][] = [
  ['public read access', () => ({ publicReadAccess: true }),
    "'publicReadAccess' must not be true, got true: serve public content through CloudFront with origin access control, and admit it with key.consumers.cloudFront()"],
  ['public access that is not blocked', () => ({ blockPublicAccess: new s3.BlockPublicAccess({ blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: false, restrictPublicBuckets: false }) }),
    "'blockPublicAccess' must block everything, got blockPublicPolicy, restrictPublicBuckets off: leave it out, or use s3.Bucket for a public bucket"],
  ['an index document', () => ({ websiteIndexDocument: 'index.html' }),
    "'websiteIndexDocument' must be left out, got \"index.html\": website endpoints of S3 speak plain HTTP to anonymous users; serve the bucket through CloudFront"],
  ['plain HTTP', () => ({ enforceSSL: false }),
    "'enforceSSL' must not be false, got false: leave it out, a SecureBucket always refuses plain HTTP"],
  ['TLS before 1.2', () => ({ minimumTLSVersion: 1.1 }),
    "'minimumTLSVersion' must be 1.2 or 1.3, got 1.1: leave it out to refuse what is older than 1.2"],
  ['a TLS version that nothing speaks', () => ({ minimumTLSVersion: 12 }), "'minimumTLSVersion' must be 1.2 or 1.3, got 12"],
  ['a TLS version that is no number', () => ({ minimumTLSVersion: NaN }), "'minimumTLSVersion' must be 1.2 or 1.3, got NaN"],
  ['snapshots', () => ({ removalPolicy: RemovalPolicy.SNAPSHOT }),
    "'removalPolicy' must not be SNAPSHOT, got snapshot: S3 has no snapshots of buckets; leave it out to retain the bucket"],
  ['more lifecycle rules than S3 takes', () => ({ lifecycleRules: Array.from({ length: 1000 }, (_, index) => ({ id: `${index}`, expiration: Duration.days(1) })) }),
    "'lifecycleRules' must leave room for the one that ends unfinished uploads, got 1000 of at most 1000: remove one, or give one of them abortIncompleteMultipartUploadAfter"],
  ['replication without versions', () => ({
    allowUnversionedBecause: REASON,
    replicationRules: [{
      destination: s3.Bucket.fromBucketName(testStack(), 'There', 'there'),
      sseKmsEncryptedObjects: true,
      kmsKey: kms.Key.fromKeyArn(testStack(), 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd'),
    }],
  }), "'replicationRules' need versions, which 'allowUnversionedBecause' turns off, got both: keep one of them"],
  ['an ACL', () => ({ accessControl: s3.BucketAccessControl.PUBLIC_READ }),
    "'accessControl' must be left out, got PublicRead: ACLs are off in a SecureBucket; grant access by policy, such as bucket.grantRead()"],
  ['object ownership with ACLs', () => ({ objectOwnership: s3.ObjectOwnership.OBJECT_WRITER }),
    "'objectOwnership' must be BucketOwnerEnforced, got ObjectWriter: leave it out, ACLs are off in a SecureBucket"],
  ['versioning off without a reason', () => ({ versioned: false }),
    "'versioned' must not be false, got false: leave it out, or say why in 'allowUnversionedBecause'"],
  ['versioning both on and off', () => ({ versioned: true, allowUnversionedBecause: REASON }),
    "'versioned' is true and 'allowUnversionedBecause' turns it off, got both: keep one of them"],
  ['a log bucket without logs', () => ({ allowNoAccessLogsBecause: REASON, serverAccessLogsPrefix: 'x/' }),
    "'allowNoAccessLogsBecause' turns access logs off, got it with 'serverAccessLogsPrefix': keep one of them"],
  ['a log bucket, prefix and format without logs', () => ({
    allowNoAccessLogsBecause: REASON,
    serverAccessLogsBucket: s3.Bucket.fromBucketName(testStack(), 'Logs', 'logs'),
    serverAccessLogsPrefix: 'x/',
    targetObjectKeyFormat: s3.TargetObjectKeyFormat.simplePrefix(),
  }), "got it with 'serverAccessLogsBucket', 'serverAccessLogsPrefix', 'targetObjectKeyFormat': keep one of them"],
  ['encryption said twice', () => ({ encryption: s3.BucketEncryption.KMS, encryptionMode: EncryptionMode.kms() }),
    "'encryptionMode' and 'encryption' say the same thing twice, got 'encryption' KMS: keep 'encryptionMode'"],
  ['a key without KMS in the mode', () => ({ encryptionMode: EncryptionMode.s3Managed(), encryptionKey: key() }),
    "'encryptionKey' has no effect with EncryptionMode.s3Managed(), got both: leave one of them out"],
  ['a key without KMS in encryption', () => ({ encryption: s3.BucketEncryption.S3_MANAGED, encryptionKey: key() }),
    "'encryptionKey' has no effect with 'encryption' S3_MANAGED, got both: leave one of them out"],
  ['two keys', () => ({ encryptionMode: EncryptionMode.kms(key()), encryptionKey: key() }),
    "'encryptionKey' and 'encryptionMode' both name a key, got both: keep one of them"],
  ['a Bucket Key with SSE-S3', () => ({ encryptionMode: EncryptionMode.s3Managed(), bucketKeyEnabled: true }),
    "'bucketKeyEnabled' must not be true with SSE-S3, got true: a Bucket Key saves KMS requests, and SSE-S3 makes none; leave it out"],
  ['a Bucket Key with DSSE', () => ({ encryptionMode: EncryptionMode.dsse(), bucketKeyEnabled: true }),
    "'bucketKeyEnabled' must not be true with DSSE-KMS, got true: S3 does not support Bucket Keys for DSSE-KMS; leave it out, or use EncryptionMode.kms()"],
  ['SSE-C that is not blocked', () => ({ blockedEncryptionTypes: [s3.BlockedEncryptionType.NONE] }),
    "'blockedEncryptionTypes' must include SSE-C, got [\"NONE\"]: leave it out, or say why in 'allowSseCBecause'"],
  ['an empty list of blocked types', () => ({ blockedEncryptionTypes: [] }),
    "'blockedEncryptionTypes' must include SSE-C, got []: leave it out, or say why in 'allowSseCBecause'"],
  ['SSE-C both blocked and admitted', () => ({ blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C], allowSseCBecause: REASON }),
    "'blockedEncryptionTypes' blocks SSE-C and 'allowSseCBecause' admits it, got both: keep one of them"],
  ['NONE among blocked types', () => ({ blockedEncryptionTypes: [s3.BlockedEncryptionType.NONE, s3.BlockedEncryptionType.SSE_C] }),
    "'blockedEncryptionTypes' must not mix NONE with others, got [\"NONE\",\"SSE-C\"]: leave NONE out"],
  ['required headers without a key', () => ({ encryptionMode: EncryptionMode.s3Managed(), uploadHeaders: UploadHeaders.REQUIRED }),
    "'uploadHeaders' REQUIRED asks for the bucket's key in every upload, got EncryptionMode.s3Managed(), which has none: use EncryptionMode.kms()"],
  ['required headers that may say anything', () => ({ uploadHeaders: UploadHeaders.REQUIRED, allowAnyUploadEncryptionBecause: REASON }),
    "'uploadHeaders' REQUIRED restricts uploads and 'allowAnyUploadEncryptionBecause' opens them, got both: keep one of them"],
  ['opening uploads that are open', () => ({ encryptionMode: EncryptionMode.s3Managed(), allowAnyUploadEncryptionBecause: REASON }),
    "'allowAnyUploadEncryptionBecause' has no effect with SSE-S3, which admits every stronger encryption already, got both: leave it out"],
];

describe('SecureBucket refuses', () => {
  test.each(refusals)('%s', (_, props, message) => {
    expect(make(props())).toThrow(message);
  });

  test.each(refusals)('%s by bucket, and with a code and a path to search for', (_, props) => {
    expect(make(props())).toThrow(/ \(bucket 'Data'\) \[[A-Za-z]+ at Stack\]$/);
  });

  test.each([s3.BucketEncryption.UNENCRYPTED, s3.BucketEncryption.KMS_MANAGED, s3.BucketEncryption.DSSE_MANAGED])(
    'encryption %s, and says why', (encryption) => {
      expect(make({ encryption })).toThrow(`'encryption' must be KMS, DSSE or S3_MANAGED, got ${encryption}: leave it out to get SSE-KMS`);
    });

  test('BlockPublicAccess.BLOCK_ACLS_ONLY, which leaves public policies open', () => {
    expect(make({ blockPublicAccess: s3.BlockPublicAccess.BLOCK_ACLS_ONLY })).toThrow("'blockPublicAccess' must block everything, got blockPublicPolicy, restrictPublicBuckets off");
  });

  test.each(['allowSseCBecause', 'allowAnyUploadEncryptionBecause', 'allowUnversionedBecause', 'allowNoAccessLogsBecause'] as const)(
    '%s without text', (prop) => {
      for (const reason of ['', ' \n']) {
        expect(make({ [prop]: reason })).toThrow(`'${prop}' must say why, got '${reason}': give a reason, or leave it out to keep the safe default`);
      }
    });
});

describe('SecureBucket accepts', () => {
  test.each<[string, SecureBucketProps]>([
    ['the safe value of every prop that is otherwise refused', {
      publicReadAccess: false,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      accessControl: s3.BucketAccessControl.PRIVATE,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      encryption: s3.BucketEncryption.KMS,
      bucketKeyEnabled: true,
      blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
      uploadHeaders: UploadHeaders.OPTIONAL,
    }],
    ['bucketKeyEnabled false with DSSE', { encryptionMode: EncryptionMode.dsse(), bucketKeyEnabled: false }],
    ['bucketKeyEnabled false with SSE-S3', { encryptionMode: EncryptionMode.s3Managed(), bucketKeyEnabled: false }],
    ['versioned false with a reason', { versioned: false, allowUnversionedBecause: REASON }],
    ['NONE with a reason for SSE-C', { blockedEncryptionTypes: [s3.BlockedEncryptionType.NONE], allowSseCBecause: REASON }],
  ])('%s', (_, props) => {
    expect(make(props)).not.toThrow();
  });

  test('a reason that is known only at deployment', () => {
    const stack = testStack();
    const reason = new CfnParameter(stack, 'Reason').valueAsString;
    expect(() => new SecureBucket(stack, 'Data', { allowNoAccessLogsBecause: reason })).not.toThrow();
  });
});
