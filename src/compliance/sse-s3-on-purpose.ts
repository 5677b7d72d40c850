import { Aspects, Tag } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { termOf } from './encryption-in-template';
import { holdsAccessLogs, SecureBucket, SSE_S3_REASON_TAG } from '../bucket';
import { at } from '../private/final-state';
import { hasText } from '../private/tokens';

/** Whether somebody says that a bucket of this app is under SSE-S3 on purpose, or another one has to find it so. */
export function isSseS3OnPurpose(bucket: s3.IBucket): boolean {
  return bucket instanceof SecureBucket || holdsAccessLogs(bucket) || hasReasonTag(bucket) || takesAccessLogs(bucket);
}

/** By its L1, or by `Tags.of()`, which is an aspect and comes later. */
function hasReasonTag({ node }: s3.IBucket): boolean {
  const cfn = node.defaultChild;
  const set = cfn instanceof s3.CfnBucket ? cfn.tags.tagValues()[SSE_S3_REASON_TAG] : undefined;
  const added = node.scopes.flatMap((scope) => Aspects.of(scope).all)
    .filter((aspect): aspect is Tag => aspect instanceof Tag && aspect.key === SSE_S3_REASON_TAG);
  return [set, ...added.map(({ value }) => value)].some((value) => value !== undefined && hasText(value));
}

/** S3 delivers access logs under SSE-S3 only: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-server-access-logging.html */
function takesAccessLogs(bucket: s3.IBucket): boolean {
  const name = termOf(bucket, bucket.bucketName);
  return bucket.node.root.node.findAll().some((one) => one instanceof s3.CfnBucket
    && at(termOf(one, one.loggingConfiguration), 'destinationBucketName') === name);
}
