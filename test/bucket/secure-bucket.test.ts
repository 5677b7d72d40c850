import { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { RotatingS3Key, SecureBucket } from '../../src';
import { agnosticStack, FLAG_SETS, testStack } from '../helpers/stack';
import { bucketPolicyOf, logicalIdOf, propertiesOf, resourceOf, resourcesOf, warningIds } from '../helpers/template';

describe.each(FLAG_SETS)('a SecureBucket with no props, %s', (_, context) => {
  const bucket = new SecureBucket(testStack({ context }), 'Data');
  const key = bucket.encryptionKey!;

  test('is an s3.Bucket, so it fits wherever a bucket is wanted', () => {
    expect(bucket).toBeInstanceOf(s3.Bucket);
  });

  test('encrypts with SSE-KMS under its own key, with a Bucket Key, and blocks SSE-C', () => {
    expect(propertiesOf(bucket).BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [{
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [logicalIdOf(key), 'Arn'] } },
        BucketKeyEnabled: true,
        BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
      }],
    });
  });

  test('makes a RotatingS3Key that rotates and is retained', () => {
    expect(key).toBeInstanceOf(RotatingS3Key);
    expect(resourceOf(key)).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true, RotationPeriodInDays: 365 } });
  });

  test('makes one key', () => {
    expect(Object.keys(resourcesOf(Stack.of(bucket), 'AWS::KMS::Key'))).toHaveLength(1);
  });

  test('blocks all public access', () => {
    expect(propertiesOf(bucket).PublicAccessBlockConfiguration)
      .toEqual({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
  });

  test('has ACLs off', () => {
    expect(propertiesOf(bucket).OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
    expect(propertiesOf(bucket)).not.toHaveProperty('AccessControl');
  });

  test('is versioned', () => {
    expect(propertiesOf(bucket).VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  test('ends unfinished multipart uploads after 7 days', () => {
    expect(propertiesOf(bucket).LifecycleConfiguration).toEqual({
      Rules: [{ Id: 'AbortStaleUploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }],
    });
  });

  test('is retained when it leaves the stack; its removal would mean data loss', () => {
    expect(resourceOf(bucket)).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('sends its access logs to the log bucket of the stack, under its own path', () => {
    expect(propertiesOf(bucket).LoggingConfiguration).toEqual({
      DestinationBucketName: { Ref: logicalIdOf(bucket.accessLogsBucket!) },
      LogFilePrefix: 'Data/',
    });
  });

  test('has the seven statements of the default policy and no other', () => {
    expect(bucketPolicyOf(bucket).map(({ Sid }) => Sid)).toEqual([
      'DenyInsecureTransport', 'DenyOldTls', 'DenyOtherKeys', 'DenyUpdateWithoutKey', 'DenyKmsWithoutKey', 'DenyOtherAlgorithms',
      'DenyCustomerProvidedKeys',
    ]);
  });

  test('sets nothing else', () => {
    expect(Object.keys(propertiesOf(bucket)).sort()).toEqual([
      'BucketEncryption', 'LifecycleConfiguration', 'LoggingConfiguration', 'OwnershipControls', 'PublicAccessBlockConfiguration',
      'VersioningConfiguration',
    ]);
  });

  test('warns of nothing', () => {
    expect(warningIds(Stack.of(bucket))).toEqual([]);
  });
});

describe('SecureBucket', () => {
  test('needs no environment', () => {
    const bucket = new SecureBucket(agnosticStack(), 'Data');
    expect(bucketPolicyOf(bucket)).toHaveLength(7);
  });

  test('takes a key as encryptionKey alone', () => {
    const stack = testStack();
    const key = new kms.Key(stack, 'Key');
    const bucket = new SecureBucket(stack, 'Data', { encryptionKey: key });
    expect(bucket.encryptionKey).toBe(key);
    expect(propertiesOf(bucket).BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault)
      .toEqual({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [logicalIdOf(key), 'Arn'] } });
    expect(Object.keys(resourcesOf(stack, 'AWS::KMS::Key'))).toHaveLength(1);
  });

  test('shares one key between buckets', () => {
    const stack = testStack();
    const encryptionKey = new RotatingS3Key(stack, 'Key');
    new SecureBucket(stack, 'One', { encryptionKey });
    new SecureBucket(stack, 'Two', { encryptionKey });
    expect(Object.keys(resourcesOf(stack, 'AWS::KMS::Key'))).toHaveLength(1);
  });

  test('adds two resources for each further bucket, key apart', () => {
    const count = (buckets: number) => {
      const stack = testStack();
      const encryptionKey = new RotatingS3Key(stack, 'Key');
      for (let index = 0; index < buckets; index++) { new SecureBucket(stack, `Data${index}`, { encryptionKey }); }
      return ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key'].flatMap((type) => Object.keys(resourcesOf(stack, type))).length;
    };
    expect(count(5) - count(4)).toBe(2);
  });

  test('is a class of its own to property injectors', () => {
    expect(SecureBucket.PROPERTY_INJECTION_ID).toBe('cdk-s3-encryption.SecureBucket');
  });
});
