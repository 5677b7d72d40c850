import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html */
export const keyRotationDisabled: EventSpec = {
  kind: 'event',
  id: 'key-rotation-disabled',
  severity: DetectionSeverity.MEDIUM,
  title: 'key rotation turned off',
  meaning: 'KMS makes no new key material for this key any more. Objects stay readable; the rotation that auditors expect stops.',
  references: ['CIS 3.6', 'KMS.4'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: ['DisableKeyRotation'], outcome: 'succeeded' }],
};
