import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { BackfillList } from './backfill-list';
import { FOLDERS } from './operations-bucket';
import { grantThroughS3 } from '../bucket';

/** Reading under the old key and writing under the new one, in S3's hands: the data key is unwrapped and wrapped again. */
const REWRAP = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

export interface Subject {
  readonly bucket: s3.IBucket;
  readonly operations: s3.IBucket;
  readonly target: kms.IKey;
  readonly sourceKeys: readonly kms.IKey[];
  readonly prefix?: string;
  readonly list?: BackfillList;
}

/** The role that S3 Batch Operations works with. */
export function makeBatchRole(scope: Construct, subject: Subject, copies: boolean): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'BatchRole', {
    description: `Lets S3 Batch Operations bring objects of ${scope.node.path} under their key`.slice(0, 1000),
    // Against the confused deputy. https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    assumedBy: new iam.ServicePrincipal('batchoperations.s3.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
  });
  const objects = objectsOf(subject);
  const { bucket, operations } = subject;
  allow(role, ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:UpdateObjectEncryption'], [objects]);
  if (copies) {
    allow(role, ['s3:GetObjectTagging', 's3:GetObjectVersionTagging', 's3:PutObjectTagging'], [objects]);
    allow(role, ['s3:ListBucket'], [bucket.bucketArn]);
  }
  allow(role, ['s3:PutInventoryConfiguration'], [bucket.bucketArn]);
  allow(role, ['s3:PutObject'], FOLDERS.byBatch.map((folder) => operations.arnForObjects(`${folder}/*`)));
  allow(role, ['s3:GetObject', 's3:GetObjectVersion'], ['manifests', 'retries', 'noncurrent', ...subject.list === undefined ? [] : [FOLDERS.listed]].map((folder) => operations.arnForObjects(`${folder}/*`)));
  grantKeys(role, subject);
  return role;
}

/** The function that copies what S3 cannot update, and decides on each object anew. */
export function letReencrypt(role: iam.IRole, subject: Subject): void {
  const { bucket } = subject;
  allow(role, [
    's3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:UpdateObjectEncryption', 's3:AbortMultipartUpload',
    's3:GetObjectTagging', 's3:GetObjectVersionTagging', 's3:PutObjectTagging',
    's3:GetObjectAcl', 's3:GetObjectVersionAcl', 's3:PutObjectAcl',
    's3:GetObjectRetention', 's3:GetObjectLegalHold',
  ], [objectsOf(subject)]);
  // Without ListBucket S3 says 403 instead of 404 about an object that is gone.
  allow(role, ['s3:ListBucket', 's3:GetBucketOwnershipControls', 's3:GetBucketObjectLockConfiguration'], [bucket.bucketArn]);
  grantKeys(role, subject);
}

/** The function that prices, reads reports, lists versions and writes summaries. It reads no object of the bucket. */
export function letClassify(role: iam.IRole, { bucket, operations, list }: Subject, noncurrent: boolean): void {
  allow(role, ['s3:GetObject'], ['reports', ...FOLDERS.byFunction].map((folder) => operations.arnForObjects(`${folder}/*`)));
  allow(role, ['s3:PutObject', 's3:AbortMultipartUpload'], FOLDERS.byFunction.map((folder) => operations.arnForObjects(`${folder}/*`)));
  allow(role, ['s3:ListBucket'], [operations.bucketArn]);
  if (noncurrent) { allow(role, ['s3:ListBucketVersions'], [bucket.bucketArn]); }
  if (list !== undefined) {
    allow(role, ['s3:PutObject', 's3:AbortMultipartUpload'], [operations.arnForObjects(`${FOLDERS.listed}/*`)]);
    list._list.grantRead(role);
  }
  // Metrics have no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
  allow(role, ['cloudwatch:GetMetricStatistics'], ['*']);
}

function grantKeys(role: iam.IRole, { bucket, target, sourceKeys }: Subject): void {
  for (const key of [target, ...sourceKeys]) { grantThroughS3(bucket, key, role, REWRAP); }
}

function objectsOf({ bucket, prefix }: Subject): string {
  return bucket.arnForObjects(`${prefix ?? ''}*`);
}

export function allow(role: iam.IRole, actions: string[], resources: string[], conditions?: Record<string, Record<string, unknown>>): void {
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources, conditions }));
}
