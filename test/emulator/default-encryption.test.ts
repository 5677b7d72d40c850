import {
  DeleteBucketEncryptionCommand, GetBucketEncryptionCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand,
  PutObjectCommandInput, ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { kmsRule, md5, outcome, TestAws } from './aws';

const DEFAULT = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html';
const FAQ = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html';
const PUT_OBJECT = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html';
const PUT_ENCRYPTION = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html';
const BUCKET_KEY = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html';
const DSSE = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html';
const OBJECT = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html';

let aws: TestAws;
let own: string;
let other: string;
let managed: string;
beforeAll(async () => {
  aws = await TestAws.start();
  [own, other] = [await aws.key(), await aws.key()];
  const bucket = await aws.bucket();
  await aws.put(bucket, 'managed', { ServerSideEncryption: 'aws:kms' });
  managed = (await aws.encryptionOf(bucket, 'managed'))[1]!;
});
afterAll(async () => { await aws?.stop(); });

async function ruleOf(Bucket: string): Promise<ServerSideEncryptionRule> {
  const { ServerSideEncryptionConfiguration } = await aws.s3().send(new GetBucketEncryptionCommand({ Bucket }));
  return ServerSideEncryptionConfiguration!.Rules![0];
}

type Wanted = [algorithm: string, key: 'own' | 'other' | 'managed' | undefined, bucketKey: true | undefined];
interface Upload { title: string; doc: string; rule?: () => ServerSideEncryptionRule; headers?: () => Partial<PutObjectCommandInput>; wanted: Wanted }

const UPLOADS: Upload[] = [
  { title: 'a bucket that nobody configured encrypts with SSE-S3', doc: FAQ, wanted: ['AES256', undefined, undefined] },
  { title: 'an upload without headers takes the key of the bucket', doc: DEFAULT, rule: () => kmsRule(own), wanted: ['aws:kms', 'own', undefined] },
  { title: 'an upload without headers takes the Bucket Key of the bucket', doc: BUCKET_KEY, rule: () => kmsRule(own, true), wanted: ['aws:kms', 'own', true] },
  {
    title: 'a default of aws:kms without a key is the AWS managed key',
    doc: PUT_ENCRYPTION,
    rule: () => kmsRule(undefined, true),
    wanted: ['aws:kms', 'managed', true],
  },
  {
    title: 'aws:kms in the request without a key is aws/s3 and not the key of the bucket',
    doc: PUT_OBJECT,
    rule: () => kmsRule(own, true),
    headers: () => ({ ServerSideEncryption: 'aws:kms' }),
    wanted: ['aws:kms', 'managed', true],
  },
  {
    title: 'another key in the request wins over the default',
    doc: DEFAULT,
    rule: () => kmsRule(own, true),
    headers: () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other }),
    wanted: ['aws:kms', 'other', true],
  },
  {
    title: 'AES256 in the request wins over the default, and has neither key nor Bucket Key',
    doc: DEFAULT,
    rule: () => kmsRule(own, true),
    headers: () => ({ ServerSideEncryption: 'AES256' }),
    wanted: ['AES256', undefined, undefined],
  },
  {
    title: 'one upload can do without the Bucket Key of its bucket',
    doc: BUCKET_KEY,
    rule: () => kmsRule(own, true),
    headers: () => ({ BucketKeyEnabled: false }),
    wanted: ['aws:kms', 'own', undefined],
  },
  {
    title: 'one upload can have a Bucket Key in a bucket without',
    doc: BUCKET_KEY,
    rule: () => kmsRule(own, false),
    headers: () => ({ BucketKeyEnabled: true }),
    wanted: ['aws:kms', 'own', true],
  },
  {
    title: 'DSSE as the default has no Bucket Key, also where the rule asks for one',
    doc: DSSE,
    rule: () => ({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: own }, BucketKeyEnabled: true }),
    wanted: ['aws:kms:dsse', 'own', undefined],
  },
  {
    title: 'DSSE in the request has no Bucket Key',
    doc: DSSE,
    rule: () => kmsRule(own, true),
    headers: () => ({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: other }),
    wanted: ['aws:kms:dsse', 'other', undefined],
  },
  {
    title: 'a key that the request names by its id is stored by its ARN',
    doc: PUT_OBJECT,
    headers: () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other.split('/')[1] }),
    wanted: ['aws:kms', 'other', undefined],
  },
];

// doc: the page is the second column of each title
test.each(UPLOADS.map((upload) => [upload.title, upload.doc, upload] as const))('%s (%s)', async (_title, _doc, { rule, headers, wanted }) => {
  const Bucket = await aws.bucket({ rule: rule?.() });
  const answered = await aws.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'body', ...headers?.() }));
  const [algorithm, key, bucketKey] = wanted;
  const expected = [algorithm, key && { own, other, managed }[key], bucketKey];
  expect(await aws.encryptionOf(Bucket, 'object')).toEqual(expected);
  expect([answered.ServerSideEncryption, answered.SSEKMSKeyId, answered.BucketKeyEnabled]).toEqual(expected);
  const read = await aws.s3().send(new GetObjectCommand({ Bucket, Key: 'object' }));
  expect([read.ServerSideEncryption, read.SSEKMSKeyId, read.BucketKeyEnabled]).toEqual(expected);
  expect(await read.Body!.transformToString()).toBe('body');
});

test('the AWS managed key is one for the account, and has an ARN of a key', () => {
  expect(managed).toMatch(/^arn:aws:kms:us-east-1:\d{12}:key\/[0-9a-f-]{36}$/);
  expect([own, other]).not.toContain(managed);
});

interface Refused { title: string; doc: string; headers: () => Partial<PutObjectCommandInput>; wanted: string }
const REFUSED: Refused[] = [
  { title: 'a key without the algorithm', doc: PUT_OBJECT, headers: () => ({ SSEKMSKeyId: own }), wanted: '400 InvalidArgument' },
  { title: 'a key beside AES256', doc: PUT_OBJECT, headers: () => ({ ServerSideEncryption: 'AES256', SSEKMSKeyId: own }), wanted: '400 InvalidArgument' },
  {
    title: 'an algorithm that there is not',
    doc: PUT_OBJECT,
    headers: () => ({ ServerSideEncryption: 'rot13' as 'AES256' }),
    wanted: '400 InvalidArgument',
  },
  {
    title: 'a key that there is not',
    doc: PUT_OBJECT,
    headers: () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: own.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000') }),
    wanted: '400 KMS.NotFoundException',
  },
];
test.each(REFUSED.map((refused) => [refused.title, refused.doc, refused] as const))('%s is refused, and nothing is stored (%s)', async (_title, _doc, { headers, wanted }) => {
  const Bucket = await aws.bucket();
  expect(await outcome(aws.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'x', ...headers() })))).toBe(wanted);
  expect(await outcome(aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'object' })))).toBe('404 NotFound');
});

test.each([
  ['SSE-S3', {}, true],
  ['SSE-KMS', { ServerSideEncryption: 'aws:kms' }, false],
  ['DSSE', { ServerSideEncryption: 'aws:kms:dsse' }, false],
] as const)('the ETag of an object under %s is the MD5 of its body, or not, as documented (' + OBJECT + ')', async (_kind, headers, isDigest) => {
  const Bucket = await aws.bucket();
  await aws.put(Bucket, 'object', headers);
  const { ETag } = await aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'object' }));
  expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(ETag === `"${md5('body')}"`).toBe(isDigest);
});

// doc: PUT_ENCRYPTION
describe('the rule of a bucket', () => {
  test('is SSE-S3 without a Bucket Key before anyone sets it, and again after it is deleted', async () => {
    const Bucket = await aws.bucket();
    const untouched = await ruleOf(Bucket);
    expect(untouched).toMatchObject({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false });
    await aws.encrypt(Bucket, kmsRule(own, true));
    expect(await ruleOf(Bucket)).toMatchObject(kmsRule(own, true));
    await aws.s3().send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect(await ruleOf(Bucket)).toEqual(untouched);
  });

  test('is replaced as a whole: what a call leaves out is no longer set', async () => {
    const Bucket = await aws.bucket({ rule: { ...kmsRule(own, true), BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } } });
    await aws.encrypt(Bucket, kmsRule(other));
    expect(await ruleOf(Bucket)).toEqual(kmsRule(other, false));
  });

  test('may not name a key for AES256', async () => {
    const Bucket = await aws.bucket();
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const, KMSMasterKeyID: own } };
    expect(await outcome(aws.encrypt(Bucket, rule))).toBe('400 InvalidArgument');
    expect((await ruleOf(Bucket)).ApplyServerSideEncryptionByDefault).toEqual({ SSEAlgorithm: 'AES256' });
  });

  test('may not name an algorithm that there is not', async () => {
    const Bucket = await aws.bucket();
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'none' as 'AES256' } };
    expect(await outcome(aws.encrypt(Bucket, rule))).toBe('400 MalformedXML');
  });

  test('is not checked against KMS: a missing key is found out by the first upload', async () => {
    const Bucket = await aws.bucket({ rule: kmsRule('no-such-key') });
    expect((await ruleOf(Bucket)).ApplyServerSideEncryptionByDefault!.KMSMasterKeyID).toBe('no-such-key');
    expect(await outcome(aws.put(Bucket, 'object'))).toBe('400 KMS.NotFoundException');
  });

  test('does not touch objects that are already there (' + DEFAULT + ')', async () => {
    const Bucket = await aws.bucket({ versioned: true });
    const version = await aws.put(Bucket, 'object');
    await aws.encrypt(Bucket, kmsRule(own, true));
    expect(await aws.encryptionOf(Bucket, 'object')).toEqual(['AES256', undefined, undefined]);
    await aws.put(Bucket, 'object');
    expect(await aws.encryptionOf(Bucket, 'object')).toEqual(['aws:kms', own, true]);
    expect(await aws.encryptionOf(Bucket, 'object', version)).toEqual(['AES256', undefined, undefined]);
  });

  test('of a missing bucket is an error', async () => {
    expect(await outcome(aws.s3().send(new GetBucketEncryptionCommand({ Bucket: 'no-such-bucket' })))).toBe('404 NoSuchBucket');
    expect(await outcome(aws.encrypt('no-such-bucket', kmsRule(own)))).toBe('404 NoSuchBucket');
  });
});
