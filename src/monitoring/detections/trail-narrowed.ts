import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** Excluding KMS is a change of selectors: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html */
export const trailNarrowed: EventSpec = {
  kind: 'event',
  id: 'trail-narrowed',
  severity: DetectionSeverity.HIGH,
  title: 'trail changed',
  meaning: 'The trail may leave out events it had before, such as those of KMS or the reads and writes of objects.',
  references: ['CIS 4.5', 'CloudWatch.5', 'T1562.008'],
  parts: [{ source: 'aws.cloudtrail', scope: 'account', calls: ['UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors'], outcome: 'succeeded' }],
};
