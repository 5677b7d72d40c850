import { Duration } from 'aws-cdk-lib';
import { DetectionSeverity } from '../detection-severity';
import type { RateSpec } from '../detection-spec';
import { usedKey } from '../filter-clauses';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html */
export const decryptVolume: RateSpec = {
  kind: 'rate',
  id: 'decrypt-volume',
  severity: DetectionSeverity.MEDIUM,
  title: 'unusually many decrypts',
  meaning: 'More is read than at this hour of other days: a new job, or somebody who takes everything. Under a Bucket Key the number says little.',
  references: ['T1530'],
  scope: 'key',
  terms: ['($.eventSource = "kms.amazonaws.com")', '($.eventName = "Decrypt")', '($.errorCode NOT EXISTS)'],
  clause: usedKey,
  threshold: 2,
  period: Duration.minutes(5),
  band: true,
};
