import { Duration } from 'aws-cdk-lib';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';

/**
 * UpdateObjectEncryption moves objects to another key without a copy, and is a data event.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
 */
export const objectsRekeyed: RateSpec = {
  kind: 'rate',
  id: 'objects-rekeyed',
  severity: DetectionSeverity.CRITICAL,
  title: 'objects moved to another key in bulk',
  meaning: 'Many objects get a new key in place. If it is not yours, its owner can take them away at once. An EncryptionBackfillJob does the same on your behalf.',
  references: ['T1486'],
  scope: 'bucket',
  terms: ['($.eventSource = "s3.amazonaws.com")', '($.eventName = "UpdateObjectEncryption")', '($.errorCode NOT EXISTS)'],
  threshold: 100,
  period: Duration.minutes(5),
};
