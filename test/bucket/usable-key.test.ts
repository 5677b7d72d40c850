import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { EncryptionMode, RotatingS3Key, SecureBucket } from '../../src';
import { agnosticStack, IRELAND, testStack } from '../helpers/stack';
import { propertiesOf } from '../helpers/template';

const use = (stack: Stack, encryptionKey: kms.IKey) => () => new SecureBucket(stack, 'Data', { encryptionKey });
const ALIAS_REASON = 'since S3 resolves an alias in the account of whoever makes the request';

describe('a SecureBucket refuses as its key', () => {
  test.each<[string, (stack: Stack) => kms.IKey, string]>([
    ['a kms.Alias', (stack) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/data', targetKey: new kms.Key(stack, 'Key') }), 'alias/data'],
    ['the alias of a RotatingS3Key', (stack) => new RotatingS3Key(stack, 'Key').addAlias('data'), 'alias/data'],
    ['Alias.fromAliasName', (stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'), 'alias/data'],
    ['Alias.fromAliasAttributes', (stack) => kms.Alias.fromAliasAttributes(stack, 'Alias', {
      aliasName: 'alias/data', aliasTargetKey: new kms.Key(stack, 'Key'),
    }), 'alias/data'],
    ['the ARN of an alias', (stack) => kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:alias/data'), 'arn:aws:kms:eu-west-1:111111111111:alias/data'],
  ])('%s', (_, make, printed) => {
    const stack = testStack();
    expect(use(stack, make(stack))).toThrow(`'encryptionKey' must be a key, got the alias "${printed}": pass the key itself`);
    expect(use(stack, make(new Stack(stack, 'Again', { env: IRELAND })))).toThrow(ALIAS_REASON);
  });

  test('an asymmetric key', () => {
    const stack = testStack();
    const key = new kms.Key(stack, 'Key', { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.ENCRYPT_DECRYPT });
    expect(use(stack, key)).toThrow("'encryptionKey' must be a symmetric encryption key, got key spec RSA_2048: S3 encrypts with SYMMETRIC_DEFAULT only; use a RotatingS3Key");
  });

  test('an HMAC key', () => {
    const stack = testStack();
    const key = new kms.Key(stack, 'Key', { keySpec: kms.KeySpec.HMAC_256, keyUsage: kms.KeyUsage.GENERATE_VERIFY_MAC });
    expect(use(stack, key)).toThrow('got key spec HMAC_256');
  });

  test('a key for signing', () => {
    const stack = testStack();
    const key = new kms.Key(stack, 'Key');
    (key.node.defaultChild as kms.CfnKey).keyUsage = kms.KeyUsage.SIGN_VERIFY;
    expect(use(stack, key)).toThrow("'encryptionKey' must be a key with usage ENCRYPT_DECRYPT, got SIGN_VERIFY: use a RotatingS3Key");
  });

  test('an asymmetric L1 key through Key.fromCfnKey', () => {
    const stack = testStack();
    const key = kms.Key.fromCfnKey(new kms.CfnKey(stack, 'Key', { keySpec: 'RSA_2048', keyUsage: 'ENCRYPT_DECRYPT', keyPolicy: { Statement: [] } }));
    expect(use(stack, key)).toThrow('got key spec RSA_2048');
  });

  test('an imported key of another region', () => {
    const stack = testStack();
    expect(use(stack, kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1'))).toThrow(
      "'encryptionKey' must be in the bucket's region eu-west-1, got a key in us-east-1: make a RotatingS3Key in eu-west-1; a replica of a multi-region key in eu-west-1 works too");
  });

  test('a key of a stack in another region', () => {
    const app = new App();
    const key = new RotatingS3Key(testStack({ app, id: 'There', env: { ...IRELAND, region: 'us-east-1' } }), 'Key');
    expect(use(testStack({ app }), key)).toThrow('got a key in us-east-1');
  });

  test('something that is not the ARN of a key', () => {
    const stack = testStack();
    expect(use(stack, kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:other/1'))).toThrow(
      "'encryptionKey' must be a key with a full ARN, got 'arn:aws:kms:eu-west-1:111111111111:other/1': use arn:<partition>:kms:<region>:<account>:key/<id>");
  });

  test('a key by the prop that it was given in', () => {
    const stack = testStack();
    const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1');
    expect(() => new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.dsse(key) })).toThrow("'encryptionMode' must be in the bucket's region");
  });
});

describe('a SecureBucket accepts as its key', () => {
  test('one whose ARN is known only at deployment', () => {
    const stack = testStack();
    const bucket = use(stack, kms.Key.fromKeyArn(stack, 'Key', new CfnParameter(stack, 'Arn').valueAsString))();
    expect(propertiesOf(bucket).BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID).toEqual({ Ref: 'Arn' });
  });

  test('an imported key of any region in an environment-agnostic stack', () => {
    const stack = agnosticStack();
    expect(use(stack, kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1'))).not.toThrow();
  });

  test.each([['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('an imported key of partition %s', (partition, region) => {
    const stack = testStack({ env: { ...IRELAND, region } });
    expect(use(stack, kms.Key.fromKeyArn(stack, 'Key', `arn:${partition}:kms:${region}:111111111111:key/1`))).not.toThrow();
  });

  test('a multi-region key by its replica in the region of the bucket', () => {
    const stack = testStack();
    expect(use(stack, kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/mrk-1'))).not.toThrow();
  });

  test('a key of another account', () => {
    const stack = testStack();
    expect(use(stack, kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:222222222222:key/1'))).not.toThrow();
  });

  test('a key that says it is symmetric', () => {
    const stack = testStack();
    expect(use(stack, new kms.Key(stack, 'Key', { keySpec: kms.KeySpec.SYMMETRIC_DEFAULT, keyUsage: kms.KeyUsage.ENCRYPT_DECRYPT }))).not.toThrow();
  });
});
