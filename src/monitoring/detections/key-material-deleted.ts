import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** Takes effect at once, without a waiting period: https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html */
export const keyMaterialDeleted: EventSpec = {
  kind: 'event',
  id: 'key-material-deleted',
  severity: DetectionSeverity.CRITICAL,
  title: 'imported key material deleted',
  meaning: 'Nothing under this key can be read until the same key material is imported again.',
  references: ['T1485'],
  parts: [{ source: 'aws.kms', scope: 'key', calls: ['DeleteImportedKeyMaterial'], outcome: 'succeeded' }],
};
