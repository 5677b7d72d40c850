import { randomBytes } from 'node:crypto';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import {
  CopyObjectCommand, HeadObjectCommand, PutObjectCommand, PutObjectCommandInput, UpdateObjectEncryptionCommand,
} from '@aws-sdk/client-s3';
import * as iam from 'aws-cdk-lib/aws-iam';
import { answer, LocalAws } from './local-aws';
import { EncryptionMode, SecureBucket, SecureBucketProps, UploadHeaders } from '../../src';

let aws: LocalAws;
let foreignKey: string;
beforeAll(async () => {
  aws = await LocalAws.start();
  foreignKey = (await aws.kms().send(new CreateKeyCommand({}))).KeyMetadata!.Arn!;
});
afterAll(async () => { await aws?.stop(); });

interface Target { bucket: string; key: string; put(input?: Partial<PutObjectCommandInput>): Promise<string> }

async function target(props: SecureBucketProps): Promise<Target> {
  const { outputs } = await aws.deploy((stack) => {
    const data = new SecureBucket(stack, 'Data', props);
    const writer = new iam.Role(stack, 'Writer', { assumedBy: new iam.AccountRootPrincipal() });
    data.grantReadWrite(writer);
    // Beside the grant: what the policy of the bucket refuses must not be refused for want of a permission.
    writer.addToPolicy(new iam.PolicyStatement({ actions: ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 's3:UpdateObjectEncryption'], resources: ['*'] }));
    return { Bucket: data.bucketName, Key: data.encryptionKey?.keyArn ?? 'none', Writer: writer.roleArn };
  });
  const s3 = aws.s3(await aws.roleCredentials(outputs.Writer));
  return {
    bucket: outputs.Bucket,
    key: outputs.Key,
    put: async (input = {}) => answer(s3.send(new PutObjectCommand({ Bucket: outputs.Bucket, Key: 'object', Body: 'x', ...input }))),
  };
}

const customerKey = () => ({ SSECustomerAlgorithm: 'AES256', SSECustomerKey: randomBytes(32).toString('base64') });

describe('uploads to a SecureBucket', () => {
  let data: Target;
  beforeAll(async () => { data = await target({}); });

  test('without headers end up under its key, with a Bucket Key', async () => {
    expect(await data.put({ Key: 'plain' })).toBe('allowed');
    expect(await aws.s3().send(new HeadObjectCommand({ Bucket: data.bucket, Key: 'plain' })))
      .toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: data.key, BucketKeyEnabled: true });
  });

  test('that name its key are accepted', async () => {
    expect(await data.put({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: data.key })).toBe('allowed');
  });

  test.each<[string, () => Partial<PutObjectCommandInput>, string]>([
    ['another key', () => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: foreignKey }), 'DenyOtherKeys'],
    ['no key, which means the AWS managed one', () => ({ ServerSideEncryption: 'aws:kms' }), 'DenyKmsWithoutKey'],
    ['DSSE without a key', () => ({ ServerSideEncryption: 'aws:kms:dsse' }), 'DenyKmsWithoutKey'],
    ['DSSE under its key', () => ({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: data.key }), 'DenyOtherAlgorithms'],
    ['SSE-S3', () => ({ ServerSideEncryption: 'AES256' }), 'DenyOtherAlgorithms'],
    ['a key of the client\'s', customerKey, 'DenyCustomerProvidedKeys'],
  ])('with %s are refused', async (_, input, sid) => {
    expect(await data.put(input())).toBe(`bucket-policy:${sid}`);
  });

  test('by copy within the bucket stay under its key', async () => {
    await data.put({ Key: 'source' });
    await aws.s3().send(new CopyObjectCommand({ Bucket: data.bucket, Key: 'copy', CopySource: `${data.bucket}/source` }));
    expect(await aws.s3().send(new HeadObjectCommand({ Bucket: data.bucket, Key: 'copy' }))).toMatchObject({ SSEKMSKeyId: data.key });
  });

  test('cannot be moved to another key afterwards, and can to its own', async () => {
    await data.put({ Key: 'move', BucketKeyEnabled: false });
    const move = async (KMSKeyArn: string) => answer(aws.s3().send(new UpdateObjectEncryptionCommand({
      Bucket: data.bucket, Key: 'move', ObjectEncryption: { SSEKMS: { KMSKeyArn, BucketKeyEnabled: true } },
    })));
    expect(await move(foreignKey)).toBe('bucket-policy:DenyOtherKeys');
    expect(await move(data.key)).toBe('allowed');
    expect(await aws.s3().send(new HeadObjectCommand({ Bucket: data.bucket, Key: 'move' }))).toMatchObject({ SSEKMSKeyId: data.key, BucketKeyEnabled: true });
  });
});

test('a bucket under DSSE refuses plain SSE-KMS and accepts uploads without headers', async () => {
  const data = await target({ encryptionMode: EncryptionMode.dsse() });
  expect(await data.put()).toBe('allowed');
  expect(await aws.s3().send(new HeadObjectCommand({ Bucket: data.bucket, Key: 'object' }))).toMatchObject({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: data.key });
  expect(await data.put({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: data.key })).toBe('bucket-policy:DenyOtherAlgorithms');
});

test('a bucket under SSE-S3 accepts stronger encryption and refuses keys of the client\'s', async () => {
  const data = await target({ encryptionMode: EncryptionMode.s3Managed() });
  expect(await data.put()).toBe('allowed');
  expect(await data.put({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: foreignKey })).toBe('allowed');
  expect(await data.put(customerKey())).toBe('bucket-policy:DenyCustomerProvidedKeys');
});

test('required headers refuse an upload without them', async () => {
  const data = await target({ uploadHeaders: UploadHeaders.REQUIRED });
  expect(await data.put()).toBe('bucket-policy:DenyUploadsWithoutHeaders');
  expect(await data.put({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: data.key })).toBe('allowed');
});

test('what is weakened with a reason is weakened, and nothing else', async () => {
  const sseC = await target({ allowSseCBecause: 'a test' });
  expect(await sseC.put(customerKey())).toBe('allowed');
  expect(await sseC.put({ ServerSideEncryption: 'AES256' })).toBe('bucket-policy:DenyOtherAlgorithms');

  const any = await target({ allowAnyUploadEncryptionBecause: 'a test' });
  expect(await any.put({ ServerSideEncryption: 'AES256' })).toBe('allowed');
  expect(await any.put({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: foreignKey })).toBe('allowed');
  expect(await any.put(customerKey())).toBe('bucket-policy:DenyCustomerProvidedKeys');
});
