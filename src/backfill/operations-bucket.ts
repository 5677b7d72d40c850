import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EncryptionMode, sayWhySseS3, SecureBucket } from '../bucket';

/** Long enough for a yearly audit to see the last run. */
const KEEP_DAYS = 400;

/** The folders of the operations bucket, and who writes them. */
export const FOLDERS = {
  /** S3 Batch Operations. */
  byBatch: ['manifests', 'reports'],
  /** The function that adds up. */
  byFunction: ['plans', 'retries', 'exceptions', 'noncurrent', 'summaries'],
  /** The function too, of what a report listed. */
  listed: 'listed',
} as const;

/** A bucket for manifests, reports, plans and summaries. Reports cannot be under KMS, so nothing here is. */
export function makeOperationsBucket(scope: Construct): s3.IBucket {
  const bucket = new SecureBucket(scope, 'Operations', {
    encryptionMode: EncryptionMode.s3Managed(),
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ id: 'ExpireEvidence', expiration: Duration.days(KEEP_DAYS), noncurrentVersionExpiration: Duration.days(KEEP_DAYS) }],
  });
  sayWhySseS3(bucket, 'S3 Batch Operations writes reports under SSE-S3 only');
  return bucket;
}
