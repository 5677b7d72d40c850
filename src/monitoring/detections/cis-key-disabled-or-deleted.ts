import { Duration } from 'aws-cdk-lib';
import { mappings } from '../../controls';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';

/**
 * Scanners look for this text, so it stands as AWS publishes it. The single events are detected faster
 * by the rules of this catalogue. https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
 */
export const cisKeyDisabledOrDeleted: RateSpec = {
  kind: 'rate',
  id: 'cis-key-disabled-or-deleted',
  severity: DetectionSeverity.MEDIUM,
  title: 'a key of the account disabled or scheduled for deletion',
  meaning: 'Some key of this account, watched or not, was disabled or is about to be deleted.',
  references: ['CIS 4.7', 'CloudWatch.7'],
  mappings: mappings.ALARM_OF_KEYS,
  scope: 'account',
  terms: [],
  exactPattern: '{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}',
  threshold: 1,
  period: Duration.minutes(5),
};
