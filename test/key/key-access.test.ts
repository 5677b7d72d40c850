import { Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { KeyAccess, RotatingS3Key, SecureBucket } from '../../src';
import { FLAG_SETS, OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { aboutService, identityStatements, keyPolicyOf, statement, withoutSid } from '../helpers/template';

const policy = (access: KeyAccess) => keyPolicyOf(new RotatingS3Key(testStack(), 'Key', { access }));
const sids = (access: KeyAccess) => policy(access).map(({ Sid }) => Sid);
const GUARDS = ['DenyGrantsToPrincipals', 'DenyGrantsOfUnknownUse', 'DenyShortDeletionWindow', 'DenyDestroyingKeyInUse'];

describe('KeyAccess.throughS3', () => {
  test('is the default', () => {
    expect(policy(KeyAccess.throughS3())).toEqual(keyPolicyOf(new RotatingS3Key(testStack(), 'Key')));
  });
});

describe('KeyAccess.throughServices', () => {
  test('lets the account use the key through S3 and the given services', () => {
    expect(statement(policy(KeyAccess.throughServices('sqs', 'sns')), 'UseThroughServices')).toMatchObject({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Condition: {
        StringEquals: {
          'kms:ViaService': ['s3.eu-west-1.amazonaws.com', 'sqs.eu-west-1.amazonaws.com', 'sns.eu-west-1.amazonaws.com'],
          'kms:CallerAccount': '111111111111',
        },
      },
    });
  });

  test('lets the services make grants for AWS resources, and nobody else', () => {
    expect(statement(policy(KeyAccess.throughServices('rds')), 'GrantsThroughServices')).toMatchObject({
      Effect: 'Allow',
      Action: 'kms:CreateGrant',
      Condition: {
        StringEquals: { 'kms:ViaService': ['s3.eu-west-1.amazonaws.com', 'rds.eu-west-1.amazonaws.com'], 'kms:CallerAccount': '111111111111' },
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      },
    });
  });

  test('keeps every guard', () => {
    expect(sids(KeyAccess.throughServices('sqs')))
      .toEqual(['AdministerWithoutCryptography', 'UseThroughServices', 'GrantsThroughServices', ...GUARDS]);
  });

  test('lists a service once, and s3 alone means the default', () => {
    expect(policy(KeyAccess.throughServices('s3', 's3'))).toEqual(policy(KeyAccess.throughS3()));
  });

  test('refuses no services at all', () => {
    expect(() => KeyAccess.throughServices())
      .toThrow("'services' must name at least one service, got none: use KeyAccess.throughS3() for a key that only S3 uses");
  });

  test.each(['sqs.amazonaws.com', 'SQS', '', 's qs', '*', Aws.URL_SUFFIX])('refuses the name %j', (service) => {
    expect(() => KeyAccess.throughServices(service)).toThrow(
      `'services' takes names as in kms:ViaService without region, got '${service}': write 'sqs', not 'sqs.amazonaws.com'`);
  });
});

describe('KeyAccess.namedPrincipals', () => {
  test('without principals lets nobody use the key', () => {
    expect(sids(KeyAccess.namedPrincipals())).toEqual(['AdministerWithoutCryptography', ...GUARDS]);
  });

  test('lets only the named principals use the key, through S3', () => {
    const reader = `arn:aws:iam::${OTHER_ACCOUNT}:role/Reader`;
    expect(statement(policy(KeyAccess.namedPrincipals(new iam.ArnPrincipal(reader))), 'UseThroughS3')).toEqual({
      Sid: 'UseThroughS3',
      Effect: 'Allow',
      Principal: { AWS: reader },
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    });
  });

  test('keeps the condition that a principal carries', () => {
    const principal = new iam.OrganizationPrincipal('o-1234567890');
    expect(statement(policy(KeyAccess.namedPrincipals(principal)), 'UseThroughS3').Condition).toEqual({
      StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com', 'aws:PrincipalOrgID': 'o-1234567890' },
    });
  });

  // The whole world could use the key through S3.
  test.each([new iam.StarPrincipal(), new iam.AnyPrincipal()])('refuses %s, which is everybody', (principal) => {
    expect(() => policy(KeyAccess.namedPrincipals(principal))).toThrow("'principals'");
  });

  // kms:ViaService is not set when a service calls KMS by itself: the statement would never match.
  test('refuses a service principal, which a condition on kms:ViaService shuts out', () => {
    expect(() => policy(KeyAccess.namedPrincipals(new iam.ServicePrincipal('macie.amazonaws.com')))).toThrow('consumers');
  });

  describe.each(FLAG_SETS)('%s', (_, context) => {
    const grantOnKey = () => {
      const stack = testStack({ context });
      const key = new RotatingS3Key(stack, 'Key', { access: KeyAccess.namedPrincipals() });
      key.grantDecrypt(role(stack));
      return { stack, key };
    };

    test('names the grantee of a grant on the key in its policy, through S3', () => {
      expect(withoutSid(keyPolicyOf(grantOnKey().key))).toEqual([{
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::GetAtt': ['Role1ABCC5F0', 'Arn'] } },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
      }]);
    });

    test('gives the grantee of a grant on the key an identity policy too', () => {
      expect(identityStatements(grantOnKey().stack)).toMatchObject([{ Action: 'kms:Decrypt' }]);
    });

    // The key's policy names the bucket's ARN as encryption context, and the bucket names the key.
    test('names the grantee of a grant on the bucket in the key policy, without a dependency cycle', () => {
      const stack = testStack({ context });
      const key = new RotatingS3Key(stack, 'Key', { access: KeyAccess.namedPrincipals() });
      new SecureBucket(stack, 'Data', { encryptionKey: key }).grantRead(role(stack));
      Template.fromStack(stack);
      // DescribeKey is administration, which the account delegates to IAM.
      expect(aboutService(withoutSid(keyPolicyOf(key)), 'kms')).toMatchObject([
        { Action: 'kms:Decrypt', Principal: { AWS: { 'Fn::GetAtt': ['Role1ABCC5F0', 'Arn'] } } },
      ]);
      expect(aboutService(identityStatements(stack), 'kms').flatMap(({ Action }) => Action)).toEqual(['kms:DescribeKey']);
    });
  });

  test('lets a named role of the same stack administer the key without cryptography', () => {
    const stack = testStack();
    const key = new RotatingS3Key(stack, 'Key', { access: KeyAccess.namedPrincipals() });
    key.grantAdmin(role(stack));
    expect(identityStatements(stack).flatMap(({ Action }) => Action)).not.toContain('kms:Create*');
    expect(withoutSid(keyPolicyOf(key))).toEqual([]);
  });

  test('keeps the default for other keys of the stack', () => {
    const stack = testStack();
    new RotatingS3Key(stack, 'Named', { access: KeyAccess.namedPrincipals() });
    const key = new RotatingS3Key(stack, 'Key');
    key.grantDecrypt(role(stack));
    expect(withoutSid(keyPolicyOf(key))).toEqual([]);
    expect(identityStatements(Stack.of(key))).toMatchObject([{ Action: 'kms:Decrypt' }]);
  });
});
