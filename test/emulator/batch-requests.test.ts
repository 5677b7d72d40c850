import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateJobCommandInput, JobManifest, JobManifestGeneratorFilter, JobOperation, ListJobsCommand } from '@aws-sdk/client-s3-control';
import { ACCOUNT, code } from './aws';
import { outcomes, TestBatch, updateTo } from './batch';

/** Values that the types of the SDK would not let through: another client sends them all the same. */
type Loose = Record<string, unknown>;

let batch: TestBatch;
let bucket: string;
let key: string;
beforeAll(async () => {
  batch = await TestBatch.start();
  [bucket, key] = [await batch.aws.bucket(), await batch.aws.key()];
  for (const Key of ['a', 'with space+plus', 'ü/ö']) { await batch.aws.s3().send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' })); }
});
afterAll(async () => { await batch?.stop(); });

const valid = (more: Loose = {}): CreateJobCommandInput => ({ ...batch.input(updateTo(key), batch.generator(bucket)), ...more });
const filtered = (Filter: Loose): Loose => batch.generator(bucket, Filter as JobManifestGeneratorFilter);
const generated = (more: Loose): Loose => ({
  ManifestGenerator: { S3JobManifestGenerator: { SourceBucket: `arn:aws:s3:::${bucket}`, EnableManifestOutput: false, ...more } },
});
const operation = (Operation: Loose): Loose => ({ Operation: Operation as JobOperation });
const manifest = (Spec: Loose, Location: Loose = {}): Loose => ({
  ManifestGenerator: undefined,
  Manifest: { Spec, Location: { ObjectArn: `arn:aws:s3:::${batch.ops}/m.csv`, ETag: 'etag', ...Location } } as unknown as JobManifest,
});
const jobs = async () => (await batch.client().send(new ListJobsCommand({ AccountId: ACCOUNT, MaxResults: 1000 }))).Jobs!.length;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html, and the constraints of the service model. */
const MALFORMED: [what: string, input: () => Loose, expected: RegExp][] = [
  ['no operation', () => operation({}), /^400 /],
  ['two operations', () => operation({ ...updateTo(key), S3DeleteObjectTagging: {} }), /^400 /],
  ['no manifest and no generator', () => ({ ManifestGenerator: undefined }), /^400 /],
  ['both a manifest and a generator', () => ({ ...manifest({ Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key'] }), ...batch.generator(bucket) }), /^400 /],
  ['a role that is not an ARN', () => ({ RoleArn: 'job-role' }), /^400 /],
  ['a negative priority', () => ({ Priority: -1 }), /^400 /],
  ['a priority beyond 31 bits', () => ({ Priority: 2147483648 }), /^400 /],
  ['an empty description', () => ({ Description: '' }), /^400 /],
  ['a description of 257 characters', () => ({ Description: 'd'.repeat(257) }), /^400 /],
  ['a token of 65 characters', () => ({ ClientRequestToken: 't'.repeat(65) }), /^400 /],
  ['a report without a bucket', () => ({ Report: batch.report({ Bucket: undefined }) }), /^400 /],
  ['a report of an unknown format', () => ({ Report: batch.report({ Format: 'Report_CSV_2099' as never }) }), /^400 /],
  ['a report of an unknown scope', () => ({ Report: batch.report({ ReportScope: 'SomeTasks' as never }) }), /^400 /],
  ['a report bucket by name', () => ({ Report: batch.report({ Bucket: batch.ops }) }), /^400 /],
  ['an unknown encryption in the filter', () => filtered({ MatchAnyObjectEncryption: [{ SSEX: {} }] }), /^400 /],
  ['two encryptions in one element of the filter', () => filtered({ MatchAnyObjectEncryption: [{ SSES3: {}, SSEC: {} }] }), /^400 /],
  ['an unknown storage class in the filter', () => filtered({ MatchAnyStorageClass: ['COLD'] }), /^400 /],
  ['two prefixes in the filter', () => filtered({ KeyNameConstraint: { MatchAnyPrefix: ['a', 'b'] } }), /^400 /],
  ['dates of the filter the wrong way round', () => filtered({ CreatedAfter: new Date('2026-02-01'), CreatedBefore: new Date('2026-01-01') }), /^400 /],
  ['a manifest to be written nowhere', () => generated({ EnableManifestOutput: true }), /^400 /],
  ['a source bucket by name', () => generated({ SourceBucket: bucket }), /^400 /],
  ['an update to nothing', () => operation({ S3UpdateObjectEncryption: { ObjectEncryption: {} } }), /^400 /],
  ['an update to a key id', () => operation(updateTo(key.split('/')[1]) as Loose), /^400 /],
  ['a copy to nowhere', () => operation({ S3PutObjectCopy: {} }), /^400 /],
  ['a copy of an unknown class', () => operation({ S3PutObjectCopy: { TargetResource: `arn:aws:s3:::${bucket}`, StorageClass: 'COLD' } }), /^400 /],
  ['a copy under AES256 with a KMS key', () => operation({ S3PutObjectCopy: { TargetResource: `arn:aws:s3:::${bucket}`, SSEAwsKmsKeyId: key, NewObjectMetadata: { SSEAlgorithm: 'AES256' } } }), /^400 /],
  ['a function without an ARN', () => operation({ LambdaInvoke: {} }), /^400 /],
  ['an unknown schema of the invocation', () => operation({ LambdaInvoke: { FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f', InvocationSchemaVersion: '3.0' } }), /^400 /],
  ['arguments under the old schema', () => operation({ LambdaInvoke: { FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f', UserArguments: { a: 'b' } } }), /^400 /],
  ['a manifest of an unknown format', () => manifest({ Format: 'CSV', Fields: ['Bucket', 'Key'] }), /^400 /],
  ['a CSV without fields', () => manifest({ Format: 'S3BatchOperations_CSV_20180820' }), /^400 /],
  ['a CSV without the key', () => manifest({ Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'VersionId'] }), /^400 /],
  ['an inventory with fields', () => manifest({ Format: 'S3InventoryReport_CSV_20161130', Fields: ['Bucket', 'Key'] }), /^400 /],
  ['a manifest by its URL', () => manifest({ Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key'] }, { ObjectArn: 's3://bucket/m.csv' }), /^400 /],
];

describe('CreateJob', () => {
  test('makes a job of the request that the others are variations of', async () => {
    const before = await jobs();
    expect((await batch.run(valid())).Status).toBe('Complete');
    expect(await jobs()).toBe(before + 1);
  });

  test.each(MALFORMED)('refuses %s, and makes no job', async (_, input, expected) => {
    const before = await jobs();
    expect(await code(batch.create(valid(input())))).toMatch(expected);
    expect(await jobs()).toBe(before);
  });
});

describe('a manifest in CSV (https://docs.aws.amazon.com/AmazonS3/latest/userguide/specify-batchjob-manifest.html)', () => {
  const etagOf = (text: string) => createHash('md5').update(text).digest('hex');

  /** Runs a job over the text, as the given columns. */
  async function over(text: string, Fields: string[], ETag = etagOf(text)) {
    const Key = `${batch.aws.name('manifest')}.csv`;
    await batch.aws.s3().send(new PutObjectCommand({ Bucket: batch.ops, Key, Body: text }));
    return batch.run(valid(manifest({ Format: 'S3BatchOperations_CSV_20180820', Fields }, { ObjectArn: `arn:aws:s3:::${batch.ops}/${Key}`, ETag })));
  }

  test('has its keys encoded as in a URL, and its columns in the order that the job says', async () => {
    const job = await over(`a,${bucket}\nwith+space%2Bplus,${bucket}\n%C3%BC/%C3%B6,${bucket}\nnot-there,${bucket}\n`, ['Key', 'Bucket']);
    expect(outcomes(await batch.reportOf(job.JobId!))).toEqual({ 'a': 'ok', 'with space+plus': 'ok', 'ü/ö': 'ok', 'not-there': '404 NoSuchKey' });
    expect(job.ProgressSummary).toMatchObject({ TotalNumberOfTasks: 4, NumberOfTasksSucceeded: 3, NumberOfTasksFailed: 1 });
  });

  test('names versions, and those alone are worked on', async () => {
    const versioned = await batch.aws.bucket({ versioned: true });
    const put = async () => (await batch.aws.s3().send(new PutObjectCommand({ Bucket: versioned, Key: 'v', Body: 'x' }))).VersionId!;
    const [first, second] = [await put(), await put()];
    const job = await over(`${versioned},v,${first}\n`, ['Bucket', 'Key', 'VersionId']);
    expect((await batch.reportOf(job.JobId!)).map(({ VersionId, TaskStatus }) => [VersionId, TaskStatus])).toEqual([[first, 'succeeded']]);
    expect(await batch.aws.headEncryption({ Bucket: versioned, Key: 'v', VersionId: first })).toMatchObject({ key });
    expect(await batch.aws.headEncryption({ Bucket: versioned, Key: 'v', VersionId: second })).toMatchObject({ algorithm: 'AES256' });
  });

  test('that is not the one of the ETag fails the job', async () => {
    const job = await over(`${bucket},a\n`, ['Bucket', 'Key'], 'd41d8cd98f00b204e9800998ecf8427e');
    expect(job.Status).toBe('Failed');
    expect(job.ProgressSummary?.NumberOfTasksSucceeded ?? 0).toBe(0);
  });
});

describe('the role of a job (https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html)', () => {
  test('that does not trust the service fails the job', async () => {
    const RoleArn = await batch.jobRole([{ Effect: 'Allow', Action: ['s3:*', 'kms:*'], Resource: '*' }], { Principal: { Service: 'lambda.amazonaws.com' } });
    const job = await batch.run(valid({ RoleArn }));
    expect([job.Status, job.ProgressSummary?.NumberOfTasksSucceeded ?? 0]).toEqual(['Failed', 0]);
  });

  test.each([
    ['s3:UpdateObjectEncryption', ['s3:Get*', 's3:List*', 's3:PutObject', 's3:PutInventoryConfiguration', 'kms:*']],
    ['KMS', ['s3:*']],
  ])('without %s fails the tasks, one by one', async (_, Action) => {
    const RoleArn = await batch.jobRole([{ Effect: 'Allow', Action, Resource: '*' }]);
    const job = await batch.run(valid({ RoleArn }));
    expect(job.Status).toBe('Complete');
    expect(new Set(Object.values(outcomes(await batch.reportOf(job.JobId!))))).toEqual(new Set(['403 AccessDenied']));
  });
});

test('a report of failures only has no lines of what succeeded', async () => {
  const job = await batch.run(valid({ Report: batch.report({ ReportScope: 'FailedTasksOnly' }) }));
  expect(job.ProgressSummary).toMatchObject({ NumberOfTasksFailed: 0 });
  expect(await batch.reportOf(job.JobId!)).toEqual([]);
});
