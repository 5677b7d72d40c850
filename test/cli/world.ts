import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand, GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand, ListObjectVersionsCommand, PutBucketEncryptionCommand,
  PutBucketVersioningCommand, PutObjectCommand, type PutObjectCommandInput, S3Client,
} from '@aws-sdk/client-s3';
import { type Emulator, startEmulator } from '../../emulator/server';

export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What one object is, as far as its owner would miss it. */
export interface Seen {
  readonly body: string;
  readonly encryption: string;
  readonly key?: string;
  readonly bucketKey: boolean;
  readonly metadata: Record<string, string>;
  readonly tags: string;
  readonly storageClass: string;
  readonly cacheControl?: string;
  readonly contentType?: string;
}

/** The local AWS of one test file, and what the tests of the command put there. */
export class CliWorld {
  public static async start(): Promise<CliWorld> {
    // The SDK inside the command looks there.
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' });
    return new CliWorld(await startEmulator());
  }

  public readonly s3: S3Client;
  public readonly kms: KMSClient;
  private buckets = 0;

  private constructor(private readonly emulator: Emulator) {
    const common = { endpoint: emulator.endpoint, region: 'us-east-1', credentials: CREDENTIALS };
    this.s3 = new S3Client({ ...common, forcePathStyle: true });
    this.kms = new KMSClient(common);
  }

  public get endpoint(): string { return this.emulator.endpoint; }

  /** What a command is given to find it. */
  public get env(): Record<string, string> { return { AWS_ENDPOINT_URL: this.endpoint, AWS_REGION: 'us-east-1' }; }

  public async stop(): Promise<void> {
    this.s3.destroy();
    this.kms.destroy();
    await this.emulator.stop();
  }

  public async key(): Promise<string> { return (await this.kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? ''; }

  public async bucket(options: { readonly versioned?: boolean; readonly defaultKey?: string } = {}): Promise<string> {
    this.buckets += 1;
    const Bucket = `cli-${this.buckets}`;
    await this.s3.send(new CreateBucketCommand({ Bucket }));
    if (options.versioned === true) { await this.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })); }
    if (options.defaultKey !== undefined) {
      const byDefault = { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: options.defaultKey };
      await this.s3.send(new PutBucketEncryptionCommand({
        Bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true }] },
      }));
    }
    return Bucket;
  }

  public async put(bucket: string, key: string, more: Partial<PutObjectCommandInput> = {}): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `bytes of ${key}`, ServerSideEncryption: 'AES256', ...more }));
  }

  /** As it was stored before 2023, when nothing was encrypted unasked. */
  public async putUnencrypted(bucket: string, key: string, more: Partial<PutObjectCommandInput> = {}): Promise<void> {
    await this.put(bucket, key, more);
    const { status } = await fetch(`${this.endpoint}/_s3truth/unencrypted`, { method: 'POST', body: JSON.stringify({ bucket, key }) });
    if (status !== 200) { throw new Error(`the local AWS answered ${status}`); }
  }

  public async see(bucket: string, key: string): Promise<Seen> {
    const at = { Bucket: bucket, Key: key };
    const [got, tagging] = await Promise.all([this.s3.send(new GetObjectCommand(at)), this.s3.send(new GetObjectTaggingCommand(at))]);
    return {
      body: await got.Body?.transformToString() ?? '',
      encryption: got.ServerSideEncryption ?? 'none',
      key: got.SSEKMSKeyId,
      bucketKey: got.BucketKeyEnabled ?? false,
      metadata: got.Metadata ?? {},
      tags: (tagging.TagSet ?? []).map(({ Key, Value }) => `${Key}=${Value}`).join('&'),
      storageClass: got.StorageClass ?? 'STANDARD',
      cacheControl: got.CacheControl,
      contentType: got.ContentType,
    };
  }

  /** Key and version of all that there is, with how it is stored: what a write of any kind would change. */
  public async everything(bucket: string): Promise<string[]> {
    const { Versions = [], DeleteMarkers = [] } = await this.s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const lines = await Promise.all(Versions.map(async ({ Key, VersionId, LastModified, ETag }) => {
      const id = VersionId === 'null' ? undefined : VersionId;
      const head = await this.s3.send(new HeadObjectCommand({ Bucket: bucket, Key, VersionId: id })).catch(() => undefined);
      return [Key, VersionId, LastModified?.toISOString(), ETag, head?.ServerSideEncryption, head?.SSEKMSKeyId, head?.BucketKeyEnabled].join(' ');
    }));
    return [...lines, ...DeleteMarkers.map(({ Key }) => `deleted ${Key}`)].sort();
  }
}
