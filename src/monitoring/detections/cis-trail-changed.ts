import { Duration } from 'aws-cdk-lib';
import { mappings } from '../../controls';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';

/**
 * Scanners look for this text, so it stands as AWS publishes it. The single events are detected faster
 * by the rules of this catalogue. https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
 */
export const cisTrailChanged: RateSpec = {
  kind: 'rate',
  id: 'cis-trail-changed',
  severity: DetectionSeverity.MEDIUM,
  title: 'a trail of the account changed',
  meaning: 'Some trail of this account was made, changed, started, stopped or deleted.',
  references: ['CIS 4.5', 'CloudWatch.5'],
  mappings: mappings.ALARM_OF_TRAILS,
  scope: 'account',
  terms: [],
  exactPattern: '{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || ($.eventName=StartLogging) || ($.eventName=StopLogging)}',
  threshold: 1,
  period: Duration.minutes(5),
};
