import { DecryptCommand, GenerateDataKeyCommand, PutKeyPolicyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  CompleteMultipartUploadCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand,
  PutObjectCommand, S3Client, UploadPartCommand,
} from '@aws-sdk/client-s3';
import * as iam from 'aws-cdk-lib/aws-iam';
import { answer, LocalAws } from './local-aws';
import { KeyAccess, RotatingS3Key, SecureBucket } from '../../src';

let aws: LocalAws;
beforeAll(async () => { aws = await LocalAws.start(); });
afterAll(async () => { await aws?.stop(); });

interface World { bucket: string; key: string; outputs: Record<string, string>; as(role: string): S3Client }

async function world(access?: KeyAccess): Promise<World> {
  const { outputs } = await aws.deploy((stack) => {
    const key = new RotatingS3Key(stack, 'Key', { access });
    const data = new SecureBucket(stack, 'Data', { encryptionKey: key });
    const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
    const roles = { Reader: role('Reader'), Putter: role('Putter'), WriteOnly: role('WriteOnly'), Deleter: role('Deleter'), Stranger: role('Stranger') };
    data.grantRead(roles.Reader, 'in/*');
    data.grantPut(roles.Putter, 'in/*');
    data.grantWriteOnly(roles.WriteOnly, 'in/*');
    data.grantDelete(roles.Deleter, 'in/*');
    // Somebody with every permission of IAM that a bucket's grant could have given by mistake.
    roles.Stranger.addToPolicy(new iam.PolicyStatement({ actions: ['kms:*'], resources: ['*'] }));
    return {
      Bucket: data.bucketName,
      Key: key.keyArn,
      ...Object.fromEntries(Object.entries(roles).map(([name, { roleArn }]) => [name, roleArn])),
    };
  });
  const clients: Record<string, S3Client> = {};
  for (const name of ['Reader', 'Putter', 'WriteOnly', 'Deleter', 'Stranger']) { clients[name] = aws.s3(await aws.roleCredentials(outputs[name])); }
  return { bucket: outputs.Bucket, key: outputs.Key, as: (role) => clients[role], outputs };
}

describe.each([['through S3', undefined], ['by name', KeyAccess.namedPrincipals()]])('grants of a bucket whose key is opened %s', (_, access) => {
  let data: World;
  const put = async (role: string, Key: string, more = {}) => answer(data.as(role).send(new PutObjectCommand({ Bucket: data.bucket, Key, Body: 'x', ...more })));
  const get = async (role: string, Key: string) => answer(data.as(role).send(new GetObjectCommand({ Bucket: data.bucket, Key })));
  beforeAll(async () => {
    data = await world(access);
    await put('Putter', 'in/object');
  });

  test('grantPut uploads inside its prefix, in parts as well, and cannot read', async () => {
    expect(await put('Putter', 'in/a')).toBe('allowed');
    expect(await put('Putter', 'out/a')).toBe('identity-policy:implicit');
    expect(await get('Putter', 'in/a')).toBe('identity-policy:implicit');
    const upload = { Bucket: data.bucket, Key: 'in/parts' };
    const { UploadId } = await data.as('Putter').send(new CreateMultipartUploadCommand(upload));
    const { ETag } = await data.as('Putter').send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'part' }));
    await data.as('Putter').send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    expect(await aws.s3().send(new HeadObjectCommand(upload))).toMatchObject({ SSEKMSKeyId: data.key, BucketKeyEnabled: true });
  });

  test('grantRead reads inside its prefix, whether with a Bucket Key or from before, and cannot upload', async () => {
    await put('Putter', 'in/before', { BucketKeyEnabled: false });
    expect(await get('Reader', 'in/object')).toBe('allowed');
    expect(await get('Reader', 'in/before')).toBe('allowed');
    expect(await get('Reader', 'out/object')).toBe('identity-policy:implicit');
    expect(await put('Reader', 'in/b')).toBe('identity-policy:implicit');
  });

  test('grantWriteOnly uploads one object at a time without a Bucket Key, and can neither read nor send parts', async () => {
    expect(await put('WriteOnly', 'in/c', { BucketKeyEnabled: false })).toBe('allowed');
    expect(await put('WriteOnly', 'out/c', { BucketKeyEnabled: false })).toBe('identity-policy:implicit');
    expect(await get('WriteOnly', 'in/c')).toBe('identity-policy:implicit');
    const upload = { Bucket: data.bucket, Key: 'in/c-parts', BucketKeyEnabled: false };
    const { UploadId } = await data.as('WriteOnly').send(new CreateMultipartUploadCommand(upload));
    expect(await answer(data.as('WriteOnly').send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'x' })))).toMatch(/implicit$/);
  });

  test('grantDelete deletes inside its prefix', async () => {
    await put('Putter', 'in/d');
    expect(await answer(data.as('Deleter').send(new DeleteObjectCommand({ Bucket: data.bucket, Key: 'in/d' })))).toBe('allowed');
    expect(await get('Deleter', 'in/object')).toBe('identity-policy:implicit');
  });

  test.each(['Reader', 'Putter', 'Stranger'])('%s cannot use the key directly', async (role) => {
    const kms = aws.kms(await aws.roleCredentials(data.outputs[role]));
    expect(await answer(kms.send(new GenerateDataKeyCommand({ KeyId: data.key, KeySpec: 'AES_256' })))).toMatch(/implicit$/);
    expect(await answer(kms.send(new DecryptCommand({ KeyId: data.key, CiphertextBlob: Buffer.alloc(64) })))).toMatch(/implicit$/);
  });
});

test('under named principals, IAM alone does not open the key', async () => {
  const { outputs } = await aws.deploy((stack) => {
    const key = new RotatingS3Key(stack, 'Key', { access: KeyAccess.namedPrincipals() });
    const data = new SecureBucket(stack, 'Data', { encryptionKey: key });
    const writer = new iam.Role(stack, 'Writer', { assumedBy: new iam.AccountRootPrincipal() });
    writer.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*', 'kms:*'], resources: ['*'] }));
    return { Bucket: data.bucketName, Writer: writer.roleArn };
  });
  const s3 = aws.s3(await aws.roleCredentials(outputs.Writer));
  expect(await answer(s3.send(new PutObjectCommand({ Bucket: outputs.Bucket, Key: 'x', Body: 'x' })))).toBe('key-policy:implicit');
});

test('the role that deploys can change the key policy again', async () => {
  const { outputs } = await aws.deploy((stack) => ({ Key: new RotatingS3Key(stack, 'Key').keyArn }));
  const { Policy } = await aws.kms().send(new GetKeyPolicyCommand({ KeyId: outputs.Key }));
  expect(await answer(aws.kms().send(new PutKeyPolicyCommand({ KeyId: outputs.Key, Policy })))).toBe('allowed');
});
