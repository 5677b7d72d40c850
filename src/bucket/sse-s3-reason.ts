import { Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';

/**
 * What tells rules that see one bucket and nothing else, as those of a hook, why it is under SSE-S3 on purpose.
 *
 * A tag, since no other property of a bucket is free to say anything. src/compliance/template-rules/default-key.guard asks for it.
 */
export const SSE_S3_REASON_TAG = 'cdk-s3-encryption:sse-s3-because';

/**
 * Says in a tag why a bucket is under SSE-S3. What a tag cannot hold is left out: it takes letters, digits, spaces and some signs, 256 in all.
 *
 * A reason that is known on deployment only may be anything, also nothing, so the tag says where it comes from.
 */
export function sayWhySseS3(bucket: s3.Bucket, because: string): void {
  const resource = bucket.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource)) { return; }
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html
  const value = Token.isUnresolved(because) ? 'given on deployment' : because.replace(/[^\p{L}\p{N} +\-=._:/@]+/gu, ' ').replace(/ +/g, ' ').trim().slice(0, 256);
  resource.tags.setTag(SSE_S3_REASON_TAG, value === '' ? 'yes' : value);
}
