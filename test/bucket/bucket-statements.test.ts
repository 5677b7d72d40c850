import { DefaultStackSynthesizer, LegacyStackSynthesizer, Stack, App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, SecureBucket, SecureBucketProps, UploadHeaders } from '../../src';
import { agnosticStack, IRELAND, role, testStack } from '../helpers/stack';
import { bucketPolicyOf, Statement, statement, warningIds } from '../helpers/template';

const KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/1';
const BUCKET = { 'Fn::GetAtt': ['Data666C94C7', 'Arn'] };
const OBJECTS = { 'Fn::Join': ['', [BUCKET, '/*']] };
const ALGORITHM = 's3:x-amz-server-side-encryption';
const KEY_ID = 's3:x-amz-server-side-encryption-aws-kms-key-id';

function policy(props: SecureBucketProps = {}): Statement[] {
  const stack = testStack();
  const key = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
  return bucketPolicyOf(new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.kms(key), ...props }));
}

const deny = (sid: string, actions: string | string[], resources: unknown, conditions: object) => ({
  Sid: sid, Effect: 'Deny', Principal: '*', Action: actions, Resource: resources, Condition: conditions,
});

describe('the bucket policy', () => {
  test('denies plain HTTP to everybody, in the form that Security Hub looks for', () => {
    expect(statement(policy(), 'DenyInsecureTransport'))
      .toEqual(deny('DenyInsecureTransport', 's3:*', [BUCKET, OBJECTS], { Bool: { 'aws:SecureTransport': 'false' } }));
  });

  test('denies TLS before 1.2 to everybody but AWS services, whose TLS version S3 does not know', () => {
    expect(statement(policy(), 'DenyOldTls')).toEqual(deny('DenyOldTls', 's3:*', [BUCKET, OBJECTS], {
      NumericLessThan: { 's3:TlsVersion': '1.2' }, Bool: { 'aws:PrincipalIsAWSService': 'false' },
    }));
  });

  test('denies uploads and re-encryption under any other key', () => {
    expect(statement(policy(), 'DenyOtherKeys')).toEqual(deny('DenyOtherKeys', ['s3:PutObject', 's3:UpdateObjectEncryption'], OBJECTS, {
      Null: { [KEY_ID]: 'false' }, StringNotEquals: { [KEY_ID]: KEY_ARN },
    }));
  });

  test('denies re-encryption that does not say under which key', () => {
    expect(statement(policy(), 'DenyUpdateWithoutKey'))
      .toEqual(deny('DenyUpdateWithoutKey', 's3:UpdateObjectEncryption', OBJECTS, { Null: { [KEY_ID]: 'true' } }));
  });

  test('denies aws:kms without a key id, which would use the key that AWS manages', () => {
    expect(statement(policy(), 'DenyKmsWithoutKey')).toEqual(deny('DenyKmsWithoutKey', 's3:PutObject', OBJECTS, {
      StringEquals: { [ALGORITHM]: ['aws:kms', 'aws:kms:dsse'] }, Null: { [KEY_ID]: 'true' },
    }));
  });

  test('denies uploads under any other algorithm', () => {
    expect(statement(policy(), 'DenyOtherAlgorithms')).toEqual(deny('DenyOtherAlgorithms', 's3:PutObject', OBJECTS, {
      Null: { [ALGORITHM]: 'false' }, StringNotEquals: { [ALGORITHM]: 'aws:kms' },
    }));
  });

  test('denies uploads under a key of the client', () => {
    expect(statement(policy(), 'DenyCustomerProvidedKeys')).toEqual(deny('DenyCustomerProvidedKeys', 's3:PutObject', OBJECTS, {
      Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' },
    }));
  });

  test('lets an upload without headers pass: each negated operator has Null beside it', () => {
    for (const { Condition } of policy()) {
      for (const [operator, keys] of Object.entries(Condition ?? {})) {
        if (!operator.includes('Not')) { continue; }
        expect(Object.keys(Condition?.Null ?? {})).toEqual(Object.keys(keys));
        expect(Object.values(Condition?.Null ?? {})).toEqual(['false']);
      }
    }
  });

  test('has no operator that ends in IfExists, which denies what lacks the header', () => {
    expect(JSON.stringify(policy({ uploadHeaders: UploadHeaders.REQUIRED }))).not.toContain('IfExists');
  });

  test('allows nothing by itself', () => {
    expect(policy().filter(({ Effect }) => Effect !== 'Deny')).toEqual([]);
  });

  test.each([['cn-north-1'], ['us-gov-west-1']])('names the bucket by reference only, also in %s', (region) => {
    const bucket = new SecureBucket(testStack({ env: { ...IRELAND, region } }), 'Data');
    expect(JSON.stringify(bucketPolicyOf(bucket))).not.toContain('arn:aws:');
  });
});

describe('UploadHeaders.REQUIRED', () => {
  test('denies uploads that do not name the key, except those of AWS services', () => {
    expect(statement(policy({ uploadHeaders: UploadHeaders.REQUIRED }), 'DenyUploadsWithoutHeaders')).toEqual(
      deny('DenyUploadsWithoutHeaders', 's3:PutObject', OBJECTS, { Null: { [KEY_ID]: 'true' }, Bool: { 'aws:PrincipalIsAWSService': 'false' } }));
  });

  test('keeps every other statement', () => {
    expect(policy({ uploadHeaders: UploadHeaders.REQUIRED }).filter(({ Sid }) => Sid !== 'DenyUploadsWithoutHeaders')).toEqual(policy());
  });

  test('is off by default', () => {
    expect(policy({ uploadHeaders: UploadHeaders.OPTIONAL })).toEqual(policy());
    expect(policy().map(({ Sid }) => Sid)).not.toContain('DenyUploadsWithoutHeaders');
  });
});

describe('reserveEncryptionChangesOrLockOut', () => {
  const reserved = (bucket: SecureBucket) => statement(bucketPolicyOf(bucket), 'DenyEncryptionChanges');
  const DEPLOY_ROLE = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:role/cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1']] };

  test('denies changes of the encryption to all but the named roles and the role that deploys', () => {
    const stack = testStack();
    const bucket = new SecureBucket(stack, 'Data');
    bucket.reserveEncryptionChangesOrLockOut(role(stack));
    expect(reserved(bucket)).toEqual(deny('DenyEncryptionChanges', 's3:PutEncryptionConfiguration', BUCKET, {
      ArnNotLike: { 'aws:PrincipalArn': [{ 'Fn::GetAtt': ['Role1ABCC5F0', 'Arn'] }, DEPLOY_ROLE] },
    }));
  });

  test('names the role that deploys alone when called without principals', () => {
    const bucket = new SecureBucket(testStack(), 'Data');
    bucket.reserveEncryptionChangesOrLockOut();
    expect(reserved(bucket).Condition).toEqual({ ArnNotLike: { 'aws:PrincipalArn': DEPLOY_ROLE } });
    expect(warningIds(bucket)).toEqual([]);
  });

  test('fills the environment of the deploy role by reference in an agnostic stack', () => {
    const bucket = new SecureBucket(agnosticStack(), 'Data');
    bucket.reserveEncryptionChangesOrLockOut();
    expect(JSON.stringify(reserved(bucket))).not.toContain('${');
    expect(JSON.stringify(reserved(bucket))).toContain('cdk-hnb659fds-cfn-exec-role-');
  });

  test('knows the deploy role of a synthesizer with another qualifier', () => {
    const stack = new Stack(new App(), 'Stack', { env: IRELAND, synthesizer: new DefaultStackSynthesizer({ qualifier: 'mine' }) });
    const bucket = new SecureBucket(stack, 'Data');
    bucket.reserveEncryptionChangesOrLockOut();
    expect(JSON.stringify(reserved(bucket))).toContain('cdk-mine-cfn-exec-role-');
  });

  test('warns where the deploy role is not known, and then needs principals', () => {
    const make = () => new SecureBucket(new Stack(new App(), 'Stack', { env: IRELAND, synthesizer: new LegacyStackSynthesizer() }), 'Data');
    const bucket = make();
    bucket.reserveEncryptionChangesOrLockOut(new iam.ArnPrincipal('arn:aws:iam::111111111111:role/Deploy'));
    expect(warningIds(bucket)).toEqual(['cdk-s3-encryption:SecureBucket.deployRoleUnknown']);
    expect(() => make().reserveEncryptionChangesOrLockOut()).toThrow("'principals' must name at least one IAM role or user");
  });

  test('refuses a second call, since two lists would deny each other', () => {
    const stack = testStack();
    const bucket = new SecureBucket(stack, 'Data');
    bucket.reserveEncryptionChangesOrLockOut(role(stack));
    expect(() => bucket.reserveEncryptionChangesOrLockOut(role(stack, 'Other'))).toThrow(
      "'reserveEncryptionChangesOrLockOut' must be called once per bucket, got a second call");
  });

  test('refuses principals that aws:PrincipalArn never equals', () => {
    const bucket = new SecureBucket(testStack(), 'Data');
    expect(() => bucket.reserveEncryptionChangesOrLockOut(new iam.AccountRootPrincipal())).toThrow("'principals' takes IAM roles and users");
  });
});

test('statements that the user adds stay beside ours', () => {
  const bucket = new SecureBucket(testStack(), 'Data');
  bucket.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'Mine', principals: [new iam.AccountRootPrincipal()], actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')],
  }));
  expect(bucketPolicyOf(bucket)).toHaveLength(8);
});

test('SSE-S3 denies a key of the client and nothing else about uploads', () => {
  const bucket = new SecureBucket(testStack(), 'Data', { encryption: s3.BucketEncryption.S3_MANAGED });
  expect(bucketPolicyOf(bucket).map(({ Sid }) => Sid)).toEqual(['DenyInsecureTransport', 'DenyOldTls', 'DenyCustomerProvidedKeys']);
});
