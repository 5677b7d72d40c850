import { createHash } from 'node:crypto';
import {
  AttachRolePolicyCommand, CreateAccessKeyCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand, IAMClient,
  PutRolePolicyCommand, PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand, HeadObjectCommand, HeadObjectCommandInput, PutBucketEncryptionCommand, PutBucketPolicyCommand, PutBucketVersioningCommand,
  PutObjectCommand, S3Client, ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { Emulator, startEmulator } from '../../emulator/server';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const ROOT: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface Credentials { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
/** Who was made for a test, with clients of its own. */
export interface Identity { arn: string; credentials: Credentials; s3: S3Client; kms: KMSClient }

/** A bucket's default encryption, in short or as the whole rule. */
export interface BucketOptions {
  rule?: ServerSideEncryptionRule;
  versioned?: boolean;
  key?: string;
  algorithm?: 'aws:kms' | 'aws:kms:dsse' | 'AES256';
  bucketKey?: boolean;
  blocked?: ('SSE-C' | 'NONE')[];
}

export interface Statement { Effect: 'Allow' | 'Deny'; [element: string]: unknown }

/** The local AWS of one test file, and the setting up that its tests share. */
export class TestAws {
  public static async start(): Promise<TestAws> {
    return new TestAws(await startEmulator());
  }

  private names = 0;
  private readonly clients = new Map<string, { destroy(): void }>();

  private constructor(public readonly emulator: Emulator) {}

  public async stop(): Promise<void> {
    for (const client of this.clients.values()) { client.destroy(); }
    await this.emulator.stop();
  }

  public name(kind: string): string {
    this.names += 1;
    return `${kind}-${this.names}`;
  }

  public s3(credentials: Credentials = ROOT): S3Client {
    return this.kept(`s3 ${credentials.accessKeyId}`, () => new S3Client({ ...this.common, credentials, forcePathStyle: true }));
  }

  /** Unsigned requests. */
  public anonymous(): S3Client {
    return this.kept('anonymous', () => new S3Client({ ...this.common, credentials: ROOT, forcePathStyle: true, signer: { sign: async (request) => request } }));
  }

  public kms(credentials: Credentials = ROOT): KMSClient {
    return this.kept(`kms ${credentials.accessKeyId}`, () => new KMSClient({ ...this.common, credentials }));
  }

  public iam(): IAMClient {
    return this.kept('iam', () => new IAMClient({ ...this.common, credentials: ROOT }));
  }

  public sts(credentials: Credentials = ROOT): STSClient {
    return this.kept(`sts ${credentials.accessKeyId}`, () => new STSClient({ ...this.common, credentials }));
  }

  public async bucket(options: BucketOptions = {}): Promise<string> {
    const Bucket = this.name('bucket');
    const s3 = this.s3();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const rule = options.rule ?? ruleOf(options);
    if (rule) { await this.encrypt(Bucket, rule); }
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
  public async role(statements: Statement[], kind: 'inline' | 'managed' = 'inline'): Promise<Identity> {
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
    return this.identity(Role!.Arn!, await this.assume(Role!.Arn!));
  }

  /** A session of a role, narrowed if a policy is given. */
  public async assume(RoleArn: string, more: Partial<AssumeRoleCommandInput> = {}, credentials: Credentials = ROOT): Promise<Credentials> {
    const { Credentials: found } = await this.sts(credentials).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test', ...more }));
    return { accessKeyId: found!.AccessKeyId!, secretAccessKey: found!.SecretAccessKey!, sessionToken: found!.SessionToken };
  }

  public async user(statements: Statement[]): Promise<Identity> {
    const UserName = this.name('user');
    const { User } = await this.iam().send(new CreateUserCommand({ UserName }));
    await this.iam().send(new PutUserPolicyCommand({ UserName, PolicyName: 'inline', PolicyDocument: document(statements) }));
    const { AccessKey } = await this.iam().send(new CreateAccessKeyCommand({ UserName }));
    return this.identity(User!.Arn!, { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! });
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

  /** The same by name, and with what a customer's key says. */
  public async headEncryption(input: HeadObjectCommandInput): Promise<{ algorithm?: string; key?: string; bucketKey?: boolean; customer?: string }> {
    const head = await this.s3().send(new HeadObjectCommand(input));
    return {
      algorithm: head.ServerSideEncryption, key: head.SSEKMSKeyId, bucketKey: head.BucketKeyEnabled, customer: head.SSECustomerAlgorithm,
    };
  }

  private identity(arn: string, credentials: Credentials): Identity {
    return { arn, credentials, s3: this.s3(credentials), kms: this.kms(credentials) };
  }

  private get common() {
    return { endpoint: this.emulator.endpoint, region: REGION, maxAttempts: 1 };
  }

  private kept<T extends { destroy(): void }>(name: string, make: () => T): T {
    const client = this.clients.get(name) ?? make();
    this.clients.set(name, client);
    return client as T;
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

function ruleOf(options: BucketOptions): ServerSideEncryptionRule | undefined {
  const { key, algorithm, bucketKey, blocked } = options;
  if (key === undefined && algorithm === undefined && bucketKey === undefined && blocked === undefined) { return undefined; }
  return {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm ?? 'aws:kms', KMSMasterKeyID: key },
    BucketKeyEnabled: bucketKey,
    BlockedEncryptionTypes: blocked && { EncryptionType: blocked },
  };
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

/** A check of the emulator, with the page of AWS's documentation that it comes from. */
export function check(title: string, doc: string, run: () => Promise<void>): void {
  test(`${title} (${doc})`, run);
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
