import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { ACCOUNT, accountRoot, Credentials, document, kmsRule, outcome, REGION, Statement, TestAws } from './aws';

const LOGIC = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html';
const CROSS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html';
const VARIABLES = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html';
const KEY_POLICY = 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html';
const KEY_CONDITIONS = 'https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html';
const KEY_CROSS = 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html';
const STRANGER = '999999999999';

let aws: TestAws;
beforeAll(async () => { aws = await TestAws.start(); });
afterAll(async () => { await aws?.stop(); });

const put = async (who: Credentials, Bucket: string, Key = 'a') => outcome(aws.s3(who).send(new PutObjectCommand({ Bucket, Key, Body: 'x' })));
const get = async (who: Credentials, Bucket: string, Key = 'a') => outcome(aws.s3(who).send(new GetObjectCommand({ Bucket, Key })));
const everything: Statement = { Effect: 'Allow', Action: ['s3:*', 'kms:*'], Resource: '*' };

/** A role of another account, which its own account allows `statements`. */
async function foreignRole(statements: Statement[]): Promise<{ arn: string; credentials: Credentials }> {
  const assume = async (RoleArn: string): Promise<Credentials> => {
    const { Credentials: found } = await aws.sts().send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
    return { accessKeyId: found!.AccessKeyId!, secretAccessKey: found!.SecretAccessKey!, sessionToken: found!.SessionToken };
  };
  const iam = new IAMClient({ endpoint: aws.emulator.endpoint, region: REGION, credentials: await assume(`arn:aws:iam::${STRANGER}:role/setup`) });
  const RoleName = aws.name('foreign');
  await iam.send(new CreateRoleCommand({
    RoleName, AssumeRolePolicyDocument: document([{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }]),
  }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: document(statements) }));
  iam.destroy();
  const arn = `arn:aws:iam::${STRANGER}:role/${RoleName}`;
  return { arn, credentials: await assume(arn) };
}

describe(`identities of the account (${LOGIC})`, () => {
  test.each(['inline', 'managed'] as const)('a role has what its %s policy allows, under its prefix', async (kind) => {
    const Bucket = await aws.bucket();
    const { credentials } = await aws.role([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/in/*` },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${Bucket}`, Condition: { StringLike: { 's3:prefix': 'in/*' } } },
    ], kind);
    expect(await put(credentials, Bucket, 'in/a')).toBe('allowed');
    expect(await put(credentials, Bucket, 'out/a')).toBe('identity-policy:implicit');
    expect(await get(credentials, Bucket, 'in/a')).toBe('identity-policy:implicit');
    const list = (Prefix?: string) => outcome(aws.s3(credentials).send(new ListObjectsV2Command({ Bucket, Prefix })));
    expect([await list('in/b'), await list('out/'), await list()]).toEqual(['allowed', 'identity-policy:implicit', 'identity-policy:implicit']);
  });

  test(`a user with an access key has a folder of the user's name (${VARIABLES})`, async () => {
    const Bucket = await aws.bucket();
    const { arn, credentials } = await aws.user([{ Effect: 'Allow', Action: 's3:*Object', Resource: `arn:aws:s3:::${Bucket}/home/\${aws:username}/*` }]);
    const name = arn.split('/')[1];
    expect(await put(credentials, Bucket, `home/${name}/a`)).toBe('allowed');
    expect(await put(credentials, Bucket, 'home/somebody/a')).toBe('identity-policy:implicit');
    const role = await aws.role([{ Effect: 'Allow', Action: 's3:*Object', Resource: `arn:aws:s3:::${Bucket}/home/\${aws:username}/*` }]);
    expect(await put(role.credentials, Bucket, 'home//a')).toBe('identity-policy:implicit');
  });

  test('a Deny of an identity wins over what the bucket allows it', async () => {
    const Bucket = await aws.bucket();
    const { arn, credentials } = await aws.role([everything, { Sid: 'NotThis', Effect: 'Deny', Action: 's3:PutObject', Resource: '*' }]);
    await aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` }]);
    expect(await put(credentials, Bucket)).toBe('identity-policy:NotThis');
  });

  test('root credentials need no Allow, and are subject to a Deny', async () => {
    const Bucket = await aws.bucket();
    expect(await outcome(aws.put(Bucket, 'a'))).toBe('allowed');
    await aws.bucketPolicy(Bucket, [{ Sid: 'Nobody', Effect: 'Deny', Principal: '*', Action: 's3:*Object', Resource: `arn:aws:s3:::${Bucket}/*` }]);
    expect(await outcome(aws.put(Bucket, 'a'))).toBe('bucket-policy:Nobody');
  });
});

describe(`identities of another account (${CROSS}, ${KEY_CROSS})`, () => {
  test('need an Allow of the bucket and one of their own', async () => {
    const Bucket = await aws.bucket();
    const [able, unable] = [await foreignRole([everything]), await foreignRole([{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }])];
    expect(await put(able.credentials, Bucket)).toBe('bucket-policy:implicit');
    const open = (AWS: string[]) => aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: { AWS }, Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/*` }]);
    await open([able.arn, unable.arn]);
    expect([await put(able.credentials, Bucket), await put(unable.credentials, Bucket)]).toEqual(['allowed', 'identity-policy:implicit']);
    await open([accountRoot(STRANGER)]);
    expect([await put(able.credentials, Bucket), await put(unable.credentials, Bucket)]).toEqual(['allowed', 'identity-policy:implicit']);
  });

  test('need the key as well, which the policy of its own account alone does not open', async () => {
    const { arn, credentials } = await foreignRole([everything]);
    const own: Statement = { Sid: 'Own', Effect: 'Allow', Principal: { AWS: accountRoot() }, Action: 'kms:*', Resource: '*' };
    const key = await aws.key([own]);
    const Bucket = await aws.bucket({ rule: kmsRule(key) });
    await aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 's3:*Object', Resource: `arn:aws:s3:::${Bucket}/*` }]);
    expect(await put(credentials, Bucket)).toBe('key-policy:implicit');
    await aws.keyPolicy(key, [own, { Effect: 'Allow', Principal: { AWS: arn }, Action: 'kms:GenerateDataKey', Resource: '*' }]);
    expect(await put(credentials, Bucket)).toBe('allowed');
    expect(await get(credentials, Bucket)).toBe('key-policy:implicit');
  });

  test(`are told apart by kms:CallerAccount, and cannot use aws/s3 (${KEY_CONDITIONS})`, async () => {
    const { arn, credentials } = await foreignRole([everything]);
    const key = await aws.key([
      { Effect: 'Allow', Principal: { AWS: accountRoot() }, Action: 'kms:PutKeyPolicy', Resource: '*' },
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'kms:*',
        Resource: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': ACCOUNT, 'kms:ViaService': `s3.${REGION}.amazonaws.com` } },
      },
    ]);
    for (const rule of [kmsRule(key), kmsRule(undefined)]) {
      const Bucket = await aws.bucket({ rule });
      await aws.bucketPolicy(Bucket, [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 's3:*Object', Resource: `arn:aws:s3:::${Bucket}/*` }]);
      expect(await put(credentials, Bucket)).toBe('key-policy:implicit');
      expect(await outcome(aws.put(Bucket, 'a'))).toBe('allowed');
    }
  });
});

describe(`a key whose policy gives the account its administration alone (${KEY_POLICY})`, () => {
  const administration: Statement = {
    Sid: 'Admin', Effect: 'Allow', Principal: { AWS: accountRoot() }, Action: ['kms:Put*', 'kms:Describe*', 'kms:Get*'], Resource: '*',
  };

  test('cannot be used by root directly', async () => {
    const key = await aws.key([administration]);
    expect(await outcome(aws.kms().send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') })))).toBe('key-policy:implicit');
    const { CiphertextBlob } = await aws.kms().send(new EncryptCommand({ KeyId: await aws.key(), Plaintext: Buffer.from('x') }));
    expect(await outcome(aws.kms().send(new DecryptCommand({ CiphertextBlob })))).toBe('allowed');
  });

  test('can leave IAM to decide for what comes through S3, and nothing else', async () => {
    const key = await aws.key([administration, {
      Sid: 'ThroughS3',
      Effect: 'Allow',
      Principal: { AWS: accountRoot() },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } },
    }]);
    const Bucket = await aws.bucket({ rule: kmsRule(key, true) });
    const [able, unable] = [await aws.role([everything]), await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }])];
    expect([await put(able.credentials, Bucket), await put(unable.credentials, Bucket)]).toEqual(['allowed', 'identity-policy:implicit']);
    expect([await get(able.credentials, Bucket), await get(unable.credentials, Bucket)]).toEqual(['allowed', 'identity-policy:implicit']);
    expect(await outcome(aws.kms(able.credentials).send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') })))).toBe('key-policy:implicit');
  });
});
