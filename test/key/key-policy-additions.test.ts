import * as iam from 'aws-cdk-lib/aws-iam';
import { KeyAccess, RotatingS3Key } from '../../src';
import { OTHER_ACCOUNT, testStack } from '../helpers/stack';
import { keyPolicyOf, Statement } from '../helpers/template';

const STANDARD = 6;
const READER = `arn:aws:iam::${OTHER_ACCOUNT}:role/Reader`;
const VIA_S3 = { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } };

function added(props: iam.PolicyStatementProps, access?: KeyAccess): Statement[] {
  const key = new RotatingS3Key(testStack(), 'Key', { access });
  const standard = access === undefined ? STANDARD : keyPolicyOf(new RotatingS3Key(testStack(), 'Key', { access })).length;
  key.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.ArnPrincipal(READER)], resources: ['*'], ...props }));
  return keyPolicyOf(key).slice(standard);
}

describe('a statement that is added for an IAM principal', () => {
  test.each([
    'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKey*', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncrypt*',
    'kms:ReEncryptFrom', 'kms:CreateGrant', 'KMS:decrypt',
  ])('is narrowed to S3 when it allows %s', (action) => {
    expect(added({ actions: [action] })).toEqual([
      { Effect: 'Allow', Principal: { AWS: READER }, Action: action, Resource: '*', Condition: VIA_S3 },
    ]);
  });

  test.each(['kms:DescribeKey', 'kms:Describe*', 'kms:GetKeyPolicy', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion'])('stays as it is when it allows %s', (action) => {
    expect(added({ actions: [action] })).toEqual([{ Effect: 'Allow', Principal: { AWS: READER }, Action: action, Resource: '*' }]);
  });

  test('is split when it allows both kinds, so that only cryptography is narrowed', () => {
    expect(added({ actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'] })).toEqual([
      { Effect: 'Allow', Principal: { AWS: READER }, Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*', Condition: VIA_S3 },
      { Effect: 'Allow', Principal: { AWS: READER }, Action: 'kms:DescribeKey', Resource: '*' },
    ]);
  });

  // A Sid must be unique in a policy; PolicyStatement.copy({ sid: undefined }) keeps the old one.
  test('is split without using its Sid twice', () => {
    const sids = added({ sid: 'Mixed', actions: ['kms:Decrypt', 'kms:DescribeKey'] }).map(({ Sid }) => Sid);
    expect(sids).toHaveLength(2);
    expect(sids.filter((sid) => sid === 'Mixed')).toHaveLength(1);
  });

  test('keeps its own conditions beside the one on S3', () => {
    const conditions = { StringEquals: { 'aws:PrincipalTag/team': 'a' }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    expect(added({ actions: ['kms:Decrypt'], conditions })[0].Condition).toEqual({
      StringEquals: { 'aws:PrincipalTag/team': 'a', 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    });
  });

  test('is left alone when it names a kms:ViaService of its own', () => {
    const conditions = { StringEquals: { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' } };
    expect(added({ actions: ['kms:Decrypt'], conditions })[0].Condition).toEqual(conditions);
  });

  test('is left alone when it names kms:ViaService in another spelling', () => {
    const conditions = { StringLike: { 'KMS:viaservice': 'ec2.*.amazonaws.com' } };
    expect(added({ actions: ['kms:Decrypt'], conditions })[0].Condition).toEqual(conditions);
  });

  // None of these says that the request came through a service.
  test.each([
    { StringNotEquals: { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' } },
    { Null: { 'kms:ViaService': 'true' } },
    { StringEqualsIfExists: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
  ])('is narrowed or refused when its kms:ViaService also matches direct use: %j', (conditions) => {
    let statements: Statement[] = [];
    try { statements = added({ actions: ['kms:Decrypt'], conditions }); } catch { return; }
    expect(statements[0].Condition?.StringEquals).toEqual(VIA_S3.StringEquals);
  });

  test('is narrowed to every service of the preset', () => {
    expect(added({ actions: ['kms:Decrypt'] }, KeyAccess.throughServices('sqs'))[0].Condition)
      .toEqual({ StringEquals: { 'kms:ViaService': ['s3.eu-west-1.amazonaws.com', 'sqs.eu-west-1.amazonaws.com'] } });
  });

  test('is narrowed for a federated principal too', () => {
    expect(added({ principals: [new iam.FederatedPrincipal('idp')], actions: ['kms:Decrypt'] })[0].Condition).toEqual(VIA_S3);
  });

  test('is narrowed for everybody too', () => {
    expect(added({ principals: [new iam.StarPrincipal()], actions: ['kms:Decrypt'] })[0].Condition).toEqual(VIA_S3);
    expect(added({ principals: [new iam.AnyPrincipal()], actions: ['kms:Decrypt'] })[0].Condition).toEqual(VIA_S3);
  });

  test('is narrowed or refused when it names everybody but somebody', () => {
    const props = { principals: [], notPrincipals: [new iam.ArnPrincipal(READER)], actions: ['kms:Decrypt'] };
    let statements: Statement[] = [];
    try { statements = added(props); } catch { return; }
    expect(statements[0].Condition).toEqual(VIA_S3);
  });

  test.each(['kms:*', '*', 'kms:Create*', 'kms:G*', 'kms:Re*', 'kms:D*'])('is refused when it allows %s, which cannot be narrowed', (action) => {
    expect(() => added({ actions: [action] })).toThrow(
      `a statement for the policy of this key must list its actions, got '${action}', which would also let the principal use the key directly: list the administrative actions, and grant use through the bucket`);
  });

  test('is refused with NotAction', () => {
    expect(() => added({ notActions: ['kms:PutKeyPolicy'] })).toThrow("must list its actions, got 'NotAction'");
  });

  test('is named by code and path in the refusal', () => {
    expect(() => added({ actions: ['kms:*'] })).toThrow('[DirectUseOfKey at Stack/Key]');
  });
});

describe('a statement that is left alone', () => {
  test('denies', () => {
    expect(added({ effect: iam.Effect.DENY, actions: ['kms:Decrypt'] })).toEqual([
      { Effect: 'Deny', Principal: { AWS: READER }, Action: 'kms:Decrypt', Resource: '*' },
    ]);
  });

  test('denies everything', () => {
    expect(added({ effect: iam.Effect.DENY, actions: ['kms:*'] })[0].Condition).toBeUndefined();
  });

  test('allows a service', () => {
    expect(added({ principals: [new iam.ServicePrincipal('macie.amazonaws.com')], actions: ['kms:Decrypt'] })).toEqual([
      { Effect: 'Allow', Principal: { Service: 'macie.amazonaws.com' }, Action: 'kms:Decrypt', Resource: '*' },
    ]);
  });
});

// A service never carries kms:ViaService, so one condition for both shuts the service out.
test('a statement for a service and a role keeps the service usable', () => {
  const principals = [new iam.ServicePrincipal('macie.amazonaws.com'), new iam.ArnPrincipal(READER)];
  const forService = added({ principals, actions: ['kms:Decrypt'] })
    .filter(({ Principal }) => JSON.stringify(Principal).includes('macie'));
  expect(forService).toHaveLength(1);
  expect(forService[0].Condition).toBeUndefined();
});

// The name in a ServicePrincipal's policy fragment is a token, so a comparison with it never matches.
test('a statement for server access logs is refused, since S3 does not deliver them under KMS', () => {
  expect(() => added({ principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')], actions: ['kms:GenerateDataKey*'] }))
    .toThrow("'serverAccessLogsBucket' must be under SSE-S3");
});
