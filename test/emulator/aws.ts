import { createHash } from 'node:crypto';
import {
  AttachRolePolicyCommand, CreateAccessKeyCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand, IAMClient,
  PutRolePolicyCommand, PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand, HeadObjectCommand, PutBucketEncryptionCommand, PutBucketPolicyCommand, PutBucketVersioningCommand,
  PutObjectCommand, S3Client, ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Emulator, startEmulator } from '../../emulator/server';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const ROOT: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface Credentials { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
export interface Statement { Effect: 'Allow' | 'Deny'; [element: string]: unknown }

/** The local AWS of one test file, and the setting up that its tests share. */
export class TestAws {
  public static async start(): Promise<TestAws> {
    return new TestAws(await startEmulator());
  }

  private names = 0;
  private readonly clients: { destroy(): void }[] = [];

  private constructor(public readonly emulator: Emulator) {}

  public async stop(): Promise<void> {
    for (const client of this.clients) { client.destroy(); }
    await this.emulator.stop();
  }

  public name(kind: string): string {
    this.names += 1;
    return `${kind}-${this.names}`;
  }

  public s3(credentials: Credentials = ROOT): S3Client {
    return this.kept(new S3Client({ ...this.common, credentials, forcePathStyle: true }));
  }

  /** Unsigned requests. */
  public anonymous(): S3Client {
    return this.kept(new S3Client({ ...this.common, credentials: ROOT, forcePathStyle: true, signer: { sign: async (request) => request } }));
  }

  public kms(credentials: Credentials = ROOT): KMSClient {
    return this.kept(new KMSClient({ ...this.common, credentials }));
  }

  public iam(): IAMClient {
    return this.kept(new IAMClient({ ...this.common, credentials: ROOT }));
  }

  public sts(credentials: Credentials = ROOT): STSClient {
    return this.kept(new STSClient({ ...this.common, credentials }));
  }

  public async bucket(options: { rule?: ServerSideEncryptionRule; versioned?: boolean } = {}): Promise<string> {
    const Bucket = this.name('bucket');
    const s3 = this.s3();
    await s3.send(new CreateBucketCommand({ Bucket }));
    if (options.rule) { await this.encrypt(Bucket, options.rule); }
    if (options.versioned) { await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })); }
    return Bucket;
  }

  public async encrypt(Bucket: string, rule: ServerSideEncryptionRule): Promise<void> {
    await this.s3().send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }));
  }

  public async bucketPolicy(Bucket: string, statements: Statement[]): Promise<void> {
    await this.s3().send(new PutBucketPolicyCommand({ Bucket, Policy: document(statements) }));
  }

  /** The ARN of a new key; without statements its policy is the one KMS gives by default. */
  public async key(statements?: Statement[]): Promise<string> {
    const { KeyMetadata } = await this.kms().send(new CreateKeyCommand({ Policy: statements && document(statements) }));
    return KeyMetadata!.Arn!;
  }

  public async keyPolicy(KeyId: string, statements: Statement[]): Promise<void> {
    await this.kms().send(new PutKeyPolicyCommand({ KeyId, Policy: document(statements) }));
  }

  /** A role with one inline policy, or with one managed policy of the customer. */
  public async role(statements: Statement[], kind: 'inline' | 'managed' = 'inline'): Promise<{ arn: string; credentials: Credentials }> {
    const RoleName = this.name('role');
    const { Role } = await this.iam().send(new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: document([{ Effect: 'Allow', Principal: { AWS: accountRoot() }, Action: 'sts:AssumeRole' }]),
    }));
    if (kind === 'inline') {
      await this.iam().send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: document(statements) }));
    } else {
      const { Policy } = await this.iam().send(new CreatePolicyCommand({ PolicyName: RoleName, PolicyDocument: document(statements) }));
      await this.iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy!.Arn }));
    }
    const { Credentials: found } = await this.sts().send(new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: 'test' }));
    return {
      arn: Role!.Arn!,
      credentials: { accessKeyId: found!.AccessKeyId!, secretAccessKey: found!.SecretAccessKey!, sessionToken: found!.SessionToken },
    };
  }

  public async user(statements: Statement[]): Promise<{ arn: string; credentials: Credentials }> {
    const UserName = this.name('user');
    const { User } = await this.iam().send(new CreateUserCommand({ UserName }));
    await this.iam().send(new PutUserPolicyCommand({ UserName, PolicyName: 'inline', PolicyDocument: document(statements) }));
    const { AccessKey } = await this.iam().send(new CreateAccessKeyCommand({ UserName }));
    return { arn: User!.Arn!, credentials: { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! } };
  }

  /** An object of root's, and what reading it back says of its encryption. */
  public async put(Bucket: string, Key: string, more: Partial<ConstructorParameters<typeof PutObjectCommand>[0]> = {}): Promise<string | undefined> {
    const { VersionId } = await this.s3().send(new PutObjectCommand({ Body: 'body', ...more, Bucket, Key }));
    return VersionId;
  }

  public async encryptionOf(Bucket: string, Key: string, VersionId?: string): Promise<[string?, string?, boolean?]> {
    const head = await this.s3().send(new HeadObjectCommand({ Bucket, Key, VersionId }));
    return [head.ServerSideEncryption, head.SSEKMSKeyId, head.BucketKeyEnabled];
  }

  private get common() {
    return { endpoint: this.emulator.endpoint, region: REGION, maxAttempts: 1 };
  }

  private kept<T extends { destroy(): void }>(client: T): T {
    this.clients.push(client);
    return client;
  }
}

export function document(statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function accountRoot(account = ACCOUNT): string {
  return `arn:aws:iam::${account}:root`;
}

/** SSE-KMS as a bucket's default. */
export function kmsRule(KMSMasterKeyID: string | undefined, BucketKeyEnabled?: boolean): ServerSideEncryptionRule {
  return { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID }, BucketKeyEnabled };
}

export function md5(text: string | Buffer): string {
  return createHash('md5').update(text).digest('hex');
}

/** `allowed`, the statement that refused as the local AWS names it, or the status and code of another error. */
export async function outcome(request: Promise<unknown>): Promise<string> {
  return request.then(() => 'allowed', (error: unknown) => {
    if (!(error instanceof Error)) { return String(error); }
    const { $response, $metadata } = error as Error & { $response?: { headers: Record<string, string> }; $metadata?: { httpStatusCode?: number } };
    return $response?.headers['x-emulator-denied-by'] ?? `${$metadata?.httpStatusCode} ${error.name}`;
  });
}
