import {
  CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectAclCommand, GetObjectAttributesCommand, HeadObjectCommand,
  ListObjectVersionsCommand, PutObjectCommand, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { check, TestAws } from './aws';

let aws: TestAws;
beforeAll(async () => { aws = await TestAws.start(); });
afterAll(async () => { await aws?.stop(); });

/** An object of two parts, with checksums of the parts. */
async function uploadInParts(Bucket: string, Key: string): Promise<void> {
  const s3 = aws.s3();
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' }));
  const Parts = [];
  for (const [index, Body] of [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.from('the end')].entries()) {
    const PartNumber = index + 1;
    const { ETag, ChecksumSHA256 } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: 'SHA256' }));
    Parts.push({ PartNumber, ETag, ChecksumSHA256 });
  }
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}

describe('an object that was uploaded in parts', () => {
  check('has an ACL', 'AmazonS3/latest/API/API_GetObjectAcl.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts');
    const { Grants } = await aws.s3().send(new GetObjectAclCommand({ Bucket, Key: 'parts' }));
    expect(Grants?.map(({ Permission }) => Permission)).toEqual(['FULL_CONTROL']);
  });

  check('says that its checksum is one of checksums, and of how many', 'AmazonS3/latest/userguide/checking-object-integrity-upload.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts');
    const { ChecksumSHA256, ChecksumType } = await aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'parts', ChecksumMode: 'ENABLED' }));
    expect(ChecksumSHA256).toMatch(/^[A-Za-z0-9+/]{43}=-2$/);
    expect(ChecksumType).toBe('COMPOSITE');
  });

  check('lists its parts with their checksums', 'AmazonS3/latest/API/API_GetObjectAttributes.html', async () => {
    const Bucket = await aws.bucket();
    await uploadInParts(Bucket, 'parts');
    const { ObjectParts } = await aws.s3().send(new GetObjectAttributesCommand({ Bucket, Key: 'parts', ObjectAttributes: ['ObjectParts', 'Checksum'] }));
    expect(ObjectParts?.TotalPartsCount).toBe(2);
    expect(ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[1, 5 * 1024 * 1024], [2, 7]]);
    expect(ObjectParts?.Parts?.every(({ ChecksumSHA256 }) => /^[A-Za-z0-9+/]{43}=$/.test(ChecksumSHA256 ?? ''))).toBe(true);
  });
});

check('the one version of an object in a bucket that never had versions is null', 'AmazonS3/latest/userguide/versioning-workflows.html', async () => {
  const Bucket = await aws.bucket();
  await aws.s3().send(new PutObjectCommand({ Bucket, Key: 'plain', Body: 'body' }));
  const { Versions } = await aws.s3().send(new ListObjectVersionsCommand({ Bucket }));
  expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['null']);
  const head = await aws.s3().send(new HeadObjectCommand({ Bucket, Key: 'plain', VersionId: 'null' }));
  expect(head.ContentLength).toBe(4);
});
