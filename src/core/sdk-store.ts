import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, type CompletedPart, CopyObjectCommand, CreateMultipartUploadCommand,
  GetObjectAclCommand, GetObjectCommand, GetObjectLegalHoldCommand, GetObjectRetentionCommand,
  GetObjectTaggingCommand, HeadObjectCommand, type HeadObjectCommandOutput, ListObjectsV2Command, ListObjectVersionsCommand,
  type S3Client, UpdateObjectEncryptionCommand, UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { checksumFrom } from './checksum';
import type { Clock } from './clock';
import { encryptionFrom, type Target } from './encryption';
import { grantsFrom } from './grants';
import type { Checksum, ListedVersion, ObjectState, VersionRef } from './object';
import { stateFrom } from './object-state';
import { inParallel } from './pool';
import { storeErrorFrom } from './sdk-errors';
import type { CopyRequest, Marker, MultipartCopyRequest, ObjectGrants, ObjectStore, Page, Written } from './store';
import { StoreError } from './store-error';
import { copySource, decodeKey, taggingFrom } from './wire';

export interface SdkStoreOptions {
  readonly client: Pick<S3Client, 'send'>;
  readonly bucket: string;
  readonly clock: Clock;
  /** Account that must own the bucket; S3 refuses every request if another one does. */
  readonly expectedBucketOwner?: string;
  /** Parts of one multipart copy that are on their way at once. */
  readonly partConcurrency?: number;
}

/** An ObjectStore on the AWS SDK. Retries are the client's; what comes out of them is final. */
export class SdkStore implements ObjectStore {
  public readonly bucket: string;
  private readonly base: { Bucket: string; ExpectedBucketOwner?: string };

  constructor(private readonly options: SdkStoreOptions) {
    this.bucket = options.bucket;
    this.base = { Bucket: options.bucket, ExpectedBucketOwner: options.expectedBucketOwner };
  }

  public async listCurrent(prefix: string, after?: Marker): Promise<Page> {
    const answer = await this.call(() => this.options.client.send(new ListObjectsV2Command({
      ...this.base, Prefix: prefix, StartAfter: after?.key, EncodingType: 'url',
    })));
    const decode = decoderOf(answer);
    const versions = (answer.Contents ?? []).map((each): ListedVersion => ({
      key: decode(each.Key ?? ''), isLatest: true, size: each.Size ?? 0, etag: each.ETag ?? '', storageClass: each.StorageClass ?? 'STANDARD',
    }));
    const last = versions.at(-1);
    return { versions, next: answer.IsTruncated && last !== undefined ? { key: last.key } : undefined };
  }

  public async listVersions(prefix: string, after?: Marker): Promise<Page> {
    const answer = await this.call(() => this.options.client.send(new ListObjectVersionsCommand({
      ...this.base, Prefix: prefix, KeyMarker: after?.key, VersionIdMarker: after?.versionId, EncodingType: 'url',
    })));
    const decode = decoderOf(answer);
    const versions = (answer.Versions ?? []).map((each): ListedVersion => ({
      key: decode(each.Key ?? ''),
      versionId: each.VersionId,
      isLatest: each.IsLatest ?? false,
      size: each.Size ?? 0,
      etag: each.ETag ?? '',
      storageClass: each.StorageClass ?? 'STANDARD',
    }));
    if (!answer.IsTruncated) { return { versions }; }
    if (answer.NextKeyMarker === undefined) { throw new StoreError('MalformedListing', 'the listing goes on, and the endpoint does not say where', 'fatal'); }
    return { versions, next: { key: decode(answer.NextKeyMarker), versionId: answer.NextVersionIdMarker } };
  }

  public async head(ref: VersionRef): Promise<ObjectState> {
    let answer: HeadObjectCommandOutput;
    try {
      answer = await this.call(() => this.options.client.send(new HeadObjectCommand({ ...this.at(ref) })));
    } catch (error) {
      // HeadObject has no body, so a customer-provided key is a bare 400 there; a read of nothing says more.
      if (error instanceof StoreError && error.status === 400) { await this.whyNot(ref); }
      // The version that was listed is a delete marker now.
      if (error instanceof StoreError && error.status === 405) { throw new StoreError(error.code, error.message, 'gone', { cause: error }); }
      throw error;
    }
    return stateFrom(ref, answer, this.options.clock.now());
  }

  public async updateEncryption(ref: VersionRef, target: Target): Promise<void> {
    await this.call(() => this.options.client.send(new UpdateObjectEncryptionCommand({
      ...this.at(ref), ObjectEncryption: { SSEKMS: { KMSKeyArn: target.keyArn, BucketKeyEnabled: target.bucketKey } },
    })));
  }

  public async copy({ source, target, replaces, checksumAlgorithm, grants }: CopyRequest): Promise<Written> {
    const answer = await this.call(() => this.options.client.send(new CopyObjectCommand({
      ...this.base,
      Key: source.key,
      ExpectedSourceBucketOwner: this.options.expectedBucketOwner,
      // Without a version: if somebody put the same bytes again meanwhile, their metadata is what is kept.
      CopySource: copySource(this.bucket, source.key),
      CopySourceIfMatch: source.etag,
      IfMatch: replaces,
      MetadataDirective: 'COPY',
      TaggingDirective: 'COPY',
      StorageClass: source.storageClass as never,
      WebsiteRedirectLocation: source.headers.websiteRedirect,
      ChecksumAlgorithm: checksumAlgorithm as never,
      ...encryptionHeaders(target),
      ...grantHeaders(grants),
    })));
    if (answer.CopyObjectResult?.ETag === undefined) {
      // S3 may answer 200 and write the error into the body while it works.
      throw new StoreError('InternalError', 'the copy ended without a result', 'retryable');
    }
    return { versionId: answer.VersionId, etag: answer.CopyObjectResult.ETag, encryption: encryptionFrom(answer) };
  }

  public async multipartCopy(request: MultipartCopyRequest): Promise<Written> {
    const { source, target, grants, tagging, checksum } = request;
    const { headers } = source;
    const upload = await this.call(() => this.options.client.send(new CreateMultipartUploadCommand({
      ...this.base,
      Key: source.key,
      Metadata: { ...source.metadata },
      CacheControl: headers.cacheControl,
      ContentDisposition: headers.contentDisposition,
      ContentEncoding: headers.contentEncoding,
      ContentLanguage: headers.contentLanguage,
      ContentType: headers.contentType,
      Expires: headers.expires === undefined ? undefined : new Date(headers.expires),
      WebsiteRedirectLocation: headers.websiteRedirect,
      StorageClass: source.storageClass as never,
      Tagging: tagging,
      ChecksumAlgorithm: checksum?.algorithm as never,
      ChecksumType: checksum?.type,
      ...encryptionHeaders(target),
      ...grantHeaders(grants),
    })));
    const uploadId = upload.UploadId;
    if (uploadId === undefined) { throw new StoreError('InternalError', 'the multipart upload has no id', 'retryable'); }
    try {
      const parts = await this.copyParts(request, uploadId);
      const answer = await this.call(() => this.options.client.send(new CompleteMultipartUploadCommand({
        ...this.base,
        Key: source.key,
        UploadId: uploadId,
        MultipartUpload: { Parts: parts },
        IfMatch: request.replaces,
        ChecksumType: checksum?.type,
      })));
      if (answer.ETag === undefined) { throw new StoreError('InternalError', 'the multipart copy ended without a result', 'retryable'); }
      return { versionId: answer.VersionId, etag: answer.ETag, encryption: encryptionFrom(answer) };
    } catch (error) {
      // Parts that nobody completes are billed until somebody aborts them. If this fails too, the first error counts.
      const abort = new AbortMultipartUploadCommand({ ...this.base, Key: source.key, UploadId: uploadId });
      await this.call(() => this.options.client.send(abort)).catch(() => undefined);
      if (error instanceof StoreError && error.code === 'NoSuchUpload') {
        throw new StoreError(error.code, error.message, 'changed', { cause: error }); // completed by an attempt whose answer was lost
      }
      throw error;
    }
  }

  public async checksum(ref: VersionRef): Promise<Checksum | undefined> {
    const answer = await this.call(() => this.options.client.send(new HeadObjectCommand({ ...this.at(ref), ChecksumMode: 'ENABLED' })));
    return checksumFrom(answer);
  }

  public async partSizes(ref: VersionRef): Promise<readonly number[] | undefined> {
    const part = async (number: number): Promise<HeadObjectCommandOutput> =>
      this.call(() => this.options.client.send(new HeadObjectCommand({ ...this.at(ref), PartNumber: number })));
    const first = await part(1);
    const parts = first.PartsCount;
    if (parts === undefined || parts < 2) { return undefined; }
    const sizes = [first.ContentLength ?? 0];
    // Uploaders make parts of one size and a rest: the last one tells whether this one did.
    const last = (await part(parts)).ContentLength ?? 0;
    const whole = wholeSizeIn(first.ContentRange);
    if (whole === sizes[0] * (parts - 1) + last) { return [...Array<number>(parts - 1).fill(sizes[0]), last]; }
    for (let number = 2; number < parts; number++) { sizes.push((await part(number)).ContentLength ?? 0); }
    return [...sizes, last];
  }

  public async tagging(ref: VersionRef): Promise<string | undefined> {
    return taggingFrom((await this.call(() => this.options.client.send(new GetObjectTaggingCommand(this.at(ref))))).TagSet);
  }

  public async grants(ref: VersionRef): Promise<ObjectGrants | undefined> {
    return grantsFrom(await this.call(() => this.options.client.send(new GetObjectAclCommand(this.at(ref)))));
  }

  public async isLocked(ref: VersionRef): Promise<boolean> {
    const [retention, hold] = await Promise.all([
      this.unlessNone(() => this.options.client.send(new GetObjectRetentionCommand(this.at(ref)))),
      this.unlessNone(() => this.options.client.send(new GetObjectLegalHoldCommand(this.at(ref)))),
    ]);
    const until = retention?.Retention?.RetainUntilDate;
    return hold?.LegalHold?.Status === 'ON' || until !== undefined && until.getTime() > this.options.clock.now().getTime();
  }

  private async copyParts({ source, ranges }: MultipartCopyRequest, uploadId: string): Promise<CompletedPart[]> {
    const parts: CompletedPart[] = [];
    const numbered = ranges.map((range, index) => ({ range, number: index + 1 }));
    await inParallel(numbered, this.options.partConcurrency ?? 4, async ({ range, number }) => {
      const result = await this.call(async () => {
        const { CopyPartResult } = await this.options.client.send(new UploadPartCopyCommand({
          ...this.base,
          Key: source.key,
          UploadId: uploadId,
          PartNumber: number,
          ExpectedSourceBucketOwner: this.options.expectedBucketOwner,
          CopySource: copySource(this.bucket, source.key, source.versionId),
          CopySourceIfMatch: source.etag,
          CopySourceRange: `bytes=${range.first}-${range.last}`,
        }));
        if (CopyPartResult?.ETag === undefined) { throw new StoreError('InternalError', 'a part was copied without a result', 'retryable'); }
        return CopyPartResult;
      });
      const { LastModified: _unused, ...digests } = result;
      parts[number - 1] = { ...digests, PartNumber: number };
    });
    return parts;
  }

  /** Reads one byte, for the error that comes with a body. */
  private async whyNot(ref: VersionRef): Promise<void> {
    const answer = await this.call(() => this.options.client.send(new GetObjectCommand({ ...this.at(ref), Range: 'bytes=0-0' })));
    (answer.Body as { destroy?(): void } | undefined)?.destroy?.();
  }

  private async unlessNone<T>(send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.call(send);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'NoSuchObjectLockConfiguration') { return undefined; }
      throw error;
    }
  }

  private at(ref: VersionRef): { Bucket: string; Key: string; VersionId?: string; ExpectedBucketOwner?: string } {
    return { ...this.base, Key: ref.key, VersionId: ref.versionId };
  }

  protected async call<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw storeErrorFrom(error);
    }
  }
}

/** Who does not know `encoding-type` does not say that it was used. */
function decoderOf({ EncodingType }: { EncodingType?: string }): (key: string) => string {
  return EncodingType === 'url' ? decodeKey : (key) => key;
}

function encryptionHeaders(target: Target): { ServerSideEncryption: 'aws:kms'; SSEKMSKeyId: string; BucketKeyEnabled: boolean } {
  return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: target.keyArn, BucketKeyEnabled: target.bucketKey };
}

function grantHeaders(grants: ObjectGrants | undefined): Record<string, string | undefined> {
  return { GrantFullControl: grants?.fullControl, GrantRead: grants?.read, GrantReadACP: grants?.readAcp, GrantWriteACP: grants?.writeAcp };
}

/** `bytes 0-9/100` tells the size of the whole. */
function wholeSizeIn(contentRange: string | undefined): number | undefined {
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
