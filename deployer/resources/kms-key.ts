import {
  CreateKeyCommand, DisableKeyCommand, EnableKeyRotationCommand, GetKeyRotationStatusCommand, ScheduleKeyDeletionCommand,
  type KeySpec, type KeyUsageType, type OriginType,
} from '@aws-sdk/client-kms';
import { assertKept } from '../kept';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';

/** AWS::KMS::Key. */
export const kmsKey: ResourceHandler = (properties, context) => {
  const { kms } = context.clients;
  if (properties.boolean('BypassPolicyLockoutSafetyCheck')) {
    throw properties.refuse('BypassPolicyLockoutSafetyCheck', 'a test must not depend on a check that is off');
  }
  const policy = properties.document('KeyPolicy');
  const tags = readTags(properties, context);
  const request = {
    Description: properties.string('Description'),
    KeySpec: properties.string('KeySpec') as KeySpec | undefined,
    KeyUsage: properties.string('KeyUsage') as KeyUsageType | undefined,
    MultiRegion: properties.boolean('MultiRegion'),
    Origin: properties.string('Origin') as OriginType | undefined,
    Policy: policy && JSON.stringify(policy),
    Tags: tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
  };
  const enabled = properties.boolean('Enabled') ?? true;
  const rotates = properties.boolean('EnableKeyRotation') ?? false;
  // The period is part of the call that enables rotation, so without rotation it stays unread and is refused.
  const period = rotates ? properties.number('RotationPeriodInDays') : undefined;
  // KMS takes 30 days if none are given: https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
  const pendingWindow = properties.number('PendingWindowInDays');
  return {
    create: async () => {
      const { KeyMetadata: key } = await kms.send(new CreateKeyCommand(request));
      if (!key?.KeyId || !key.Arn) throw new Error('the endpoint returned no key');
      return { physicalId: key.KeyId, attributes: { Arn: key.Arn, KeyId: key.KeyId } };
    },
    configure: async ({ physicalId: KeyId }) => {
      if (rotates) await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: period }));
      // The stock moto server rotates keys, but forgets the period.
      if (period !== undefined) {
        const { RotationPeriodInDays: kept } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
        assertKept(properties, 'RotationPeriodInDays', period, kept);
      }
      if (!enabled) await kms.send(new DisableKeyCommand({ KeyId }));
    },
    destroy: async ({ physicalId: KeyId }) => {
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: pendingWindow }));
    },
  };
};
