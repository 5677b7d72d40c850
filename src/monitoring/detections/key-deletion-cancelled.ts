import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** The key comes back disabled: https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html */
export const keyDeletionCancelled: EventSpec = {
  kind: 'event',
  id: 'key-deletion-cancelled',
  severity: DetectionSeverity.MEDIUM,
  title: 'key deletion cancelled',
  meaning: 'The key was on its way to deletion and is kept, but it is disabled until somebody enables it.',
  references: ['T1485'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: ['CancelKeyDeletion'], outcome: 'succeeded' }],
};
