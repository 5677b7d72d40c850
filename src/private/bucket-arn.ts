import { Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/**
 * The ARN of a bucket as far as its name is in the template, or undefined.
 *
 * A key policy cannot refer to a bucket under the key: the bucket already refers to the key, and
 * CloudFormation knows no order for the two. A name that is fixed needs no reference.
 */
export function fixedBucketArn(bucket: s3.IBucketRef): string | undefined {
  const { bucketArn, bucketName } = bucket.bucketRef;
  if (!Token.isUnresolved(bucketArn)) { return bucketArn; }
  const resource = s3.CfnBucket.isCfnBucket(bucket) ? bucket : bucket.node.defaultChild;
  const name = s3.CfnBucket.isCfnBucket(resource) ? resource.bucketName : bucketName; // the latter of an imported one
  return name === undefined || Token.isUnresolved(name) ? undefined : `arn:${Stack.of(bucket).partition}:s3:::${name}`;
}

/** Every bucket of whoever `aws:SourceAccount` names beside it. */
export function anyBucketArn(scope: IConstruct): string {
  return `arn:${Stack.of(scope).partition}:s3:::*`;
}
