import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/**
 * The only event about the end of a key: KMS sends it by itself, once the waiting period is over.
 * https://docs.aws.amazon.com/kms/latest/developerguide/kms-events.html
 */
export const keyDeleted: EventSpec = {
  kind: 'event',
  id: 'key-deleted',
  severity: DetectionSeverity.CRITICAL,
  title: 'key deleted',
  meaning: 'The key is gone, and with it every object that is still under it. No one can bring it back, AWS included.',
  references: ['T1485'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: [], outcome: 'any', native: 'KMS CMK Deletion' }],
};
