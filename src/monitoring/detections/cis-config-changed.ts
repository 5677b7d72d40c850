import { Duration } from 'aws-cdk-lib';
import { mappings } from '../../controls';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';

/**
 * Scanners look for this text, so it stands as AWS publishes it. The single events are detected faster
 * by the rules of this catalogue. https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
 */
export const cisConfigChanged: RateSpec = {
  kind: 'rate',
  id: 'cis-config-changed',
  severity: DetectionSeverity.MEDIUM,
  title: 'AWS Config of the account changed',
  meaning: 'The recorder or the delivery channel of AWS Config was changed or stopped.',
  references: ['CIS 4.9', 'CloudWatch.9'],
  mappings: mappings.ALARM_OF_CONFIG,
  scope: 'account',
  terms: [],
  exactPattern: '{($.eventSource=config.amazonaws.com) && (($.eventName=StopConfigurationRecorder) || ($.eventName=DeleteDeliveryChannel) || ($.eventName=PutDeliveryChannel) || ($.eventName=PutConfigurationRecorder))}',
  threshold: 1,
  period: Duration.minutes(5),
};
