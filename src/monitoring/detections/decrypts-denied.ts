import { Duration } from 'aws-cdk-lib';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';
import { namedKey } from '../filter-clauses';

/** https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html */
export const decryptsDenied: RateSpec = {
  kind: 'rate',
  id: 'decrypts-denied',
  severity: DetectionSeverity.HIGH,
  title: 'burst of denied decrypts',
  meaning: 'Somebody without the use of the key tries to read what is under it; or a reader lost its permission, and its users see "Access Denied".',
  references: ['CIS 4.1', 'T1530'],
  scope: 'key',
  terms: [
    '($.eventSource = "kms.amazonaws.com")', '(($.eventName = "Decrypt") || ($.eventName = "GenerateDataKey*"))', '($.errorCode = "AccessDenied*")',
  ],
  clause: namedKey,
  threshold: 10,
  period: Duration.minutes(5),
};
