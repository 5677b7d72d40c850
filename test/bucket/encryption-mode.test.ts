import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, RotatingS3Key, SecureBucket, SecureBucketProps } from '../../src';
import { FLAG_SETS, testStack } from '../helpers/stack';
import { bucketPolicyOf, logicalIdOf, propertiesOf, resourcesOf, statement } from '../helpers/template';

type Ways = [title: string, mode: (key?: kms.IKey) => SecureBucketProps];

const kmsWays: Ways[] = [
  ['no props but a key', (key) => ({ encryptionKey: key })],
  ['encryption KMS', (key) => ({ encryption: s3.BucketEncryption.KMS, encryptionKey: key })],
  ['EncryptionMode.kms(key)', (key) => ({ encryptionMode: EncryptionMode.kms(key) })],
  ['EncryptionMode.kms() and encryptionKey', (key) => ({ encryptionMode: EncryptionMode.kms(), encryptionKey: key })],
];
const dsseWays: Ways[] = [
  ['encryption DSSE', (key) => ({ encryption: s3.BucketEncryption.DSSE, encryptionKey: key })],
  ['EncryptionMode.dsse(key)', (key) => ({ encryptionMode: EncryptionMode.dsse(key) })],
  ['EncryptionMode.dsse() and encryptionKey', (key) => ({ encryptionMode: EncryptionMode.dsse(), encryptionKey: key })],
];
const s3Ways: Ways[] = [
  ['encryption S3_MANAGED', () => ({ encryption: s3.BucketEncryption.S3_MANAGED })],
  ['EncryptionMode.s3Managed()', () => ({ encryptionMode: EncryptionMode.s3Managed() })],
];
const BLOCKED = { EncryptionType: ['SSE-C'] };

describe.each(FLAG_SETS)('%s', (_, context) => {
  const made = (props: SecureBucketProps, given?: (stack: ReturnType<typeof testStack>) => kms.IKey, way?: Ways[1]) => {
    const stack = testStack({ context });
    const bucket = new SecureBucket(stack, 'Data', { ...way?.(given?.(stack)), ...props });
    return { stack, bucket, rules: propertiesOf(bucket).BucketEncryption.ServerSideEncryptionConfiguration };
  };

  describe.each(kmsWays)('SSE-KMS by %s', (__, way) => {
    test.each([[undefined, true], [true, true], [false, false]])('with bucketKeyEnabled %s has a Bucket Key: %s', (bucketKeyEnabled, expected) => {
      const { bucket, rules } = made({ bucketKeyEnabled }, undefined, way);
      expect(rules).toEqual([{
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [logicalIdOf(bucket.encryptionKey!), 'Arn'] } },
        BucketKeyEnabled: expected,
        BlockedEncryptionTypes: BLOCKED,
      }]);
    });

    test('takes a given key and makes none', () => {
      const { stack, rules } = made({}, (scope) => new RotatingS3Key(scope, 'Given'), way);
      expect(rules[0].ServerSideEncryptionByDefault.KMSMasterKeyID).toEqual({ 'Fn::GetAtt': ['GivenEA18D9CA', 'Arn'] });
      expect(Object.keys(resourcesOf(stack, 'AWS::KMS::Key'))).toHaveLength(1);
    });

    test('takes an imported key', () => {
      const arn = 'arn:aws:kms:eu-west-1:222222222222:key/1';
      const { stack, rules } = made({}, (scope) => kms.Key.fromKeyArn(scope, 'Given', arn), way);
      expect(rules[0].ServerSideEncryptionByDefault.KMSMasterKeyID).toBe(arn);
      expect(resourcesOf(stack, 'AWS::KMS::Key')).toEqual({});
    });
  });

  describe.each(dsseWays)('DSSE-KMS by %s', (__, way) => {
    test.each([undefined, false])('with bucketKeyEnabled %s has no Bucket Key', (bucketKeyEnabled) => {
      const { bucket, rules } = made({ bucketKeyEnabled }, undefined, way);
      expect(rules).toEqual([{
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: { 'Fn::GetAtt': [logicalIdOf(bucket.encryptionKey!), 'Arn'] } },
        BucketKeyEnabled: false,
        BlockedEncryptionTypes: BLOCKED,
      }]);
    });

    test('is refused with bucketKeyEnabled true', () => {
      expect(() => made({ bucketKeyEnabled: true }, undefined, way)).toThrow("'bucketKeyEnabled' must not be true with DSSE-KMS");
    });

    test('makes a key that rotates, which that of s3.Bucket does not', () => {
      const { bucket } = made({}, undefined, way);
      expect(bucket.encryptionKey).toBeInstanceOf(RotatingS3Key);
      expect(propertiesOf(bucket.encryptionKey!).EnableKeyRotation).toBe(true);
      const plain = new s3.Bucket(testStack({ context }), 'Data', { encryption: s3.BucketEncryption.DSSE });
      expect(propertiesOf(plain.encryptionKey!)).not.toHaveProperty('EnableKeyRotation');
    });

    test('takes a given key', () => {
      const { rules } = made({}, (scope) => new RotatingS3Key(scope, 'Given'), way);
      expect(rules[0].ServerSideEncryptionByDefault.KMSMasterKeyID).toEqual({ 'Fn::GetAtt': ['GivenEA18D9CA', 'Arn'] });
    });

    test('denies uploads under every other algorithm', () => {
      expect(statement(bucketPolicyOf(made({}, undefined, way).bucket), 'DenyOtherAlgorithms').Condition?.StringNotEquals)
        .toEqual({ 's3:x-amz-server-side-encryption': 'aws:kms:dsse' });
    });
  });

  describe.each(s3Ways)('SSE-S3 by %s', (__, way) => {
    test.each([undefined, false])('with bucketKeyEnabled %s says nothing of keys', (bucketKeyEnabled) => {
      const { stack, bucket, rules } = made({ bucketKeyEnabled }, undefined, way);
      expect(rules).toEqual([{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BlockedEncryptionTypes: BLOCKED }]);
      expect(bucket.encryptionKey).toBeUndefined();
      expect(resourcesOf(stack, 'AWS::KMS::Key')).toEqual({});
    });

    test('is refused with bucketKeyEnabled true', () => {
      expect(() => made({ bucketKeyEnabled: true }, undefined, way)).toThrow("'bucketKeyEnabled' must not be true with SSE-S3");
    });

    test('is refused with a key', () => {
      expect(() => made({ encryptionKey: kms.Key.fromKeyArn(testStack(), 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1') }, undefined, way))
        .toThrow("'encryptionKey' has no effect with");
    });

    test('keeps the statements that need no key', () => {
      expect(bucketPolicyOf(made({}, undefined, way).bucket).map(({ Sid }) => Sid)).toEqual(['DenyInsecureTransport', 'DenyOldTls', 'DenyCustomerProvidedKeys']);
    });
  });
});
