import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RotatingS3Key, SecureBucket } from '../../src';
import { FLAG_SETS, IRELAND, OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { identityStatements, keyPolicyOf, withoutSid } from '../helpers/template';

const FOREIGN = `arn:aws:iam::${OTHER_ACCOUNT}:role/Reader`;

describe.each(FLAG_SETS)('a grant on the key, %s', (_, context) => {
  test('to a role of the same account goes to its identity policy only', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'Key');
    key.grantDecrypt(role(stack));
    expect(withoutSid(keyPolicyOf(key))).toEqual([]);
    expect(identityStatements(stack)).toEqual([
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } },
    ]);
  });

  test('through key.grants goes the same way', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'Key');
    key.grants.encryptDecrypt(role(stack));
    expect(withoutSid(keyPolicyOf(key))).toEqual([]);
    expect(identityStatements(stack)).toHaveLength(1);
  });

  test('to a role of another account names it in the key policy, through S3 only', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'Key');
    key.grantDecrypt(iam.Role.fromRoleArn(stack, 'Foreign', FOREIGN));
    expect(withoutSid(keyPolicyOf(key))).toEqual([{
      Effect: 'Allow',
      Principal: { AWS: FOREIGN },
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    }]);
  });

  test('to another account names it in the key policy, through S3 only', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'Key');
    key.grantEncryptDecrypt(new iam.AccountPrincipal(OTHER_ACCOUNT));
    const [named, ...others] = withoutSid(keyPolicyOf(key));
    expect(named.Condition).toEqual({ StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } });
    expect(others).toEqual([]);
  });

  test('to a service names it in the key policy', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'Key');
    key.grantDecrypt(new iam.ServicePrincipal('macie.amazonaws.com'));
    expect(withoutSid(keyPolicyOf(key))).toMatchObject([{ Principal: { Service: 'macie.amazonaws.com' }, Action: 'kms:Decrypt' }]);
  });

  test('across three stacks makes no cycle', () => {
    const app = new App({ context });
    const keys = testStack({ app, id: 'Keys' });
    const data = testStack({ app, id: 'Data' });
    const apps = testStack({ app, id: 'Apps' });
    const key = new RotatingS3Key(keys, 'Key');
    const bucket = new SecureBucket(data, 'Data', { encryptionKey: key });
    bucket.grantReadWrite(role(apps));
    key.grantDecrypt(role(apps, 'Direct'));
    // The other way round as well: a role of the stack that the key's stack knows nothing of.
    bucket.grantRead(role(data, 'Beside'));
    app.synth();
    for (const stack of [keys, data, apps]) { Template.fromStack(stack); }
    expect(keys.dependencies).toEqual([]);
    expect(withoutSid(keyPolicyOf(key))).toEqual([]);
  });
});

describe('grantAdmin', () => {
  test('gives administration without any cryptographic action', () => {
    const stack = testStack();
    new RotatingS3Key(stack, 'Key').grantAdmin(role(stack));
    const actions = identityStatements(stack).flatMap(({ Action }) => Action);
    expect(actions).toEqual(expect.arrayContaining(['kms:RotateKeyOnDemand', 'kms:PutKeyPolicy']));
    expect(actions).not.toEqual(expect.arrayContaining(['kms:Create*']));
    expect(actions).not.toEqual(expect.arrayContaining(['kms:CreateGrant']));
  });

  test('names an administrator of another account in the key policy', () => {
    const stack = testStack();
    const key = new RotatingS3Key(stack, 'Key');
    key.grantAdmin(iam.Role.fromRoleArn(stack, 'Foreign', FOREIGN));
    const [named] = withoutSid(keyPolicyOf(key));
    expect(named).toMatchObject({ Effect: 'Allow', Principal: { AWS: FOREIGN }, Resource: '*' });
    expect(named.Condition).toBeUndefined();
  });
});

test('a grant to a role in a stack of another region leaves the key policy alone', () => {
  const app = new App();
  const key = new RotatingS3Key(testStack({ app }), 'Key');
  const elsewhere = new Stack(app, 'Elsewhere', { env: { ...IRELAND, region: 'us-east-1' } });
  const bucket = new SecureBucket(Stack.of(key), 'Data', { encryptionKey: key, bucketName: 'fixed-name' });
  bucket.grantRead(role(elsewhere));
  expect(withoutSid(keyPolicyOf(key))).toEqual([]);
});
