import { randomBytes } from 'node:crypto';
import {
  DeleteBucketPolicyCommand, DeleteObjectCommand, GetBucketEncryptionCommand, GetObjectCommand, ListObjectsV2Command,
  PutBucketEncryptionCommand, PutBucketPolicyCommand, PutObjectCommand, PutObjectCommandInput,
  UpdateObjectEncryptionCommand,
} from '@aws-sdk/client-s3';
import { check, deniedBy, document, Statement, TestAws } from './aws';

let aws: TestAws;
let key: string;
let other: string;
beforeAll(async () => {
  aws = await TestAws.start();
  [key, other] = [await aws.key(), await aws.key()];
});
afterAll(async () => { await aws?.stop(); });

const OPERATORS = 'IAM/latest/UserGuide/reference_policies_elements_condition_operators.html';
const LOGIC = 'IAM/latest/UserGuide/reference_policies_evaluation-logic.html';

async function guarded(...statements: Statement[]): Promise<string> {
  const Bucket = await aws.bucket();
  const text = document(statements).replace(/BUCKET/g, `arn:aws:s3:::${Bucket}`);
  await aws.s3().send(new PutBucketPolicyCommand({ Bucket, Policy: text }));
  return Bucket;
}

const put = async (Bucket: string, input: Partial<PutObjectCommandInput> = {}, s3 = aws.s3()) =>
  deniedBy(s3.send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x', ...input })));
const withHeader = async (Bucket: string, name: string, value: string) => {
  const command = new PutObjectCommand({ Bucket, Key: 'object', Body: 'x' });
  command.middlewareStack.add((next) => (args) => {
    (args.request as { headers: Record<string, string> }).headers[name] = value;
    return next(args);
  }, { step: 'build', name: 'header' });
  return deniedBy(aws.s3().send(command));
};
const denyPut = (Condition: object): Statement => ({ Sid: 'Deny', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'BUCKET/*', Condition });

describe('what a Deny on the key of an upload does', () => {
  const KEY_ID = 's3:x-amz-server-side-encryption-aws-kms-key-id';
  const uploads: [string, () => Partial<PutObjectCommandInput>][] = [
    ['no headers', () => ({})],
    ['the right key', () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key })],
    ['no key', () => ({ ServerSideEncryption: 'aws:kms' })],
    ['another key', () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other })],
  ];
  const DENIED = 'bucket-policy:Deny';
  // The negated operator alone, with or without IfExists, denies where the key is absent.
  const forms: [string, () => object, string[]][] = [
    ['StringNotEquals', () => ({ StringNotEquals: { [KEY_ID]: key } }), [DENIED, 'ok', DENIED, DENIED]],
    ['StringNotEqualsIfExists', () => ({ StringNotEqualsIfExists: { [KEY_ID]: key } }), [DENIED, 'ok', DENIED, DENIED]],
    ['ArnNotEqualsIfExists', () => ({ ArnNotEqualsIfExists: { [KEY_ID]: key } }), [DENIED, 'ok', DENIED, DENIED]],
    ['Null beside StringNotEquals', () => ({ Null: { [KEY_ID]: 'false' }, StringNotEquals: { [KEY_ID]: key } }), ['ok', 'ok', 'ok', DENIED]],
  ];
  for (const [form, condition, answers] of forms) {
    uploads.forEach(([upload, input], index) => {
      check(`${form}: ${upload}`, OPERATORS, async () => {
        expect(await put(await guarded(denyPut(condition())), input())).toBe(answers[index]);
      });
    });
  }
});

describe('condition operators', () => {
  const upload = { ServerSideEncryption: 'aws:kms' as const, StorageClass: 'STANDARD_IA' as const };
  const matching: [string, object][] = [
    ['StringEquals', { StringEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } }],
    ['StringEquals with alternatives', { StringEquals: { 's3:x-amz-server-side-encryption': ['AES256', 'aws:kms'] } }],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { 's3:x-amz-storage-class': 'standard_ia' } }],
    ['StringLike', { StringLike: { 's3:x-amz-server-side-encryption': 'aws:*' } }],
    ['StringNotLike', { StringNotLike: { 's3:x-amz-server-side-encryption': 'AES*' } }],
    ['ArnLike', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } }],
    ['ArnNotLike', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/*' } }],
    ['Bool', { Bool: { 'aws:SecureTransport': 'true' } }],
    ['BoolIfExists, absent', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }],
    ['NumericLessThan', { NumericLessThan: { 's3:TlsVersion': '1.3' } }],
    ['NumericGreaterThanEquals', { NumericGreaterThanEquals: { 's3:TlsVersion': '1.2' } }],
    ['IpAddress', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }],
    ['NotIpAddress', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }],
    ['Null, absent', { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'true' } }],
    ['Null, present', { Null: { 's3:x-amz-server-side-encryption': 'false' } }],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { 's3:x-amz-server-side-encryption': ['aws:kms'] } }],
    ['ForAllValues, absent', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }],
    ['a policy variable', { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }],
  ];
  for (const [name, condition] of matching) {
    check(`${name} matches`, OPERATORS, async () => {
      expect(await put(await guarded(denyPut(condition)), upload)).toBe('bucket-policy:Deny');
    });
  }
  const notMatching: [string, object][] = [
    ['StringEquals', { StringEquals: { 's3:x-amz-server-side-encryption': 'aws:kms:dsse' } }],
    ['StringEquals, absent', { StringEquals: { 's3:x-amz-acl': 'private' } }],
    ['StringNotEquals', { StringNotEquals: { 's3:x-amz-server-side-encryption': ['AES256', 'aws:kms'] } }],
    ['Bool, absent', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }],
    ['NumericLessThan', { NumericLessThan: { 's3:TlsVersion': '1.2' } }],
    ['ForAnyValue, absent', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }],
    ['one of two operators', { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 's3:x-amz-acl': 'private' } }],
    ['an ARN whose wildcard would cross a colon', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:*' } }],
  ];
  for (const [name, condition] of notMatching) {
    check(`${name} does not match`, OPERATORS, async () => {
      expect(await put(await guarded(denyPut(condition)), upload)).toBe('ok');
    });
  }
});

describe('transport, as the policy sees it', () => {
  const DOC = 'AmazonS3/latest/userguide/amazon-s3-policy-keys.html';
  check('is TLS 1.2 unless a test says otherwise', DOC, async () => {
    const Bucket = await guarded(
      { ...denyPut({ Bool: { 'aws:SecureTransport': 'false' } }), Sid: 'Plain' }, { ...denyPut({ NumericLessThan: { 's3:TlsVersion': '1.2' } }), Sid: 'Old' });
    expect(await put(Bucket)).toBe('ok');
    expect(await withHeader(Bucket, 'x-testbed-plain-http', '1')).toBe('bucket-policy:Plain');
    expect(await withHeader(Bucket, 'x-testbed-tls-version', '1.1')).toBe('bucket-policy:Old');
  });
});

describe('who may', () => {
  check('an explicit Deny wins over an Allow', LOGIC, async () => {
    const Bucket = await guarded(
      { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'BUCKET/*' }, { Sid: 'No', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'BUCKET/secret/*' });
    expect(await put(Bucket)).toBe('ok');
    expect(await put(Bucket, { Key: 'secret/x' })).toBe('bucket-policy:No');
  });
  check('the account root is subject to a Deny, and can still change the policy', LOGIC, async () => {
    const Bucket = await guarded({ Sid: 'No', Effect: 'Deny', Principal: '*', Action: ['s3:PutObject', 's3:PutEncryptionConfiguration'], Resource: ['BUCKET', 'BUCKET/*'] });
    expect(await put(Bucket)).toBe('bucket-policy:No');
    const change = new PutBucketEncryptionCommand({
      Bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
    expect(await deniedBy(aws.s3().send(change))).toBe('bucket-policy:No');
    expect(await deniedBy(aws.s3().send(new GetBucketEncryptionCommand({ Bucket })))).toBe('ok');
  });
  check('the account root can undo a policy that locks everybody out, and nobody else can', 'AmazonS3/latest/API/API_PutBucketPolicy.html', async () => {
    const Bucket = await guarded({ Sid: 'Locked', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: ['BUCKET', 'BUCKET/*'] });
    const role = await aws.role([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    expect(await deniedBy(role.s3.send(new DeleteBucketPolicyCommand({ Bucket })))).toBe('bucket-policy:Locked');
    expect(await put(Bucket)).toBe('bucket-policy:Locked');
    expect(await deniedBy(aws.s3().send(new DeleteBucketPolicyCommand({ Bucket })))).toBe('ok');
    expect(await put(Bucket)).toBe('ok');
  });
  check('a role has what its policy allows, and no more', LOGIC, async () => {
    const Bucket = await aws.bucket();
    const role = await aws.role([{ Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: `arn:aws:s3:::${Bucket}/in/*` }]);
    expect(await put(Bucket, { Key: 'in/x' }, role.s3)).toBe('ok');
    expect(await put(Bucket, { Key: 'out/x' }, role.s3)).toBe('identity-policy:implicit');
    expect(await deniedBy(role.s3.send(new DeleteObjectCommand({ Bucket, Key: 'in/x' })))).toBe('identity-policy:implicit');
    expect(await deniedBy(role.s3.send(new ListObjectsV2Command({ Bucket })))).toBe('identity-policy:implicit');
  });
  check('a Deny in an identity policy wins', LOGIC, async () => {
    const Bucket = await aws.bucket();
    const role = await aws.role([{ Effect: 'Allow', Action: '*', Resource: '*' }, { Sid: 'Never', Effect: 'Deny', Action: 's3:Put*', Resource: '*' }]);
    expect(await put(Bucket, {}, role.s3)).toBe('identity-policy:Never');
  });
  check('a user acts by an access key', LOGIC, async () => {
    const Bucket = await aws.bucket();
    const user = await aws.user([{ Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/*` }]);
    expect(await put(Bucket, {}, user.s3)).toBe('ok');
    expect(await deniedBy(user.s3.send(new GetObjectCommand({ Bucket, Key: 'object' })))).toBe('identity-policy:implicit');
  });
  check('a bucket policy alone admits a role of the account that it names', LOGIC, async () => {
    const role = await aws.role([{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }]);
    const Bucket = await guarded({ Effect: 'Allow', Principal: { AWS: role.arn }, Action: 's3:PutObject', Resource: 'BUCKET/*' });
    expect(await put(Bucket, {}, role.s3)).toBe('ok');
  });
  check('a bucket policy that names the account admits no role by itself', LOGIC, async () => {
    const role = await aws.role([{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }]);
    const Bucket = await guarded({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 's3:PutObject', Resource: 'BUCKET/*' });
    expect(await put(Bucket, {}, role.s3)).toBe('identity-policy:implicit');
  });
  check('aws:PrincipalArn of a session is the ARN of its role', 'IAM/latest/UserGuide/reference_policies_condition-keys.html', async () => {
    const role = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    const Bucket = await guarded(denyPut({ ArnNotEquals: { 'aws:PrincipalArn': role.arn } }));
    expect(await put(Bucket, {}, role.s3)).toBe('ok');
    expect(await put(Bucket)).toBe('bucket-policy:Deny');
  });
  check('nobody is admitted without a signature unless the policy says so', LOGIC, async () => {
    const anonymous = aws.anonymous();
    const closed = await aws.bucket();
    expect(await put(closed, {}, anonymous)).toMatch(/implicit$/);
    const open = await guarded({ Effect: 'Allow', Principal: '*', Action: 's3:PutObject', Resource: 'BUCKET/*' });
    expect(await put(open, {}, anonymous)).toBe('ok');
  });
  check('an operator that IAM does not know makes a policy malformed', 'AmazonS3/latest/API/ErrorResponses.html', async () => {
    await expect(guarded(denyPut({ StringResembles: { 's3:x-amz-acl': 'x' } }))).rejects.toThrow('Invalid Condition type');
  });
});

check('the key in the body of UpdateObjectEncryption is a condition key', 'service-authorization/latest/reference/list_amazons3.html', async () => {
  const Bucket = await guarded({
    Sid: 'Pinned',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:UpdateObjectEncryption',
    Resource: 'BUCKET/*',
    Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': key } },
  });
  await put(Bucket);
  const update = async (KMSKeyArn: string) => deniedBy(aws.s3().send(new UpdateObjectEncryptionCommand({ Bucket, Key: 'object', ObjectEncryption: { SSEKMS: { KMSKeyArn } } })));
  expect(await update(other)).toBe('bucket-policy:Pinned');
  expect(await update(key)).toBe('ok');
});

check('a policy sees the headers of SSE-C', 'service-authorization/latest/reference/list_amazons3.html', async () => {
  const Bucket = await guarded(denyPut({ Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } }));
  expect(await put(Bucket, { SSECustomerAlgorithm: 'AES256', SSECustomerKey: randomBytes(32).toString('base64') })).toBe('bucket-policy:Deny');
  expect(await put(Bucket)).toBe('ok');
});
