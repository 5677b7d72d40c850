import { CfnParameter, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { KeyAccess, KeyRotation, RotatingS3Key } from '../../src';
import { agnosticStack, FLAG_SETS, role, testStack } from '../helpers/stack';
import { keyPolicyOf, logicalIdOf, propertiesOf, resourceOf, resourcesOf, statement, warningIds, warningText } from '../helpers/template';

describe.each(FLAG_SETS)('a RotatingS3Key with no props, %s', (_, context) => {
  const key = new RotatingS3Key(testStack({ context }), 'Key');

  test('is a kms.Key, so it fits wherever a key is wanted', () => {
    expect(key).toBeInstanceOf(kms.Key);
  });

  test('rotates once a year', () => {
    expect(propertiesOf(key)).toMatchObject({ EnableKeyRotation: true, RotationPeriodInDays: 365 });
  });

  test('waits 30 days before it is deleted', () => {
    expect(propertiesOf(key).PendingWindowInDays).toBe(30);
  });

  test('is retained when it leaves the stack', () => {
    expect(resourceOf(key)).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('describes itself by its path', () => {
    expect(propertiesOf(key).Description).toBe('Encrypts objects in S3. Made by cdk-s3-encryption for Stack/Key');
  });

  test('has nothing else: single region, symmetric, enabled, with the safety check of KMS', () => {
    expect(Object.keys(propertiesOf(key)).sort())
      .toEqual(['Description', 'EnableKeyRotation', 'KeyPolicy', 'PendingWindowInDays', 'RotationPeriodInDays']);
  });

  test('makes no alias', () => {
    expect(resourcesOf(Stack.of(key), 'AWS::KMS::Alias')).toEqual({});
  });

  test('has the six statements of the default policy and no other', () => {
    expect(keyPolicyOf(key).map(({ Sid }) => Sid)).toEqual([
      'AdministerWithoutCryptography', 'UseThroughS3', 'DenyGrantsToPrincipals', 'DenyGrantsOfUnknownUse',
      'DenyShortDeletionWindow', 'DenyDestroyingKeyInUse',
    ]);
  });

  test('warns of nothing', () => {
    expect(warningIds(Stack.of(key))).toEqual([]);
  });
});

describe('RotatingS3Key', () => {
  test('keeps the logical id of a kms.Key with the same id; a change means a new key and unreadable data', () => {
    expect(logicalIdOf(new RotatingS3Key(testStack(), 'Key'))).toBe(logicalIdOf(new kms.Key(testStack(), 'Key')));
    expect(logicalIdOf(new RotatingS3Key(testStack(), 'Key'))).toBe('Key961B73FD');
  });

  test('keeps the logical id of the alias of a kms.Key with the same id', () => {
    const [ours] = Object.keys(resourcesOf(Stack.of(new RotatingS3Key(testStack(), 'Key', { alias: 'data' })), 'AWS::KMS::Alias'));
    const [plain] = Object.keys(resourcesOf(Stack.of(new kms.Key(testStack(), 'Key', { alias: 'data' })), 'AWS::KMS::Alias'));
    expect(ours).toBe(plain);
  });

  test('rotates on the given period', () => {
    const key = new RotatingS3Key(testStack(), 'Key', { rotation: KeyRotation.every(Duration.days(180)) });
    expect(propertiesOf(key)).toMatchObject({ EnableKeyRotation: true, RotationPeriodInDays: 180 });
  });

  test('takes the given description', () => {
    expect(propertiesOf(new RotatingS3Key(testStack(), 'Key', { description: 'orders' })).Description).toBe('orders');
  });

  test('takes a description that is known only at deployment', () => {
    const stack = testStack();
    const description = new CfnParameter(stack, 'Text').valueAsString;
    expect(propertiesOf(new RotatingS3Key(stack, 'Key', { description })).Description).toEqual({ Ref: 'Text' });
  });

  test('can be replicated to other regions when multiRegion is true', () => {
    expect(propertiesOf(new RotatingS3Key(testStack(), 'Key', { multiRegion: true })).MultiRegion).toBe(true);
  });

  test('takes multiRegion false as it is', () => {
    expect(propertiesOf(new RotatingS3Key(testStack(), 'Key', { multiRegion: false })).MultiRegion).toBe(false);
  });

  test.each(['orders', 'alias/orders'])('makes an alias from %s', (alias) => {
    const stack = Stack.of(new RotatingS3Key(testStack(), 'Key', { alias }));
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/orders' });
  });

  test('takes an alias that is known only at deployment', () => {
    const stack = testStack();
    new RotatingS3Key(stack, 'Key', { alias: new CfnParameter(stack, 'Name').valueAsString });
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Alias', { AliasName: { Ref: 'Name' } });
  });

  test('takes a lazy alias', () => {
    const stack = testStack();
    new RotatingS3Key(stack, 'Key', { alias: Lazy.string({ produce: () => 'alias/late' }) });
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/late' });
  });

  test('retains its alias with the key', () => {
    const stack = Stack.of(new RotatingS3Key(testStack(), 'Key', { alias: 'orders' }));
    Template.fromStack(stack).hasResource('AWS::KMS::Alias', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('retains an alias that is added later', () => {
    const key = new RotatingS3Key(testStack(), 'Key');
    key.addAlias('later');
    Template.fromStack(Stack.of(key)).hasResource('AWS::KMS::Alias', { DeletionPolicy: 'Retain' });
  });

  test('lets the alias go with the key under RemovalPolicy.DESTROY', () => {
    const key = new RotatingS3Key(testStack(), 'Key', { alias: 'orders', removalPolicy: RemovalPolicy.DESTROY });
    expect(resourceOf(key).DeletionPolicy).toBe('Delete');
    Template.fromStack(Stack.of(key)).hasResource('AWS::KMS::Alias', { DeletionPolicy: 'Delete' });
  });

  test('warns under RemovalPolicy.DESTROY that deleting a key in use fails', () => {
    const key = new RotatingS3Key(testStack(), 'Key', { removalPolicy: RemovalPolicy.DESTROY });
    const text = warningText(key, 'cdk-s3-encryption:RotatingS3Key.deletionIsGuarded');
    expect(text).toContain('used within the last 30 days');
    expect(text).not.toContain('breakGlass');
  });

  test('warns under RemovalPolicy.DESTROY with breakGlass that the role that deploys must be in it', () => {
    const stack = testStack();
    const key = new RotatingS3Key(stack, 'Key', { removalPolicy: RemovalPolicy.DESTROY, breakGlass: [role(stack)] });
    expect(warningText(key, 'cdk-s3-encryption:RotatingS3Key.deletionIsGuarded')).toContain("the role that deploys is not in 'breakGlass'");
  });

  test('names the account of an environment-agnostic stack by reference', () => {
    const key = new RotatingS3Key(agnosticStack(), 'Key');
    expect(statement(keyPolicyOf(key), 'UseThroughS3').Condition?.StringEquals['kms:CallerAccount']).toEqual({ Ref: 'AWS::AccountId' });
  });

  test('lists both endings of kms:ViaService in an environment-agnostic stack, which may be in China', () => {
    const key = new RotatingS3Key(agnosticStack(), 'Key');
    expect(statement(keyPolicyOf(key), 'UseThroughS3').Condition?.StringEquals['kms:ViaService']).toEqual([
      { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
      { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
    ]);
  });

  test('lists both endings of kms:ViaService in China', () => {
    const key = new RotatingS3Key(testStack({ env: { account: '111111111111', region: 'cn-north-1' } }), 'Key');
    expect(statement(keyPolicyOf(key), 'UseThroughS3').Condition?.StringEquals['kms:ViaService'])
      .toEqual(['s3.cn-north-1.amazonaws.com', 's3.cn-north-1.amazonaws.com.cn']);
  });

  test('lists one kms:ViaService in GovCloud', () => {
    const key = new RotatingS3Key(testStack({ env: { account: '111111111111', region: 'us-gov-west-1' } }), 'Key');
    expect(statement(keyPolicyOf(key), 'UseThroughS3').Condition?.StringEquals['kms:ViaService']).toBe('s3.us-gov-west-1.amazonaws.com');
  });

  test.each([
    ['cn-north-1', 'arn:aws-cn:iam::111111111111:root'],
    ['us-gov-west-1', 'arn:aws-us-gov:iam::111111111111:root'],
  ])('names the account root of the partition of %s', (region, root) => {
    const context = { '@aws-cdk/core:enablePartitionLiterals': true };
    const key = new RotatingS3Key(testStack({ env: { account: '111111111111', region }, context }), 'Key');
    expect(statement(keyPolicyOf(key), 'AdministerWithoutCryptography').Principal).toEqual({ AWS: root });
  });

  test('is refused by CDK under an alias that AWS reserves', () => {
    expect(() => new RotatingS3Key(testStack(), 'Key', { alias: 'alias/aws/orders' })).toThrow('alias/aws/');
  });

  test('refuses a description longer than the 8192 characters that its documentation allows', () => {
    expect(() => new RotatingS3Key(testStack(), 'Key', { description: 'x'.repeat(8193) })).toThrow("'description'");
  });

  test.each(['', ' ', 'some text', 'alias/', 'alias/aws/s3', 'aws/s3', 'x'.repeat(251)])('refuses the alias \'%s\', which KMS would not take', (alias) => {
    expect(() => new RotatingS3Key(testStack(), 'Key', { alias }))
      .toThrow(`'alias' must have 1 to 250 letters, digits, '/', '_' or '-' and not start with 'aws/', got '${alias}'`);
  });

  test('refuses snapshots, which KMS does not have', () => {
    expect(() => new RotatingS3Key(testStack(), 'Key', { removalPolicy: RemovalPolicy.SNAPSHOT }))
      .toThrow("'removalPolicy' must not be SNAPSHOT, got snapshot");
  });

  test('takes an access preset', () => {
    const key = new RotatingS3Key(testStack(), 'Key', { access: KeyAccess.throughServices('sqs') });
    expect(keyPolicyOf(key).map(({ Sid }) => Sid)).toContain('UseThroughServices');
  });
});
