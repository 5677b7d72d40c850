import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html */
export const keyPolicyChanged: EventSpec = {
  kind: 'event',
  id: 'key-policy-changed',
  severity: DetectionSeverity.HIGH,
  title: 'key policy changed',
  meaning: 'Who may use or manage this key has changed. A new principal may be able to read every object under it, or the owner may be shut out.',
  references: ['T1098', 'T1222'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: ['PutKeyPolicy'], outcome: 'succeeded' }],
};
