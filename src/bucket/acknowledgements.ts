import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { ResolvedProps } from './resolved-props';
import { acknowledge, resourceFinding } from '../private/findings';

/**
 * Answers the findings of cdk-nag that are decided by what the bucket is for, each with its reason.
 *
 * What an owner weakened is answered with the owner's reason, which the warning shows as well.
 */
export function acknowledgeFindings(bucket: s3.Bucket, { mode, weakened }: ResolvedProps): void {
  acknowledge(bucket, 'NIST.800.53.R5-S3BucketReplicationEnabled',
    'A copy in another region is for the owner to decide: it doubles the cost. Set replicationRules where recovery asks for it.');
  if (mode._algorithm === 'aws:kms:dsse') {
    acknowledge(bucket, 'NIST.800.53.R5-S3DefaultEncryptionKMS',
      'DSSE-KMS is encryption under a KMS key in two layers; the rule knows the name of the single-layer algorithm only.');
  }
  if (mode._algorithm === 'AES256') {
    acknowledge(bucket, 'NIST.800.53.R5-S3DefaultEncryptionKMS', 'SSE-S3 was asked for by name, for what cannot be under a KMS key.');
    acknowledge(bucket, 'cdk-s3-encryption::default_key', 'SSE-S3 was asked for by name, for what cannot be under a KMS key.');
  }
  for (const { findings, text } of weakened) {
    for (const finding of findings) { acknowledge(bucket, finding, text); }
  }
}

/** Answers the findings about the role that the CDK makes inside the bucket for its replication. */
export function acknowledgeReplicationRole(role: iam.Role, buckets: s3.IBucket[]): void {
  acknowledge(role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
  for (const bucket of buckets) {
    acknowledge(role, resourceFinding(role, bucket.arnForObjects('*')), 'Replication may read every object of its source, and write every object of its destinations.');
  }
}
