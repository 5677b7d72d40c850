import { DetectionSeverity } from '../detection-severity';
import type { EventSpec } from '../detection-spec';

/**
 * Services make grants for what they encrypt themselves, and say so in `invokedBy`. S3 makes none.
 * https://docs.aws.amazon.com/kms/latest/developerguide/ct-creategrant.html
 */
export const keyGrantCreated: EventSpec = {
  kind: 'event',
  id: 'key-grant-created',
  severity: DetectionSeverity.HIGH,
  title: 'grant created on a key',
  meaning: 'Somebody was given the use of this key beside its policy, where few people look. S3 needs no grants.',
  references: ['T1098'],
  parts: [{
    source: 'aws.kms',
    scope: 'key',
    calls: ['CreateGrant'],
    outcome: 'succeeded',
    where: { userIdentity: { invokedBy: [{ exists: false }] } },
  }],
};
