import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** A disabled key stops reads and uploads at once: https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html */
export const keyDisabled: EventSpec = {
  kind: 'event',
  id: 'key-disabled',
  severity: DetectionSeverity.CRITICAL,
  title: 'key disabled',
  meaning: 'Nothing under this key can be read, and no upload to its buckets succeeds, until the key is enabled again.',
  references: ['CIS 4.7', 'CloudWatch.7', 'T1485'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: ['DisableKey'], outcome: 'succeeded' }],
};
