import { Duration } from 'aws-cdk-lib';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html */
export const sseCUploads: RateSpec = {
  kind: 'rate',
  id: 'sse-c-uploads',
  severity: DetectionSeverity.HIGH,
  title: 'objects uploaded under a key of the client',
  meaning: 'Objects are written under keys that only the client has. Nobody else can read them, AWS included.',
  references: ['T1486'],
  scope: 'bucket',
  terms: ['($.eventSource = "s3.amazonaws.com")', '($.errorCode NOT EXISTS)', '($.additionalEventData.SSEApplied = "SSE_C")'],
  threshold: 1,
  period: Duration.minutes(5),
};
