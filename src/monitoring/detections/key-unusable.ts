import { Duration } from 'aws-cdk-lib';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';
import { namedKey } from '../filter-clauses';

/**
 * The error of a key that is disabled, pending deletion, or without its imported material.
 * https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-creating-cloudwatch-alarm.html
 */
export const keyUnusable: RateSpec = {
  kind: 'rate',
  id: 'key-unusable',
  severity: DetectionSeverity.CRITICAL,
  title: 'an unusable key is needed',
  meaning: 'Readers or writers need a key that is disabled or pending deletion, and fail. If it is pending deletion: cancel that before the waiting period ends.',
  references: ['KMS.3', 'T1485'],
  scope: 'key',
  terms: [
    '($.eventSource = "kms.amazonaws.com")',
    '(($.errorCode = "Disabled*") || ($.errorCode = "KMSInvalidState*") || ($.errorMessage = "* is pending deletion."))',
  ],
  clause: namedKey,
  threshold: 1,
  period: Duration.minutes(5),
};
