import { Duration } from 'aws-cdk-lib';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';

/**
 * What is larger than 5 GB is copied in parts, and the upload that they belong to names the key.
 * `SSEApplied` without "Default" says that the request asked for the encryption.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
 */
export const objectsCopiedUnderOtherKey: RateSpec = {
  kind: 'rate',
  id: 'objects-copied-under-other-key',
  severity: DetectionSeverity.CRITICAL,
  title: 'objects copied under another key in bulk',
  meaning: 'Many objects are rewritten under a key that the request named and that is not the key of the bucket: the classical ransom of a bucket.',
  references: ['T1486'],
  scope: 'bucket',
  terms: [
    '($.eventSource = "s3.amazonaws.com")', '(($.eventName = "CopyObject") || ($.eventName = "CreateMultipartUpload"))', '($.errorCode NOT EXISTS)',
    '(($.additionalEventData.SSEApplied = "SSE_KMS") || ($.additionalEventData.SSEApplied = "DSSE_KMS"))',
  ],
  clause: ({ bucketName, keyId }) => `($.requestParameters.bucketName = "${bucketName}")${keyId === undefined ? ''
    // A request names the key by its id or its ARN; both end with the id.
    : ` && ($.requestParameters.x-amz-server-side-encryption-aws-kms-key-id != "*${keyId}")`}`,
  threshold: 100,
  period: Duration.minutes(5),
};
