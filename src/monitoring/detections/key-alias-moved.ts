import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/** Of the whole account: the event names the alias and its new key, not the key that lost it.
 *
 * https://docs.aws.amazon.com/kms/latest/developerguide/ct-update-alias.html */
export const keyAliasMoved: EventSpec = {
  kind: 'event',
  id: 'key-alias-moved',
  severity: DetectionSeverity.HIGH,
  title: 'key alias moved or deleted',
  meaning: 'What names the alias now gets another key, perhaps one that its owner can take away. Objects already written keep their key.',
  references: ['T1565'],
  parts: [{ source: 'aws.kms', scope: 'account', calls: ['UpdateAlias', 'DeleteAlias'], outcome: 'succeeded' }],
};
