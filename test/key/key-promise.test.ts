import { Aspects, Duration, PropertyInjectors, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { KeyRotation, RotatingS3Key, RotatingS3KeyProps } from '../../src';
import { injectInto, onEach } from '../helpers/interference';
import { appOf, FLAG_SETS, testStack } from '../helpers/stack';
import { propertiesOf } from '../helpers/template';

const REMEDY = 'a property injector, an aspect or an override changed it; exempt this key there, or use kms.Key';

describe.each(FLAG_SETS)('a RotatingS3Key whose promise is broken, %s', (_, context) => {
  const overridden = (change: (key: kms.CfnKey) => void, props?: RotatingS3KeyProps) => () => {
    const stack = testStack({ context });
    change(new RotatingS3Key(stack, 'Key', props).node.defaultChild as kms.CfnKey);
    appOf(stack).synth();
  };
  const injected = (props: kms.KeyProps) => () => {
    const stack = testStack({ context });
    PropertyInjectors.of(stack).add(injectInto(kms.Key.PROPERTY_INJECTION_ID, props));
    new RotatingS3Key(stack, 'Key');
    appOf(stack).synth();
  };
  const visited = (change: (key: kms.CfnKey) => void) => () => {
    const stack = testStack({ context });
    new RotatingS3Key(stack, 'Key');
    Aspects.of(stack).add(onEach((node: IConstruct) => { if (kms.CfnKey.isCfnKey(node)) { change(node); } }));
    appOf(stack).synth();
  };

  test.each<[string, () => void]>([
    ['an aspect', visited((key) => { key.enableKeyRotation = false; })],
    ['an override', overridden((key) => key.addPropertyOverride('EnableKeyRotation', false))],
    ['a deletion override', overridden((key) => key.addPropertyDeletionOverride('EnableKeyRotation'))],
    ['a property injector', injected({ enableKeyRotation: false, rotationPeriod: undefined })],
  ])('fails when %s turns rotation off', (__, synth) => {
    expect(synth).toThrow(/\[Stack\/Key\] 'EnableKeyRotation' must stay true, got /);
  });

  test('names the remedy', () => {
    expect(overridden((key) => key.addPropertyOverride('EnableKeyRotation', false))).toThrow(REMEDY);
  });

  test.each<[string, () => void]>([
    ['an aspect', visited((key) => { key.rotationPeriodInDays = 1000; })],
    ['an override', overridden((key) => key.addPropertyOverride('RotationPeriodInDays', 1000))],
    ['a property injector', injected({ rotationPeriod: Duration.days(1000) })],
  ])('fails when %s changes the rotation period', (__, synth) => {
    expect(synth).toThrow("'RotationPeriodInDays' must stay 365, got 1000");
  });

  test.each<[string, () => void]>([
    ['an override', overridden((key) => key.addPropertyOverride('Enabled', false))],
    ['a property injector', injected({ enabled: false })],
  ])('fails when %s disables the key', (__, synth) => {
    expect(synth).toThrow("'Enabled' must stay true");
  });

  test('fails when an override bypasses the safety check of KMS', () => {
    expect(overridden((key) => key.addPropertyOverride('BypassPolicyLockoutSafetyCheck', true)))
      .toThrow("'BypassPolicyLockoutSafetyCheck' must stay false");
  });

  test.each<[string, () => void]>([
    ['an override', overridden((key) => key.addPropertyOverride('KeySpec', 'RSA_2048'))],
    ['a property injector', injected({ keySpec: kms.KeySpec.RSA_2048, enableKeyRotation: false, rotationPeriod: undefined })],
  ])('fails when %s makes the key unusable for S3', (__, synth) => {
    expect(synth).toThrow("'KeySpec' must stay SYMMETRIC_DEFAULT");
  });

  test('fails when a property injector replaces the key policy, naming each lost statement', () => {
    expect(injected({ policy: new iam.PolicyDocument() })).toThrow(
      "'KeyPolicy' must keep the statements AdministerWithoutCryptography, UseThroughS3, DenyGrantsToPrincipals, DenyGrantsOfUnknownUse, DenyShortDeletionWindow, DenyDestroyingKeyInUse as they were");
  });

  test.each([
    'AdministerWithoutCryptography', 'UseThroughS3', 'DenyGrantsToPrincipals', 'DenyGrantsOfUnknownUse', 'DenyShortDeletionWindow', 'DenyDestroyingKeyInUse',
  ])('fails when an override removes %s', (sid) => {
    const order = ['AdministerWithoutCryptography', 'UseThroughS3', 'DenyGrantsToPrincipals', 'DenyGrantsOfUnknownUse', 'DenyShortDeletionWindow', 'DenyDestroyingKeyInUse'];
    expect(overridden((key) => key.addPropertyDeletionOverride(`KeyPolicy.Statement.${order.indexOf(sid)}`)))
      .toThrow(`'KeyPolicy' must keep the statements ${sid} as they were`);
  });

  test('fails when an override removes the break-glass statement', () => {
    const props = { breakGlass: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/Glass')] };
    expect(overridden((key) => key.addPropertyDeletionOverride('KeyPolicy.Statement.5'), props)).toThrow('DenyDestroyingExceptBreakGlass');
  });

  test('fails when an override weakens the condition of a statement', () => {
    expect(overridden((key) => key.addPropertyDeletionOverride('KeyPolicy.Statement.1.Condition'))).toThrow('must keep the statements UseThroughS3 as they were');
  });

  const everything = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'kms:*', Resource: '*' };
  test.each<[string, () => void]>([
    ['an aspect', visited((key) => { key.keyPolicy = { Statement: [everything] }; })],
    ['an override', overridden((key) => key.addPropertyOverride('KeyPolicy.Statement.6', everything))],
  ])('fails when %s delegates kms:* to the account', (__, synth) => {
    expect(synth).toThrow("'KeyPolicy' must not allow direct use");
  });

  test.each([
    { ...everything, Action: ['kms:*'] },
    { ...everything, Action: '*' },
    { ...everything, Action: 'kms:Decrypt' },
    { ...everything, Action: ['kms:Decrypt', 'kms:DescribeKey'] },
  ])('fails when an override allows direct use by %j', (added) => {
    expect(overridden((key) => key.addPropertyOverride('KeyPolicy.Statement.6', added))).toThrow("'KeyPolicy' must not allow direct use");
  });

  test('fails when the key is no longer the default child', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'Key');
    key.node.defaultChild = new kms.CfnAlias(key, 'Other', { aliasName: 'alias/x', targetKeyId: key.keyId });
    expect(() => appOf(stack).synth()).toThrow('RotatingS3Key must contain an AWS::KMS::Key as its default child');
  });

  test('fails when a property injector shortens the deletion window, which the key policy then denies', () => {
    expect(injected({ pendingWindow: Duration.days(7) })).toThrow("'PendingWindowInDays'");
  });

  test('fails when a property injector drops the retention', () => {
    expect(injected({ removalPolicy: RemovalPolicy.DESTROY })).toThrow("'DeletionPolicy'");
  });

  test.each([['KeyUsage', 'SIGN_VERIFY'], ['Origin', 'EXTERNAL']])('fails when an override sets %s to %s, with which the key cannot rotate or encrypt', (property, value) => {
    expect(overridden((key) => key.addPropertyOverride(property, value))).toThrow(`'${property}'`);
  });
});

describe.each(FLAG_SETS)('a RotatingS3Key whose promise is kept, %s', (_, context) => {
  test('synthesizes with tags on everything', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'Key');
    Tags.of(stack).add('team', 'data');
    appOf(stack).synth();
    expect(propertiesOf(key).Tags).toEqual([{ Key: 'team', Value: 'data' }]);
  });

  test('synthesizes with an aspect that only looks', () => {
    const stack = testStack({ context });
    new RotatingS3Key(stack, 'Key');
    Aspects.of(stack).add(onEach(() => undefined));
    expect(() => appOf(stack).synth()).not.toThrow();
  });

  test('synthesizes with a further statement', () => {
    const stack = testStack({ context });
    new RotatingS3Key(stack, 'Key').consumers.snsFromCloudWatch();
    expect(() => appOf(stack).synth()).not.toThrow();
  });

  test('synthesizes with every option', () => {
    const stack: Stack = testStack({ context });
    new RotatingS3Key(stack, 'Key', {
      rotation: KeyRotation.every(Duration.days(90)),
      breakGlass: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/Glass')],
      admins: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/Admin')],
      alias: 'all',
      multiRegion: true,
    });
    expect(() => appOf(stack).synth()).not.toThrow();
  });
});
