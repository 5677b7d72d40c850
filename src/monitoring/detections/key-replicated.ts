import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** A replica has the same key material and a policy of its own. https://docs.aws.amazon.com/kms/latest/developerguide/ct-replicate-key.html */
export const keyReplicated: EventSpec = {
  kind: 'event',
  id: 'key-replicated',
  severity: DetectionSeverity.HIGH,
  title: 'multi-Region key replicated',
  meaning: 'The key is in another region now, under a policy that whoever replicated it wrote, and decrypts there what this one encrypted. These alarms do not watch it.',
  references: ['T1098'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: ['ReplicateKey'], outcome: 'succeeded' }],
};
