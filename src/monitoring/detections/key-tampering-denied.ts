import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/**
 * https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
 */
export const keyTamperingDenied: EventSpec = {
  kind: 'event',
  id: 'key-tampering-denied',
  severity: DetectionSeverity.MEDIUM,
  title: 'attempt to change a key denied',
  meaning: 'Somebody without the permission tried to disable, delete or open up this key. The policy held; look at who it was.',
  references: ['CIS 4.1', 'T1485', 'T1098'],
  parts: [{
    source: 'aws.kms',
    scope: 'key',
    calls: [
      'DisableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'DeleteImportedKeyMaterial', 'DisableKeyRotation', 'PutKeyPolicy', 'CreateGrant',
      'UpdateAlias', 'DeleteAlias',
    ],
    outcome: 'denied',
  }],
};
