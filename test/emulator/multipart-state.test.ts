import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectAclCommand,
  GetObjectAttributesCommand, GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand, ListObjectVersionsCommand, ObjectCannedACL,
  PutBucketAclCommand, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { check, code, TestAws } from './aws';

let aws: TestAws;
beforeAll(async () => { aws = await TestAws.start(); });
afterAll(async () => { await aws?.stop(); });

const PARTS = [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.from('the end')];

/** An object of two parts, with checksums of the parts. */
async function uploadInParts(Bucket: string, Key: string, ACL?: ObjectCannedACL): Promise<void> {
  const s3 = aws.s3();
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE', ACL }));
  const Parts = [];
  for (const [index, Body] of PARTS.entries()) {
    const PartNumber = index + 1;
    const { ETag, ChecksumSHA256 } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: 'SHA256' }));
    Parts.push({ PartNumber, ETag, ChecksumSHA256 });
  }
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}

async function permissions(Bucket: string, Key: string): Promise<(string | undefined)[]> {
  const { Grants = [] } = await aws.s3().send(new GetObjectAclCommand({ Bucket, Key }));
  return Grants.map(({ Permission }) => Permission).sort();
}

describe('an object that was uploaded in parts', () => {
  check('has an ACL', 'AmazonS3/latest/API/API_GetObjectAcl.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts');
    expect(await permissions(Bucket, 'parts')).toEqual(['FULL_CONTROL']);
  });

  check('has the ACL that the upload began with', 'AmazonS3/latest/API/API_CreateMultipartUpload.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts', 'public-read');
    expect(await permissions(Bucket, 'parts')).toEqual(['FULL_CONTROL', 'READ']);
  });

  check('has none from its bucket, however it was made', 'AmazonS3/latest/userguide/acl-overview.html', async () => {
    const Bucket = await aws.bucket();
    await aws.s3().send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
    await aws.put(Bucket, 'put');
    await aws.put(Bucket, 'put-public', { ACL: 'public-read' });
    await uploadInParts(Bucket, 'parts');
    await aws.s3().send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/put-public` }));
    for (const Key of ['put', 'parts', 'copy']) { expect([Key, await permissions(Bucket, Key)]).toEqual([Key, ['FULL_CONTROL']]); }
    expect(await permissions(Bucket, 'put-public')).toEqual(['FULL_CONTROL', 'READ']);
  });

  check('says that its checksum is one of checksums, and of how many', 'AmazonS3/latest/userguide/checking-object-integrity-upload.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts');
    const { ChecksumSHA256, ChecksumType } = await aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'parts', ChecksumMode: 'ENABLED' }));
    const ofParts = createHash('sha256');
    for (const part of PARTS) { ofParts.update(createHash('sha256').update(part).digest()); }
    expect(ChecksumSHA256).toBe(`${ofParts.digest('base64')}-2`);
    expect(ChecksumType).toBe('COMPOSITE');
  });

  check('lists its parts with their checksums', 'AmazonS3/latest/API/API_GetObjectAttributes.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts');
    const { ObjectParts } = await aws.s3().send(new GetObjectAttributesCommand({ Bucket, Key: 'parts', ObjectAttributes: ['ObjectParts', 'Checksum'] }));
    expect(ObjectParts?.TotalPartsCount).toBe(2);
    expect(ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[1, 5 * 1024 * 1024], [2, 7]]);
    expect(ObjectParts?.Parts?.map(({ ChecksumSHA256 }) => ChecksumSHA256)).toEqual(PARTS.map((part) => createHash('sha256').update(part).digest('base64')));
  });

  check('lists its parts by pages', 'AmazonS3/latest/API/API_GetObjectAttributes.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts');
    const page = async (PartNumberMarker?: string) => (await aws.s3().send(new GetObjectAttributesCommand({
      Bucket, Key: 'parts', ObjectAttributes: ['ObjectParts'], MaxParts: 1, PartNumberMarker,
    }))).ObjectParts!;
    const first = await page();
    expect([first.Parts?.map(({ PartNumber }) => PartNumber), first.IsTruncated, first.NextPartNumberMarker]).toEqual([[1], true, '1']);
    const second = await page('1');
    expect([second.Parts?.map(({ PartNumber }) => PartNumber), second.IsTruncated]).toEqual([[2], false]);
  });
});

describe('the one version of an object in a bucket that never had versions', () => {
  const VERSIONING = 'AmazonS3/latest/userguide/versioning-workflows.html';

  check('is listed as null', VERSIONING, async () => {
    const Bucket = await aws.bucket();
    await aws.put(Bucket, 'plain');
    const { Versions } = await aws.s3().send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['null']);
  });

  check('is that of every call that names it', VERSIONING, async () => {
    const Bucket = await aws.bucket();
    await aws.put(Bucket, 'plain', { Tagging: 'a=b' });
    const version = { Bucket, Key: 'plain', VersionId: 'null' };
    expect((await aws.s3().send(new HeadObjectCommand(version))).ContentLength).toBe(4);
    expect(await (await aws.s3().send(new GetObjectCommand(version))).Body!.transformToString()).toBe('body');
    expect((await aws.s3().send(new GetObjectTaggingCommand(version))).TagSet).toEqual([{ Key: 'a', Value: 'b' }]);
    expect((await aws.s3().send(new GetObjectAclCommand(version))).Grants).toHaveLength(1);
    expect((await aws.s3().send(new GetObjectAttributesCommand({ ...version, ObjectAttributes: ['ObjectSize'] }))).ObjectSize).toBe(4);
    await aws.s3().send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/plain?versionId=null` }));
    await aws.s3().send(new DeleteObjectCommand(version));
    const { Versions } = await aws.s3().send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ Key }) => Key)).toEqual(['copy']);
  });

  check('is not one of another name', VERSIONING, async () => {
    const Bucket = await aws.bucket();
    await aws.put(Bucket, 'plain');
    expect(await code(aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'plain', VersionId: 'another' })))).toMatch(/^40[04] /);
  });
});
