import {
  GetBucketPolicyCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, PutObjectCommandInput,

} from '@aws-sdk/client-s3';
import { accountRoot, outcome, Statement, TestAws } from './aws';

const OPERATORS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html';
const LOGIC = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html';
const KMS_POLICY = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html';
const S3_KEYS = 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html';
const ELEMENTS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html';

const ALGORITHM = 's3:x-amz-server-side-encryption';
const KEY_ID = 's3:x-amz-server-side-encryption-aws-kms-key-id';
const CUSTOMER = 's3:x-amz-server-side-encryption-customer-algorithm';

let aws: TestAws;
let own: string;
let other: string;
beforeAll(async () => {
  aws = await TestAws.start();
  [own, other] = [await aws.key(), await aws.key()];
});
afterAll(async () => { await aws?.stop(); });

/** Everything but what a test is about. */
const deny = (Bucket: string, more: Record<string, unknown>): Statement =>
  ({ Sid: 'Under', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/*`, ...more });

describe(`a Deny on the key of uploads (${OPERATORS}, ${KMS_POLICY})`, () => {
  const REQUESTS: Record<string, () => Partial<PutObjectCommandInput>> = {
    'no headers': () => ({}),
    'aws:kms and the key': () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: own }),
    'aws:kms without a key': () => ({ ServerSideEncryption: 'aws:kms' }),
    'aws:kms and another key': () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other }),
    'AES256': () => ({ ServerSideEncryption: 'AES256' }),
    'DSSE and the key': () => ({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: own }),
    'SSE-C': () => ({ SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 1).toString('base64') }),
  };
  const conditions: Record<string, () => Record<string, unknown>[]> = {
    'StringNotEquals': () => [{ StringNotEquals: { [KEY_ID]: own } }],
    'StringNotEqualsIfExists': () => [{ StringNotEqualsIfExists: { [KEY_ID]: own } }],
    'ArnNotEqualsIfExists': () => [{ ArnNotEqualsIfExists: { [KEY_ID]: own } }],
    'Null and StringNotEquals': () => [{ Null: { [KEY_ID]: 'false' }, StringNotEquals: { [KEY_ID]: own } }],
    'the whole set': () => [
      { Null: { [KEY_ID]: 'false' }, StringNotEquals: { [KEY_ID]: own } },
      { StringEquals: { [ALGORITHM]: ['aws:kms', 'aws:kms:dsse'] }, Null: { [KEY_ID]: 'true' } },
      { Null: { [ALGORITHM]: 'false' }, StringNotEquals: { [ALGORITHM]: 'aws:kms' } },
      { Null: { [CUSTOMER]: 'false' } },
    ],
  };
  const negated = ['no headers', 'aws:kms without a key', 'aws:kms and another key', 'AES256', 'SSE-C'];
  const refused: Record<string, string[]> = {
    'StringNotEquals': negated,
    'StringNotEqualsIfExists': negated,
    'ArnNotEqualsIfExists': negated,
    'Null and StringNotEquals': ['aws:kms and another key'],
    'the whole set': ['aws:kms without a key', 'aws:kms and another key', 'AES256', 'DSSE and the key', 'SSE-C'],
  };
  const rows = Object.keys(conditions).flatMap((name) => Object.keys(REQUESTS).map((request) => [name, request] as const));

  test.each(rows)('%s, on an upload with %s', async (name, request) => {
    const Bucket = await aws.bucket({ rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: own } } });
    await aws.bucketPolicy(Bucket, conditions[name]().map((Condition) => deny(Bucket, { Condition })));
    const wanted = refused[name].includes(request) ? 'bucket-policy:Under' : 'allowed';
    expect(await outcome(aws.put(Bucket, 'object', REQUESTS[request]()))).toBe(wanted);
    const { KeyCount } = await aws.s3().send(new ListObjectsV2Command({ Bucket }));
    expect(KeyCount).toBe(wanted === 'allowed' ? 1 : 0);
  });
});

describe(`a Deny on a condition (${OPERATORS}, ${S3_KEYS})`, () => {
  interface Row { condition: Record<string, unknown>; upload?: Partial<PutObjectCommandInput>; headers?: Record<string, string>; denies: boolean }
  const plain = { 'X-Testbed-Plain-Http': '1' };
  const tls = (version: string) => ({ 'X-Testbed-Tls-Version': version });
  const acl: Partial<PutObjectCommandInput> = { ACL: 'public-read' };
  const cold: Partial<PutObjectCommandInput> = { StorageClass: 'GLACIER' };
  const ROWS: Row[] = [
    { condition: { Bool: { 'aws:SecureTransport': 'false' } }, headers: plain, denies: true },
    { condition: { Bool: { 'aws:SecureTransport': 'false' } }, denies: false },
    { condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } }, headers: tls('1.1'), denies: true },
    { condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } }, headers: tls('1.2'), denies: false },
    { condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } }, headers: plain, denies: false },
    { condition: { NumericLessThanIfExists: { 's3:TlsVersion': '1.2' } }, headers: plain, denies: true },
    { condition: { StringEquals: { 's3:x-amz-acl': 'public-read' } }, upload: acl, denies: true },
    { condition: { StringEquals: { 's3:x-amz-acl': 'Public-Read' } }, upload: acl, denies: false },
    { condition: { StringEqualsIgnoreCase: { 's3:x-amz-acl': 'Public-Read' } }, upload: acl, denies: true },
    { condition: { StringLike: { 's3:x-amz-acl': 'public-*' } }, upload: acl, denies: true },
    { condition: { StringLike: { 's3:x-amz-acl': 'public-*' } }, denies: false },
    { condition: { StringNotLike: { 's3:x-amz-storage-class': 'GLACIER*' } }, upload: cold, denies: false },
    { condition: { StringNotLike: { 's3:x-amz-storage-class': 'GLACIER*' } }, denies: true },
    { condition: { StringEqualsIfExists: { 's3:x-amz-storage-class': 'GLACIER' } }, denies: true },
    { condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, denies: true },
    { condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, denies: false },
    { condition: { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.1'] } }, denies: false },
    { condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } }, denies: true },
    { condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } }, denies: false },
    { condition: { ArnEquals: { 'aws:PrincipalArn': accountRoot() } }, denies: true },
    { condition: { ArnNotEquals: { 'aws:PrincipalArn': accountRoot('999999999999') } }, denies: true },
    { condition: { Null: { 'aws:SecureTransport': 'true' } }, denies: false },
    { condition: { Null: { 's3:x-amz-acl': 'true' } }, denies: true },
    { condition: { 'ForAnyValue:StringEquals': { 's3:x-amz-acl': ['private', 'public-read'] } }, upload: acl, denies: true },
    { condition: { 'ForAllValues:StringEquals': { 's3:x-amz-acl': 'private' } }, denies: true },
    { condition: { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, denies: true },
    { condition: { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, denies: false },
    { condition: { NumericGreaterThan: { 'aws:EpochTime': '1577836800' } }, denies: true },
    { condition: { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::${aws:PrincipalAccount}:root' } }, denies: true },
    { condition: { StringEquals: { 's3:x-amz-acl': 'public-read' }, Bool: { 'aws:SecureTransport': 'false' } }, upload: acl, denies: false },
  ];

  test.each(ROWS.map((row) => [JSON.stringify(row.condition), JSON.stringify({ ...row.upload, ...row.headers }), row] as const))(
    '%s with %s', async (_condition, _request, { condition, upload, headers, denies }) => {
      const Bucket = await aws.bucket();
      await aws.bucketPolicy(Bucket, [deny(Bucket, { Condition: condition })]);
      const put = aws.s3().send(withHeaders(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x', ...upload }), headers));
      expect(await outcome(put)).toBe(denies ? 'bucket-policy:Under' : 'allowed');
    });
});

function withHeaders(command: PutObjectCommand, headers: Record<string, string> = {}): PutObjectCommand {
  command.middlewareStack.add((next) => async (args) => {
    Object.assign((args.request as { headers: Record<string, string> }).headers, headers);
    return next(args);
  }, { step: 'build' });
  return command;
}

describe(`who and what a statement is about (${ELEMENTS}, ${LOGIC})`, () => {
  const object = 'arn:aws:s3:::';

  test('a Deny wins over an Allow, wherever that is', async () => {
    const Bucket = await aws.bucket();
    const { credentials, arn } = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    await aws.bucketPolicy(Bucket, [
      { Sid: 'Allowing', Effect: 'Allow', Principal: { AWS: arn }, Action: 's3:*', Resource: `${object}${Bucket}/*` },
      deny(Bucket, { Resource: `${object}${Bucket}/no/*` }),
    ]);
    const put = (Key: string) => outcome(aws.s3(credentials).send(new PutObjectCommand({ Bucket, Key, Body: 'x' })));
    expect(await put('yes/a')).toBe('allowed');
    expect(await put('no/a')).toBe('bucket-policy:Under');
  });

  test('a bucket policy alone lets in a role of the account', async () => {
    const Bucket = await aws.bucket();
    const { credentials, arn } = await aws.role([{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }]);
    const put = () => outcome(aws.s3(credentials).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })));
    expect(await put()).toBe('identity-policy:implicit');
    await aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 's3:PutObject', Resource: `${object}${Bucket}/*` }]);
    expect(await put()).toBe('allowed');
  });

  test('a statement that names the account leaves it to the policies of its identities', async () => {
    const Bucket = await aws.bucket();
    await aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: { AWS: accountRoot() }, Action: 's3:PutObject', Resource: `${object}${Bucket}/*` }]);
    const { credentials } = await aws.role([{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }]);
    expect(await outcome(aws.s3(credentials).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })))).toBe('identity-policy:implicit');
  });

  test('nobody gets in without a signature, until the policy says everybody', async () => {
    const Bucket = await aws.bucket();
    await aws.put(Bucket, 'public/a');
    await aws.put(Bucket, 'private/a');
    const get = (Key: string) => outcome(aws.anonymous().send(new GetObjectCommand({ Bucket, Key })));
    expect(await get('public/a')).toBe('bucket-policy:implicit');
    await aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${object}${Bucket}/public/*` }]);
    expect(await get('public/a')).toBe('allowed');
    expect(await get('private/a')).toBe('bucket-policy:implicit');
    expect(await outcome(aws.anonymous().send(new PutObjectCommand({ Bucket, Key: 'public/b', Body: 'x' })))).toBe('bucket-policy:implicit');
  });

  test('a key does not open itself to somebody without a signature', async () => {
    const Bucket = await aws.bucket({ rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: own } } });
    await aws.put(Bucket, 'a');
    await aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${object}${Bucket}/*` }]);
    expect(await outcome(aws.anonymous().send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe('key-policy:implicit');
  });

  test('NotPrincipal, NotAction and NotResource are everything else', async () => {
    const Bucket = await aws.bucket();
    const { arn, credentials } = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    const session = arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/') + '/test';
    await aws.bucketPolicy(Bucket, [
      { Sid: 'Others', Effect: 'Deny', NotPrincipal: { AWS: [arn, session, accountRoot()] }, Action: 's3:*', Resource: `${object}${Bucket}/*` },
      { Sid: 'Reading', Effect: 'Deny', Principal: '*', NotAction: ['s3:GetObject', 's3:*Policy'], Resource: `${object}${Bucket}/read-only/*` },
      { Sid: 'Elsewhere', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', NotResource: [`${object}${Bucket}/in/*`, `${object}${Bucket}/read-only/*`] },
    ]);
    const put = (Key: string, who = credentials) => outcome(aws.s3(who).send(new PutObjectCommand({ Bucket, Key, Body: 'x' })));
    const stranger = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    expect(await put('in/a')).toBe('allowed');
    expect(await put('in/a', stranger.credentials)).toBe('bucket-policy:Others');
    expect(await put('read-only/a')).toBe('bucket-policy:Reading');
    expect(await put('out/a')).toBe('bucket-policy:Elsewhere');
  });

  test('Action ignores case, and knows wildcards', async () => {
    const Bucket = await aws.bucket();
    await aws.bucketPolicy(Bucket, [deny(Bucket, { Action: 'S3:putobj?ct' })]);
    expect(await outcome(aws.put(Bucket, 'a'))).toBe('bucket-policy:Under');
    await aws.bucketPolicy(Bucket, [deny(Bucket, { Action: ['s3:Get*', 's3:PutObjectAcl'] })]);
    expect(await outcome(aws.put(Bucket, 'a'))).toBe('allowed');
    expect(await outcome(aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('bucket-policy:Under');
  });

  test('brackets in a Resource are brackets', async () => {
    const Bucket = await aws.bucket();
    await aws.bucketPolicy(Bucket, [deny(Bucket, { Resource: `${object}${Bucket}/[ab]` })]);
    expect(await outcome(aws.put(Bucket, 'a'))).toBe('allowed');
    expect(await outcome(aws.put(Bucket, '[ab]'))).toBe('bucket-policy:Under');
  });

  test('a policy is read back as it was put', async () => {
    const Bucket = await aws.bucket();
    const statement = deny(Bucket, { Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    await aws.bucketPolicy(Bucket, [statement]);
    const { Policy } = await aws.s3().send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy!).Statement).toEqual([statement]);
  });

});
