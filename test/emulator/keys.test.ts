import {
  CancelKeyDeletionCommand, CreateGrantCommand, CreateKeyCommand, DecryptCommand, DescribeKeyCommand, DisableKeyCommand, EnableKeyCommand,
  EnableKeyRotationCommand, EncryptCommand, GenerateDataKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand, PutKeyPolicyCommand,
  ReEncryptCommand, ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ACCOUNT, check, code, deniedBy, document, Statement, TestAws } from './aws';

let aws: TestAws;
beforeAll(async () => { aws = await TestAws.start(); });
afterAll(async () => { await aws?.stop(); });

const ROOT = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
const ADMIN: Statement = { Effect: 'Allow', Principal: ROOT, Action: ['kms:Describe*', 'kms:Get*', 'kms:Put*', 'kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion', 'kms:DisableKey', 'kms:EnableKey'], Resource: '*' };
const CRYPTO = ['kms:Decrypt', 'kms:GenerateDataKey*', 'kms:Encrypt', 'kms:ReEncrypt*'];
const through = (conditions: object = {}): Statement => ({
  Effect: 'Allow',
  Principal: ROOT,
  Action: CRYPTO,
  Resource: '*',
  Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'kms:CallerAccount': ACCOUNT }, ...conditions },
});
const put = async (Bucket: string, s3 = aws.s3(), more = {}) => deniedBy(s3.send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x', ...more })));
const get = async (Bucket: string, s3 = aws.s3()) => deniedBy(s3.send(new GetObjectCommand({ Bucket, Key: 'object' })));

describe('a key policy', () => {
  const DOC = 'kms/latest/developerguide/key-policies.html';
  check('that names the account leaves the decision to IAM', 'kms/latest/developerguide/key-policy-default.html', async () => {
    const key = await aws.key();
    const allowed = await aws.role([{ Effect: 'Allow', Action: 'kms:Encrypt', Resource: key }]);
    const others = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    expect(await code(allowed.kms.send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') })))).toBe('ok');
    expect(await deniedBy(others.kms.send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') })))).toBe('identity-policy:implicit');
  });
  check('that does not name the account gives nobody anything, whatever IAM says', DOC, async () => {
    const key = await aws.key([ADMIN]);
    const admin = await aws.role([{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    expect(await deniedBy(admin.kms.send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') })))).toBe('key-policy:implicit');
    expect(await deniedBy(aws.kms().send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256' })))).toBe('key-policy:implicit');
    expect(await code(aws.kms().send(new DescribeKeyCommand({ KeyId: key })))).toBe('ok');
  });
  check('alone admits a role of the account that it names', DOC, async () => {
    const role = await aws.role([{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }]);
    const key = await aws.key([ADMIN, { Effect: 'Allow', Principal: { AWS: role.arn }, Action: CRYPTO, Resource: '*' }]);
    expect(await code(role.kms.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256' })))).toBe('ok');
  });
  check('can deny what IAM allows', DOC, async () => {
    const key = await aws.key([{ ...ADMIN, Action: 'kms:*' }, { Sid: 'No', Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' }]);
    const { CiphertextBlob } = await aws.kms().send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') }));
    expect(await deniedBy(aws.kms().send(new DecryptCommand({ KeyId: key, CiphertextBlob })))).toBe('key-policy:No');
    expect(await deniedBy(aws.kms().send(new DecryptCommand({ CiphertextBlob })))).toBe('key-policy:No');
  });
  check('reads back as it was put', 'kms/latest/APIReference/API_GetKeyPolicy.html', async () => {
    const policy = [ADMIN];
    const key = await aws.key(policy);
    expect(JSON.parse((await aws.kms().send(new GetKeyPolicyCommand({ KeyId: key }))).Policy!)).toEqual(JSON.parse(document(policy)));
  });
});

describe('a key through S3', () => {
  const VIA = 'kms/latest/developerguide/conditions-kms.html';
  check('is used with the permissions of who asks S3', 'AmazonS3/latest/userguide/UsingKMSEncryption.html', async () => {
    const key = await aws.key();
    const Bucket = await aws.bucket({ key });
    const s3Only = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    expect(await put(Bucket, s3Only.s3)).toBe('identity-policy:implicit');
    const writer = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: key }]);
    expect(await put(Bucket, writer.s3)).toBe('ok');
    expect(await get(Bucket, writer.s3)).toBe('identity-policy:implicit');
    const reader = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, { Effect: 'Allow', Action: 'kms:Decrypt', Resource: key }]);
    expect(await get(Bucket, reader.s3)).toBe('ok');
  });
  check('can be open through S3 and closed to direct calls', VIA, async () => {
    const key = await aws.key([ADMIN, through()]);
    const Bucket = await aws.bucket({ key, bucketKey: true });
    expect(await put(Bucket)).toBe('ok');
    expect(await get(Bucket)).toBe('ok');
    expect(await deniedBy(aws.kms().send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256' })))).toBe('key-policy:implicit');
  });
  check('has the bucket as encryption context with a Bucket Key, and the object without', 'AmazonS3/latest/userguide/bucket-key.html', async () => {
    const bucketOnly = await aws.key();
    const Bucket = await aws.bucket({ key: bucketOnly, bucketKey: true });
    const role = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, {
      Effect: 'Allow', Action: CRYPTO, Resource: bucketOnly, Condition: { StringEquals: { 'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${Bucket}` } },
    }]);
    expect(await put(Bucket, role.s3)).toBe('ok');
    expect(await put(Bucket, role.s3, { BucketKeyEnabled: false })).toBe('identity-policy:implicit');
    await aws.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x', BucketKeyEnabled: false }));
    expect(await get(Bucket, role.s3)).toBe('identity-policy:implicit');
  });
  check('under a Bucket Key, an upload also needs kms:Decrypt', 'AmazonS3/latest/userguide/replication-config-for-kms-objects.html', async () => {
    const key = await aws.key();
    const Bucket = await aws.bucket({ key, bucketKey: true });
    const writer = await aws.role([{ Effect: 'Allow', Action: 's3:*', Resource: '*' }, { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: key }]);
    expect(await put(Bucket, writer.s3)).toBe('identity-policy:implicit');
    expect(await put(Bucket, writer.s3, { BucketKeyEnabled: false })).toBe('ok');
  });
});

describe('the state of a key', () => {
  const DOC = 'kms/latest/developerguide/key-state.html';
  check('disabled: objects can be neither written nor read', DOC, async () => {
    const key = await aws.key();
    const Bucket = await aws.bucket({ key });
    await put(Bucket);
    await aws.kms().send(new DisableKeyCommand({ KeyId: key }));
    expect(await code(aws.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x' })))).toBe('400 KMS.DisabledException');
    expect(await code(aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object' })))).toBe('400 KMS.DisabledException');
    await aws.kms().send(new EnableKeyCommand({ KeyId: key }));
    expect(await get(Bucket)).toBe('ok');
  });
  check('pending deletion: the same, until it is cancelled and enabled', DOC, async () => {
    const key = await aws.key();
    const Bucket = await aws.bucket({ key });
    await put(Bucket);
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId: key, PendingWindowInDays: 7 }));
    expect(await code(aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object' })))).toBe('400 KMS.KMSInvalidStateException');
    await aws.kms().send(new CancelKeyDeletionCommand({ KeyId: key }));
    await aws.kms().send(new EnableKeyCommand({ KeyId: key }));
    expect(await get(Bucket)).toBe('ok');
  });
  check('missing: an upload says so', 'AmazonS3/latest/API/API_PutObject.html', async () => {
    const Bucket = await aws.bucket({ key: `arn:aws:kms:us-east-1:${ACCOUNT}:key/00000000-0000-0000-0000-000000000000` });
    expect(await code(aws.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x' })))).toBe('400 KMS.NotFoundException');
  });
  check('asymmetric: S3 cannot use it', 'AmazonS3/latest/userguide/UsingKMSEncryption.html', async () => {
    const { KeyMetadata } = await aws.kms().send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }));
    const Bucket = await aws.bucket({ key: KeyMetadata!.Arn });
    expect(await code(aws.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x' })))).toMatch(/^400 KMS/);
  });
});

describe('guards in a key policy', () => {
  const DOC = 'kms/latest/developerguide/conditions-kms.html';
  const guarded = async (statement: object) =>
    aws.key([{ ...ADMIN, Action: 'kms:*' }, { Sid: 'Guard', Effect: 'Deny', Principal: '*', Resource: '*', ...statement }]);
  check('see the window of a deletion, and not one that was not given', DOC, async () => {
    const key = await guarded({ Action: 'kms:ScheduleKeyDeletion', Condition: { NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } } });
    expect(await deniedBy(aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId: key, PendingWindowInDays: 29 })))).toBe('key-policy:Guard');
    expect(await code(aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId: key })))).toBe('ok');
  });
  check('see how long a key has been idle', DOC, async () => {
    const key = await guarded({ Action: ['kms:DisableKey', 'kms:ScheduleKeyDeletion'], Condition: { NumericLessThan: { 'kms:TrailingDaysWithoutKeyUsage': '1' } } });
    expect(await deniedBy(aws.kms().send(new DisableKeyCommand({ KeyId: key })))).toBe('key-policy:Guard');
  });
  check('see that a grant is not for an AWS resource', DOC, async () => {
    const key = await guarded({ Action: 'kms:CreateGrant', Condition: { Bool: { 'kms:GrantIsForAWSResource': 'false' } } });
    const grant = new CreateGrantCommand({ KeyId: key, GranteePrincipal: `arn:aws:iam::${ACCOUNT}:role/x`, Operations: ['Decrypt'] });
    expect(await deniedBy(aws.kms().send(grant))).toBe('key-policy:Guard');
  });
  check('see the period of a rotation', DOC, async () => {
    const key = await guarded({ Action: 'kms:EnableKeyRotation', Condition: { NumericGreaterThan: { 'kms:RotationPeriodInDays': '365' } } });
    expect(await deniedBy(aws.kms().send(new EnableKeyRotationCommand({ KeyId: key, RotationPeriodInDays: 366 })))).toBe('key-policy:Guard');
    expect(await code(aws.kms().send(new EnableKeyRotationCommand({ KeyId: key })))).toBe('ok');
  });
});

describe('a direct call', () => {
  check('fails under a key that is disabled or pending deletion', 'kms/latest/developerguide/key-state.html', async () => {
    const key = await aws.key();
    await aws.kms().send(new DisableKeyCommand({ KeyId: key }));
    expect(await code(aws.kms().send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') })))).toBe('400 DisabledException');
    const gone = await aws.key();
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId: gone, PendingWindowInDays: 7 }));
    expect(await code(aws.kms().send(new EncryptCommand({ KeyId: gone, Plaintext: Buffer.from('x') })))).toBe('400 KMSInvalidStateException');
  });
  check('of ReEncrypt is for the key of the ciphertext, whatever SourceKeyId says', 'kms/latest/APIReference/API_ReEncrypt.html', async () => {
    const [mine, secret] = [await aws.key(), await aws.key()];
    const { CiphertextBlob } = await aws.kms().send(new EncryptCommand({ KeyId: secret, Plaintext: Buffer.from('x') }));
    const role = await aws.role([{ Effect: 'Allow', Action: 'kms:*', Resource: mine }]);
    const request = new ReEncryptCommand({ SourceKeyId: mine, DestinationKeyId: mine, CiphertextBlob });
    expect(await deniedBy(role.kms.send(request))).toBe('identity-policy:implicit');
  });
});

describe('the safety check of KMS', () => {
  const DOC = 'kms/latest/APIReference/API_PutKeyPolicy.html';
  const lockout = document([{ Effect: 'Allow', Principal: ROOT, Action: 'kms:Describe*', Resource: '*' }]);
  check('refuses a policy that its author could not change again', DOC, async () => {
    const key = await aws.key();
    expect(await code(aws.kms().send(new PutKeyPolicyCommand({ KeyId: key, Policy: lockout })))).toBe('400 MalformedPolicyDocumentException');
    expect(await code(aws.kms().send(new CreateKeyCommand({ Policy: lockout })))).toBe('400 MalformedPolicyDocumentException');
  });
  check('can be bypassed', DOC, async () => {
    expect(await code(aws.kms().send(new CreateKeyCommand({ Policy: lockout, BypassPolicyLockoutSafetyCheck: true })))).toBe('ok');
  });
});

describe('rotation', () => {
  const DOC = 'kms/latest/APIReference/API_EnableKeyRotation.html';
  check('has a period that reads back, 365 days by default', DOC, async () => {
    const key = await aws.key();
    expect(await aws.kms().send(new GetKeyRotationStatusCommand({ KeyId: key }))).toMatchObject({ KeyRotationEnabled: false });
    await aws.kms().send(new EnableKeyRotationCommand({ KeyId: key }));
    const status = await aws.kms().send(new GetKeyRotationStatusCommand({ KeyId: key }));
    expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 365 });
    await aws.kms().send(new EnableKeyRotationCommand({ KeyId: key, RotationPeriodInDays: 90 }));
    expect(await aws.kms().send(new GetKeyRotationStatusCommand({ KeyId: key }))).toMatchObject({ RotationPeriodInDays: 90 });
  });
  check('takes 90 to 2560 days', DOC, async () => {
    const key = await aws.key();
    for (const RotationPeriodInDays of [89, 2561]) {
      expect(await code(aws.kms().send(new EnableKeyRotationCommand({ KeyId: key, RotationPeriodInDays })))).toMatch(/^400/);
    }
  });
});
