import { createHash } from 'node:crypto';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import {
  GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand, ListObjectVersionsCommand,
  PutObjectCommand, type PutObjectCommandInput, type S3Client,
} from '@aws-sdk/client-s3';
import { type DescribeExecutionCommandOutput, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { LocalCloud } from '../local-services/local-cloud';

/** What an owner would miss of an object, and how it is encrypted. */
export interface Seen {
  readonly body: string;
  readonly etag?: string;
  readonly modified?: number;
  readonly encryption?: string;
  readonly keyArn?: string;
  readonly bucketKey: boolean;
  readonly storageClass: string;
  readonly metadata: Record<string, string>;
  readonly cacheControl?: string;
  readonly contentType?: string;
  readonly tags: string;
}

/** What tests of the whole put into the local AWS, and read back from it. */
export class BackfillWorld {
  public readonly s3: S3Client;

  constructor(public readonly cloud: LocalCloud) {
    this.s3 = cloud.s3();
  }

  public async key(): Promise<string> {
    const { KeyMetadata: key } = await this.cloud.kms().send(new CreateKeyCommand({}));
    return key!.Arn!;
  }

  public async put(Bucket: string, Key: string, more: Partial<PutObjectCommandInput> = {}): Promise<string | undefined> {
    const { VersionId } = await this.s3.send(new PutObjectCommand({
      Bucket,
      Key,
      Body: `body of ${Key}`,
      ServerSideEncryption: 'AES256',
      Metadata: { owner: 'orders', path: encodeURIComponent(Key) },
      CacheControl: 'max-age=60',
      ContentType: 'text/plain; charset=utf-8',
      Tagging: 'class=test&team=a%20b',
      ...more,
    }));
    return VersionId;
  }

  /** As it was before 2023: not encrypted at all. */
  public async putUnencrypted(bucket: string, key: string, more: Partial<PutObjectCommandInput> = {}): Promise<string | undefined> {
    const versionId = await this.put(bucket, key, more);
    await this.control('unencrypted', { bucket, key });
    return versionId;
  }

  public async settings(value: object): Promise<void> {
    await this.control('batch', value, 'PUT');
  }

  public async control(path: string, value: object, method: 'POST' | 'PUT' = 'POST'): Promise<void> {
    const answer = await fetch(`${this.cloud.emulator.endpoint}/_s3truth/${path}`, { method, body: JSON.stringify(value) });
    if (!answer.ok) { throw new Error(`${path}: ${answer.status} ${await answer.text()}`); }
  }

  public async see(Bucket: string, Key: string, VersionId?: string): Promise<Seen> {
    const [head, tags] = await Promise.all([
      this.s3.send(new HeadObjectCommand({ Bucket, Key, VersionId })),
      this.s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId })),
    ]);
    const archived = head.StorageClass === 'GLACIER' || head.StorageClass === 'DEEP_ARCHIVE';
    const body = archived ? '' : await (await this.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body!.transformToByteArray();
    return {
      body: createHash('sha256').update(body).digest('hex'),
      etag: head.ETag,
      modified: head.LastModified?.getTime(),
      encryption: head.ServerSideEncryption,
      keyArn: head.SSEKMSKeyId,
      bucketKey: head.BucketKeyEnabled === true,
      storageClass: head.StorageClass ?? 'STANDARD',
      metadata: head.Metadata ?? {},
      cacheControl: head.CacheControl,
      contentType: head.ContentType,
      tags: JSON.stringify((tags.TagSet ?? []).map(({ Key: key, Value: value }) => [key, value]).sort()),
    };
  }

  public async versions(Bucket: string): Promise<string[]> {
    const found: string[] = [];
    let KeyMarker: string | undefined;
    let VersionIdMarker: string | undefined;
    do {
      const page = await this.s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
      found.push(...(page.Versions ?? []).map(({ Key, VersionId, ETag }) => `${Key} ${VersionId} ${ETag}`));
      KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
      VersionIdMarker = page.NextVersionIdMarker;
    } while (KeyMarker !== undefined);
    return found.sort();
  }

  public async plan(machine: string): Promise<Record<string, any>> {
    return succeeded(await this.cloud.run(machine, { mode: 'plan' }));
  }

  public async confirmed(machine: string, planId: string): Promise<Record<string, any>> {
    return succeeded(await this.cloud.run(machine, { mode: 'run', confirm: planId }));
  }

  /** The steps of an execution, for whoever has to find out why it failed. */
  public async history(executionArn: string): Promise<string> {
    const { events = [] } = await this.cloud.sfn().send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, reverseOrder: true }));
    return events.slice(0, 12).map((event) => JSON.stringify(event).slice(0, 1500)).join('\n');
  }
}

export function succeeded({ status, output, error, cause }: DescribeExecutionCommandOutput): Record<string, any> {
  if (status !== 'SUCCEEDED') { throw new Error(`the execution is ${status}: ${error} ${cause}`); }
  return JSON.parse(output!) as Record<string, any>;
}

/** What stays the same, whichever engine an object got. */
export function kept({ body, storageClass, metadata, cacheControl, contentType, tags }: Seen): object {
  return { body, storageClass, metadata, cacheControl, contentType, tags };
}
