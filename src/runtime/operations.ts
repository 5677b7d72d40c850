import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The bucket that plans, reports, lists and summaries are in. */
export class Operations {
  /** @param partition of AWS, as in `arn:aws:…` */
  constructor(private readonly s3: Pick<S3Client, 'send'>, public readonly bucket: string, private readonly partition: string = 'aws', private readonly owner?: string) {}

  public get arn(): string { return `arn:${this.partition}:s3:::${this.bucket}`; }

  public async json<T>(key: string): Promise<T | undefined> {
    return this.jsonOf(this.bucket, key);
  }

  /** The same of another bucket. */
  public async jsonOf<T>(bucket: string, key: string): Promise<T | undefined> {
    const text = await this.read(key, bucket);
    return text === undefined ? undefined : JSON.parse(text) as T;
  }

  /** Undefined if there is no such object. */
  public async read(key: string, bucket = this.bucket): Promise<string | undefined> {
    try {
      const answer = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: this.owner }));
      return await answer.Body?.transformToString();
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') { return undefined; }
      throw error;
    }
  }

  /** @param from which byte on */
  public async stream(bucket: string, key: string, from = 0): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.s3.send(new GetObjectCommand({
      Bucket: bucket, Key: key, ExpectedBucketOwner: this.owner, ...from === 0 ? {} : { Range: `bytes=${from}-` },
    }));
    if (answer.Body === undefined) { throw new Error(`s3://${bucket}/${key} has no content`); }
    return answer.Body as Readable;
  }

  public async putJson(key: string, value: unknown): Promise<string> {
    await this.s3.send(new PutObjectCommand({
      Bucket: this.bucket, Key: key, ExpectedBucketOwner: this.owner, ContentType: 'application/json', Body: JSON.stringify(value, undefined, 2),
    }));
    return `s3://${this.bucket}/${key}`;
  }

  /** A file of the disk, as one object. @returns its ETag, which a job asks for */
  public async putFile(key: string, path: string, bytes: number): Promise<string> {
    const { ETag: etag } = await this.s3.send(new PutObjectCommand({
      Bucket: this.bucket, Key: key, ExpectedBucketOwner: this.owner, ContentType: 'text/csv', ContentLength: bytes, Body: createReadStream(path),
    }));
    if (etag === undefined) { throw new Error(`S3 gave no ETag for s3://${this.bucket}/${key}`); }
    return etag;
  }
}
