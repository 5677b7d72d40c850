import { Aws, CfnParameter, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RotatingS3Key, RotatingS3KeyProps } from '../../src';
import { OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { actionsOf, keyPolicyOf, propertiesOf, resourceOf, statement, warningIds, warningText } from '../helpers/template';

const policy = (props?: RotatingS3KeyProps) => keyPolicyOf(new RotatingS3Key(testStack(), 'Key', props));
const ROOT = { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:root']] } };

describe('the key policy', () => {
  test('lets the account administer the key without any cryptographic action', () => {
    const administer = statement(policy(), 'AdministerWithoutCryptography');
    expect(administer).toMatchObject({ Effect: 'Allow', Principal: ROOT, Resource: '*' });
    expect(administer.Condition).toBeUndefined();
    expect(actionsOf(administer)).toEqual([
      'kms:CancelKeyDeletion', 'kms:CreateAlias', 'kms:DeleteAlias', 'kms:Describe*', 'kms:DisableKey', 'kms:DisableKeyRotation',
      'kms:EnableKey', 'kms:EnableKeyRotation', 'kms:Get*', 'kms:List*', 'kms:PutKeyPolicy', 'kms:ReplicateKey', 'kms:RevokeGrant',
      'kms:RotateKeyOnDemand', 'kms:ScheduleKeyDeletion', 'kms:TagResource', 'kms:UntagResource', 'kms:UpdateAlias',
      'kms:UpdateKeyDescription', 'kms:UpdatePrimaryRegion',
    ]);
  });

  test('lets the account use the key through S3 only, as a caller of this account', () => {
    expect(statement(policy(), 'UseThroughS3')).toEqual({
      Sid: 'UseThroughS3',
      Effect: 'Allow',
      Principal: ROOT,
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com', 'kms:CallerAccount': '111111111111' } },
    });
  });

  test('keeps kms:PutKeyPolicy for the account, so that the stack can deploy its next version', () => {
    expect(actionsOf(statement(policy(), 'AdministerWithoutCryptography'))).toContain('kms:PutKeyPolicy');
    expect(policy().filter(({ Effect }) => Effect === 'Deny').flatMap(actionsOf)).not.toContain('kms:PutKeyPolicy');
  });

  test('denies grants to principals, whether KMS says so or says nothing', () => {
    const denied = { Effect: 'Deny', Principal: '*', Action: 'kms:CreateGrant', Resource: '*' };
    expect(statement(policy(), 'DenyGrantsToPrincipals')).toEqual({
      Sid: 'DenyGrantsToPrincipals', ...denied, Condition: { Bool: { 'kms:GrantIsForAWSResource': 'false' } },
    });
    expect(statement(policy(), 'DenyGrantsOfUnknownUse')).toEqual({
      Sid: 'DenyGrantsOfUnknownUse', ...denied, Condition: { Null: { 'kms:GrantIsForAWSResource': 'true' } },
    });
  });

  test('denies everybody a deletion window under 30 days', () => {
    expect(statement(policy(), 'DenyShortDeletionWindow')).toEqual({
      Sid: 'DenyShortDeletionWindow',
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:ScheduleKeyDeletion',
      Resource: '*',
      Condition: { NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } },
    });
  });

  test('denies everybody to delete or disable a key that was used within the last 30 days', () => {
    expect(statement(policy(), 'DenyDestroyingKeyInUse')).toEqual({
      Sid: 'DenyDestroyingKeyInUse',
      Effect: 'Deny',
      Principal: '*',
      Action: ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
      Resource: '*',
      Condition: { NumericLessThan: { 'kms:TrailingDaysWithoutKeyUsage': '30' } },
    });
  });

  test('never bypasses the safety check of KMS', () => {
    expect(propertiesOf(new RotatingS3Key(testStack(), 'Key'))).not.toHaveProperty('BypassPolicyLockoutSafetyCheck');
  });
});

describe('allowQuickDeletionBecause', () => {
  test('waits 7 days and drops both deletion guards, and no other statement', () => {
    const key = new RotatingS3Key(testStack(), 'Key', { allowQuickDeletionBecause: 'pull request environments' });
    expect(propertiesOf(key).PendingWindowInDays).toBe(7);
    expect(keyPolicyOf(key).map(({ Sid }) => Sid))
      .toEqual(['AdministerWithoutCryptography', 'UseThroughS3', 'DenyGrantsToPrincipals', 'DenyGrantsOfUnknownUse']);
  });

  test('warns with the reason', () => {
    const key = new RotatingS3Key(testStack(), 'Key', { allowQuickDeletionBecause: 'pull request environments' });
    expect(warningText(key, 'cdk-s3-encryption:RotatingS3Key.quickDeletionAllowed'))
      .toMatch(/within 7 days.*Reason given: pull request environments$/);
  });

  test('is the one warning under RemovalPolicy.DESTROY, since nothing is guarded then', () => {
    const key = new RotatingS3Key(testStack(), 'Key', { allowQuickDeletionBecause: 'tests', removalPolicy: RemovalPolicy.DESTROY });
    expect(warningIds(key)).toEqual(['cdk-s3-encryption:RotatingS3Key.quickDeletionAllowed']);
    expect(resourceOf(key).DeletionPolicy).toBe('Delete');
  });

  test('accepts a reason that is known only at deployment', () => {
    const stack = testStack();
    const reason = new CfnParameter(stack, 'Reason').valueAsString;
    expect(propertiesOf(new RotatingS3Key(stack, 'Key', { allowQuickDeletionBecause: reason })).PendingWindowInDays).toBe(7);
  });

  test.each(['', '   '])('refuses the reason %j', (reason) => {
    expect(() => policy({ allowQuickDeletionBecause: reason }))
      .toThrow(`'allowQuickDeletionBecause' must say why, got '${reason}': give a reason, or leave it out to keep the 30 days`);
  });

  test('is refused beside breakGlass, which says the opposite', () => {
    expect(() => policy({ allowQuickDeletionBecause: 'tests', breakGlass: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/x')] }))
      .toThrow("'breakGlass' reserves deletion and 'allowQuickDeletionBecause' opens it, got both: keep one of them");
  });
});

describe('breakGlass', () => {
  const glass = 'arn:aws:iam::111111111111:role/BreakGlass';
  const props = { breakGlass: [new iam.ArnPrincipal(glass)] };

  test('reserves deletion, disabling and turning rotation off to the named principals', () => {
    expect(statement(policy(props), 'DenyDestroyingExceptBreakGlass')).toEqual({
      Sid: 'DenyDestroyingExceptBreakGlass',
      Effect: 'Deny',
      Principal: '*',
      Action: ['kms:DeleteImportedKeyMaterial', 'kms:DisableKey', 'kms:DisableKeyRotation', 'kms:ScheduleKeyDeletion'],
      Resource: '*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': glass } },
    });
  });

  test('lets them disable a key in use, and never delete one', () => {
    expect(statement(policy(props), 'DenyDestroyingKeyInUse').Action).toBe('kms:ScheduleKeyDeletion');
  });

  test('keeps the deletion window of 30 days', () => {
    expect(policy(props).map(({ Sid }) => Sid)).toContain('DenyShortDeletionWindow');
  });

  test('lists several principals in one condition', () => {
    const other = `arn:aws:iam::${OTHER_ACCOUNT}:role/Security`;
    const both = { breakGlass: [new iam.ArnPrincipal(glass), new iam.ArnPrincipal(other)] };
    expect(statement(policy(both), 'DenyDestroyingExceptBreakGlass').Condition)
      .toEqual({ ArnNotEquals: { 'aws:PrincipalArn': [glass, other] } });
  });
});

describe('admins', () => {
  test('administer the key by name, with no cryptographic action and no condition', () => {
    const statements = policy({ admins: [new iam.ArnPrincipal('arn:aws:iam::111111111111:role/Admin')] });
    const named = statement(statements, 'NamedAdministrators');
    expect(named).toMatchObject({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:role/Admin' }, Resource: '*' });
    expect(actionsOf(named)).toEqual(actionsOf(statement(statements, 'AdministerWithoutCryptography')));
  });
});

describe.each(['admins', 'breakGlass'] as const)('%s', (prop) => {
  const sid = prop === 'admins' ? 'NamedAdministrators' : 'DenyDestroyingExceptBreakGlass';
  const named = (make: (stack: ReturnType<typeof testStack>) => iam.IPrincipal): unknown => {
    const stack = testStack();
    const found = statement(keyPolicyOf(new RotatingS3Key(stack, 'Key', { [prop]: [make(stack)] })), sid);
    return prop === 'admins' ? (found.Principal as { AWS: unknown }).AWS : found.Condition?.ArnNotEquals['aws:PrincipalArn'];
  };

  test('names a role of the stack', () => {
    expect(named((stack) => role(stack))).toEqual({ 'Fn::GetAtt': ['Role1ABCC5F0', 'Arn'] });
  });

  test('names a user of the stack', () => {
    expect(named((stack) => new iam.User(stack, 'User'))).toEqual({ 'Fn::GetAtt': ['User00B015A1', 'Arn'] });
  });

  test('names an imported role of another account', () => {
    const arn = `arn:aws:iam::${OTHER_ACCOUNT}:role/path/Admin`;
    expect(named((stack) => iam.Role.fromRoleArn(stack, 'Imported', arn))).toBe(arn);
  });

  test('names an imported user', () => {
    expect(named((stack) => iam.User.fromUserArn(stack, 'Imported', 'arn:aws:iam::111111111111:user/bob'))).toBe('arn:aws:iam::111111111111:user/bob');
  });

  test('names a role whose ARN is known only at deployment', () => {
    expect(named((stack) => new iam.ArnPrincipal(new CfnParameter(stack, 'Admin').valueAsString))).toEqual({ Ref: 'Admin' });
  });

  test.each(['aws-cn', 'aws-us-gov'])('names a role of partition %s', (partition) => {
    const arn = `arn:${partition}:iam::111111111111:role/Admin`;
    expect(named(() => new iam.ArnPrincipal(arn))).toBe(arn);
  });

  test('refuses an empty list', () => {
    expect(() => new RotatingS3Key(testStack(), 'Key', { [prop]: [] }))
      .toThrow(`'${prop}' must name at least one IAM role or user, got an empty list: leave it out to use the default`);
  });

  const remedy = 'pass an iam.Role, an iam.User or an iam.ArnPrincipal of one';
  test.each([
    ['AccountPrincipal(111111111111)', new iam.AccountPrincipal('111111111111')],
    ['AccountRootPrincipal()', new iam.AccountRootPrincipal()],
    ['ArnPrincipal(arn:aws:iam::111111111111:root)', new iam.ArnPrincipal('arn:aws:iam::111111111111:root')],
    ['ServicePrincipal(ec2.amazonaws.com)', new iam.ServicePrincipal('ec2.amazonaws.com')],
    ['StarPrincipal()', new iam.StarPrincipal()],
    ['AnyPrincipal()', new iam.AnyPrincipal()],
    ['OrganizationPrincipal(o-1234567890)', new iam.OrganizationPrincipal('o-1234567890')],
    ['FederatedPrincipal(idp)', new iam.FederatedPrincipal('idp')],
    ['CanonicalUserPrincipal(id)', new iam.CanonicalUserPrincipal('id')],
  ])('refuses %s, which would match nobody or everybody', (printed, principal) => {
    expect(() => new RotatingS3Key(testStack(), 'Key', { [prop]: [principal] }))
      .toThrow(`'${prop}' takes IAM roles and users, got ${printed}: ${remedy}`);
  });

  test('refuses two principals in one', () => {
    const two = new iam.CompositePrincipal(
      new iam.ArnPrincipal('arn:aws:iam::111111111111:role/a'), new iam.ArnPrincipal('arn:aws:iam::111111111111:role/b'));
    expect(() => new RotatingS3Key(testStack(), 'Key', { [prop]: [two] })).toThrow(`'${prop}' takes IAM roles and users`);
  });

  test.each<[string, iam.IPrincipal]>([
    ['the root of an account behind a condition', new iam.AccountPrincipal('111111111111').withConditions({ Bool: { 'aws:SecureTransport': 'true' } })],
    ['the root of an account inside a composite', new iam.CompositePrincipal(new iam.AccountPrincipal('111111111111'))],
    ['the root of the account by pseudo parameters', new iam.ArnPrincipal(`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`)],
    ['a role with a condition, which would be dropped',
      new iam.ArnPrincipal('arn:aws:iam::111111111111:role/x').withConditions({ StringEquals: { 'aws:PrincipalTag/team': 'a' } })],
  ])('refuses %s', (_, principal) => {
    expect(() => new RotatingS3Key(testStack(), 'Key', { [prop]: [principal] })).toThrow(`'${prop}' takes IAM roles and users`);
  });

  test('refuses a group, which is no principal to KMS and never aws:PrincipalArn', () => {
    const stack = testStack();
    expect(() => new RotatingS3Key(stack, 'Key', { [prop]: [new iam.Group(stack, 'Group')] })).toThrow(`'${prop}' takes IAM roles and users`);
  });
});

// aws:PrincipalArn carries the ARN of the role for a role session: a list of sessions denies everybody.
test('breakGlass refuses the session of an assumed role', () => {
  const session = new iam.ArnPrincipal('arn:aws:sts::111111111111:assumed-role/Ops/alice');
  expect(() => policy({ breakGlass: [session] })).toThrow("'breakGlass' takes IAM roles and users");
});
