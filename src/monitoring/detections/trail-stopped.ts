import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-user-guide.html */
export const trailStopped: EventSpec = {
  kind: 'event',
  id: 'trail-stopped',
  severity: DetectionSeverity.CRITICAL,
  title: 'trail stopped or deleted',
  meaning: 'From now on nobody sees what is done with keys and buckets; most alarms of this catalogue are blind.',
  references: ['CIS 4.5', 'CloudWatch.5', 'T1562.008'],
  parts: [{ source: 'aws.cloudtrail', scope: 'account', calls: ['StopLogging', 'DeleteTrail'], outcome: 'succeeded' }],
};
