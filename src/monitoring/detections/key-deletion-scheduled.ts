import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** Deleting a key deletes what is under it: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html */
export const keyDeletionScheduled: EventSpec = {
  kind: 'event',
  id: 'key-deletion-scheduled',
  severity: DetectionSeverity.CRITICAL,
  title: 'key deletion scheduled',
  meaning: 'When the waiting period ends, every object under this key is lost for ever. Until then the key cannot be used, and the deletion can be cancelled.',
  references: ['CIS 4.7', 'CloudWatch.7', 'KMS.3', 'T1485'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: ['ScheduleKeyDeletion'], outcome: 'succeeded' }],
};
