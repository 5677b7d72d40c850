import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { EncryptionMode, RotatingS3Key, SecureBucket } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { appOf, FLAG_SETS, IRELAND, OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { aboutService, actionsOf, bucketPolicyOf, identityStatements, keyPolicyOf, warningIds, warningsBelow, warningText, withoutSid } from '../helpers/template';

const IDENTITY = 'cdk-s3-encryption:SecureBucket.identityMustAddStatement';
const OWNER = 'cdk-s3-encryption:ImportedKey.ownerMustAddStatement';
const NO_SOURCE = 'cdk-s3-encryption:SecureBucket.serviceWithoutSource';
const VIA_S3 = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };

describe.each(FLAG_SETS)('%s', (_, context) => {
  keepReportsQuiet();

  const setUp = () => {
    const stack = testStack({ context });
    return { stack, bucket: new SecureBucket(stack, 'Data') };
  };
  const keyAdditions = (bucket: SecureBucket) => withoutSid(keyPolicyOf(bucket.encryptionKey!));

  describe('a grant to a principal with a policy of its own', () => {
    test.each<[string, (stack: Stack) => iam.IGrantable]>([
      ['a role', (stack) => role(stack)],
      ['a user', (stack) => new iam.User(stack, 'User')],
      ['a group', (stack) => new iam.Group(stack, 'Group')],
      ['an imported role of the account', (stack) => iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111111111111:role/x')],
      ['a role imported by name', (stack) => iam.Role.fromRoleName(stack, 'Imported', 'x')],
      ['an imported user', (stack) => iam.User.fromUserName(stack, 'Imported', 'bob')],
    ])('goes to the identity policy only, and warns of nothing: %s', (__, make) => {
      const { stack, bucket } = setUp();
      bucket.grantRead(make(stack));
      expect(aboutService(identityStatements(stack), 'kms').map(({ Action }) => Action)).toEqual(['kms:Decrypt', 'kms:DescribeKey']);
      expect(keyAdditions(bucket)).toEqual([]);
      expect(withoutSid(bucketPolicyOf(bucket))).toEqual([]);
      expect(warningIds(stack)).toEqual([]);
    });
  });

  describe('a grant to a role that was imported as immutable', () => {
    test('warns and prints the KMS statement that its owner must add', () => {
      const { stack, bucket } = setUp();
      bucket.grantPut(iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111111111111:role/x', { mutable: false }));
      const text = warningText(bucket, IDENTITY);
      expect(text).toContain('so this grant has no effect until its owner allows the S3 actions on the bucket');
      expect(JSON.parse(text.slice(text.indexOf('\n')))).toMatchObject({
        Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Condition: { StringEquals: VIA_S3 },
      });
      expect(resourcesAdded(stack)).toEqual([]);
    });

    test('is silent for SSE-S3, where the CDK alone decides', () => {
      const stack = testStack({ context });
      const bucket = new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.s3Managed() });
      bucket.grantPut(iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111111111111:role/x', { mutable: false }));
      expect(warningIds(stack)).toEqual([]);
    });
  });

  describe('a grant to a service', () => {
    const macie = new iam.ServicePrincipal('macie.amazonaws.com');

    test('is for this account in the key policy when it names no source', () => {
      const { bucket } = setUp();
      bucket.grantPut(macie);
      expect(keyAdditions(bucket)).toEqual([{
        Effect: 'Allow',
        Principal: { Service: 'macie.amazonaws.com' },
        Action: expect.arrayContaining(['kms:GenerateDataKey', 'kms:Decrypt']),
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
      }]);
    });

    test('warns when it names no source', () => {
      const { bucket } = setUp();
      bucket.grantPut(macie);
      expect(warningIds(bucket)).toEqual([NO_SOURCE]);
    });

    // The text holds the CDK's token of the name instead of the name, and so it is never the same twice.
    test('warns once and by the name of the service', () => {
      const { bucket } = setUp();
      bucket.grantRead(macie);
      expect(warningText(bucket, NO_SOURCE)).toContain('the grant to macie.amazonaws.com names no source');
    });

    test('never carries kms:ViaService, which services do not set', () => {
      const { bucket } = setUp();
      bucket.grantReadWrite(macie);
      expect(JSON.stringify(keyAdditions(bucket))).not.toContain('kms:ViaService');
    });

    test('keeps the conditions that it brings, in both policies, and warns of nothing', () => {
      const { bucket } = setUp();
      const conditions = { StringEquals: { 'aws:SourceAccount': OTHER_ACCOUNT }, ArnLike: { 'aws:SourceArn': 'arn:aws:macie2:*:*:*' } };
      bucket.grantRead(macie.withConditions(conditions));
      expect(keyAdditions(bucket).flatMap(actionsOf)).toEqual(['kms:Decrypt', 'kms:DescribeKey']);
      for (const { Condition } of keyAdditions(bucket)) { expect(Condition).toEqual(conditions); }
      expect(withoutSid(bucketPolicyOf(bucket))).toMatchObject([{ Condition: conditions }]);
      expect(warningIds(bucket)).toEqual([]);
    });

    test('reaches the policy of a plain key of the CDK', () => {
      const stack = testStack({ context });
      const key = new kms.Key(stack, 'Key');
      new SecureBucket(stack, 'Data', { encryptionKey: key }).grantPut(macie);
      expect(keyPolicyOf(key)).toContainEqual(expect.objectContaining({ Principal: { Service: 'macie.amazonaws.com' } }));
    });

    test('prints the statement for the owner of a plain imported key, once', () => {
      const stack = testStack({ context });
      const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1');
      const bucket = new SecureBucket(stack, 'Data', { encryptionKey: key });
      bucket.grantPut(macie.withConditions({ StringEquals: { 'aws:SourceAccount': '111111111111' } }));
      const text = warningText(stack, OWNER);
      expect(JSON.parse(text.slice(text.indexOf('\n')))).toMatchObject({ Principal: { Service: 'macie.amazonaws.com' }, Resource: '*' });
    });

    test('prints the statement for the owner of a watched imported key, once', () => {
      const stack = testStack({ context });
      const key = RotatingS3Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1');
      const bucket = new SecureBucket(stack, 'Data', { encryptionKey: key });
      bucket.grantPut(macie.withConditions({ StringEquals: { 'aws:SourceAccount': '111111111111' } }));
      expect(warningIds(stack)).toEqual([OWNER]);
    });
  });

  // In all of these the key's policy names the bucket's ARN as encryption context, and the bucket names the key.
  describe('a grant that needs the policies of bucket and key', () => {
    test.each<[string, (stack: Stack) => iam.IGrantable, unknown]>([
      ['another account', () => new iam.AccountPrincipal(OTHER_ACCOUNT), { AWS: expect.anything() }],
      ['a role of another account', (stack) => iam.Role.fromRoleArn(stack, 'Foreign', `arn:aws:iam::${OTHER_ACCOUNT}:role/x`), { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:role/x` }],
      ['an ARN of another account', () => new iam.ArnPrincipal(`arn:aws:iam::${OTHER_ACCOUNT}:role/x`), { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:role/x` }],
      ['an ARN of this account', () => new iam.ArnPrincipal('arn:aws:iam::111111111111:role/x'), { AWS: 'arn:aws:iam::111111111111:role/x' }],
      ['an organization', () => new iam.OrganizationPrincipal('o-1234567890'), { AWS: '*' }],
    ])('names %s in both, through S3, without a dependency cycle', (__, make, named) => {
      const { stack, bucket } = setUp();
      bucket.grantRead(make(stack));
      const [use] = keyAdditions(bucket);
      expect(use).toMatchObject({ Effect: 'Allow', Principal: named, Action: 'kms:Decrypt', Condition: { StringEquals: VIA_S3 } });
      expect(withoutSid(bucketPolicyOf(bucket))).toHaveLength(1);
    });

    test('keeps the organization as condition in the key policy', () => {
      const { bucket } = setUp();
      bucket.grantRead(new iam.OrganizationPrincipal('o-1234567890'));
      for (const { Condition } of keyAdditions(bucket)) { expect(Condition?.StringEquals['aws:PrincipalOrgID']).toBe('o-1234567890'); }
    });

    test('makes no cycle for a role in a stack of another account', () => {
      const app = new App({ context });
      const stack = testStack({ app });
      const there = testStack({ app, id: 'There', env: { ...IRELAND, account: OTHER_ACCOUNT } });
      const reader = new iam.Role(there, 'Reader', { roleName: 'reader', assumedBy: new iam.AccountRootPrincipal() });
      const bucket = new SecureBucket(stack, 'Data', { bucketName: 'fixed-name' });
      bucket.grantRead(reader);
      app.synth();
      Template.fromStack(stack);
      expect(keyAdditions(bucket)).not.toEqual([]);
      expect(aboutService(identityStatements(there), 'kms')).toHaveLength(2);
    });

    test('warns that a role of another account needs its own policy too', () => {
      const { stack, bucket } = setUp();
      bucket.grantPut(iam.Role.fromRoleArn(stack, 'Foreign', `arn:aws:iam::${OTHER_ACCOUNT}:role/x`));
      appOf(stack).synth();
      expect(keyAdditions(bucket)).toHaveLength(1);
      expect(warningIds(stack)).toContain(IDENTITY);
    });
  });

  test('a grant to a role in a stack of another region binds the KMS permission to the bucket, not to one key', () => {
    const app = new App({ context });
    const there = testStack({ app, id: 'There', env: { ...IRELAND, region: 'us-east-1' } });
    const bucket = new SecureBucket(testStack({ app }), 'Data', { bucketName: 'fixed-name' });
    bucket.grantPut(role(there));
    const [use] = aboutService(identityStatements(there), 'kms');
    expect(JSON.stringify(use.Resource)).toContain(':kms:eu-west-1:111111111111:key/*');
    expect(JSON.stringify(use.Condition?.StringLike)).toContain(':s3:::fixed-name/*');
    expect(use.Condition?.StringEquals).toEqual(VIA_S3);
  });

  describe('a grant to everybody', () => {
    test.each<[string, iam.IGrantable]>([['AnyPrincipal', new iam.AnyPrincipal()], ['StarPrincipal', new iam.StarPrincipal()], ['ArnPrincipal *', new iam.ArnPrincipal('*')]])(
      'is refused: %s', (__, everybody) => {
        expect(() => setUp().bucket.grantRead(everybody)).toThrow(
          "a grant on a bucket under KMS must name who gets it, got '*': S3 does not serve such objects to anonymous users; name a role, an account or an organization");
      });

    test('is refused through grantPublicAccess', () => {
      expect(() => setUp().bucket.grantPublicAccess()).toThrow("Cannot grant public access when 'blockPublicPolicy' is enabled");
    });
  });
});

test('a role of this account on an imported key of another prints what the owner of the key must add', () => {
  const stack = testStack();
  const key = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${OTHER_ACCOUNT}:key/1`);
  new SecureBucket(stack, 'Data', { encryptionKey: key }).grantPut(role(stack));
  const text = warningText(stack, OWNER);
  expect(JSON.parse(text.slice(text.indexOf('\n')))).toMatchObject({
    Principal: { AWS: { 'Fn::GetAtt': ['Role1ABCC5F0', 'Arn'] } }, Condition: { StringEquals: VIA_S3 },
  });
});

test('a role of this account on an imported key of this account warns of nothing', () => {
  const stack = testStack();
  const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1');
  new SecureBucket(stack, 'Data', { encryptionKey: key }).grantReadWrite(role(stack));
  expect(warningsBelow(stack)).toEqual([]);
});

function resourcesAdded(stack: Stack): string[] {
  return Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
}
