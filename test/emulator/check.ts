import { randomUUID } from 'node:crypto';
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient, PutRolePolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, HeadObjectCommand, HeadObjectCommandInput, PutBucketEncryptionCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Emulator, startEmulator } from '../../emulator/server';

/** A check of the emulator, with the page of AWS's documentation that it comes from. */
export function check(title: string, doc: string, run: () => Promise<void>): void {
  test(`${title} (${doc})`, run);
}

export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';
const ROOT = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface Identity {
  readonly arn: string;
  readonly s3: S3Client;
  readonly kms: KMSClient;
}

/** The emulator of one test file. */
export class Peer {
  public static async start(): Promise<Peer> {
    return new Peer(await startEmulator());
  }

  public readonly s3: S3Client;
  public readonly kms: KMSClient;
  private readonly iam: IAMClient;

  private constructor(private readonly emulator: Emulator) {
    this.s3 = this.clientOf(ROOT);
    this.kms = new KMSClient({ endpoint: emulator.endpoint, region: REGION, credentials: ROOT, maxAttempts: 1 });
    this.iam = new IAMClient({ endpoint: emulator.endpoint, region: REGION, credentials: ROOT });
  }

  public async stop(): Promise<void> {
    await this.emulator.stop();
  }

  public async key(policy?: object): Promise<string> {
    const { KeyMetadata } = await this.kms.send(new CreateKeyCommand(policy === undefined ? {} : { Policy: JSON.stringify(policy) }));
    return KeyMetadata!.Arn!;
  }

  /** A new bucket, with a default encryption if one is given. */
  public async bucket(encryption?: { key?: string; algorithm?: 'aws:kms' | 'aws:kms:dsse' | 'AES256'; bucketKey?: boolean; blocked?: ('SSE-C' | 'NONE')[] }): Promise<string> {
    const Bucket = `bucket-${randomUUID()}`;
    await this.s3.send(new CreateBucketCommand({ Bucket }));
    if (encryption !== undefined) {
      await this.s3.send(new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: encryption.algorithm ?? 'aws:kms', KMSMasterKeyID: encryption.key },
            BucketKeyEnabled: encryption.bucketKey,
            BlockedEncryptionTypes: encryption.blocked && { EncryptionType: encryption.blocked },
          }],
        },
      }));
    }
    return Bucket;
  }

  /** How an object is encrypted, as HeadObject tells. */
  public async encryptionOf(input: HeadObjectCommandInput): Promise<{ algorithm?: string; key?: string; bucketKey?: boolean; customer?: string }> {
    const head = await this.s3.send(new HeadObjectCommand(input));
    return {
      algorithm: head.ServerSideEncryption, key: head.SSEKMSKeyId, bucketKey: head.BucketKeyEnabled, customer: head.SSECustomerAlgorithm,
    };
  }

  /** A role with one policy, and a session of it. */
  public async role(...statements: object[]): Promise<Identity> {
    const RoleName = `role-${randomUUID()}`;
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }] };
    const { Role } = await this.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await this.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'policy', PolicyDocument: JSON.stringify(document(statements)) }));
    const sts = new STSClient({ endpoint: this.emulator.endpoint, region: REGION, credentials: ROOT });
    const { Credentials: session } = await sts.send(new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: 'session' }));
    return this.identity(Role!.Arn!, {
      accessKeyId: session!.AccessKeyId!, secretAccessKey: session!.SecretAccessKey!, sessionToken: session!.SessionToken,
    });
  }

  /** A user with one policy and an access key. */
  public async user(...statements: object[]): Promise<Identity> {
    const UserName = `user-${randomUUID()}`;
    const { User } = await this.iam.send(new CreateUserCommand({ UserName }));
    await this.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'policy', PolicyDocument: JSON.stringify(document(statements)) }));
    const { AccessKey } = await this.iam.send(new CreateAccessKeyCommand({ UserName }));
    return this.identity(User!.Arn!, { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! });
  }

  private identity(arn: string, credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): Identity {
    const kms = new KMSClient({ endpoint: this.emulator.endpoint, region: REGION, credentials, maxAttempts: 1 });
    return { arn, s3: this.clientOf(credentials), kms };
  }

  private clientOf(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): S3Client {
    return new S3Client({ endpoint: this.emulator.endpoint, region: REGION, credentials, forcePathStyle: true, maxAttempts: 1 });
  }
}

/** A policy of statements. */
export function document(statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** `ok`, or status and code of the error. */
export async function code(request: Promise<unknown>): Promise<string> {
  return request.then(() => 'ok', (error: { name: string; $metadata?: { httpStatusCode?: number } }) => `${error.$metadata?.httpStatusCode} ${error.name}`);
}

/** `ok`, or which statement denied. */
export async function deniedBy(request: Promise<unknown>): Promise<string> {
  return request.then(() => 'ok', (error: { name: string; message: string; $response?: { headers: Record<string, string> } }) =>
    error.$response?.headers['x-emulator-denied-by'] ?? `${error.name}: ${error.message}`);
}
