import {
  CreateKeyCommand, DescribeKeyCommand, DisableKeyCommand, EnableKeyRotationCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand,
  ListResourceTagsCommand, ScheduleKeyDeletionCommand,
  type KeySpec, type KeyUsageType, type OriginType,
} from '@aws-sdk/client-kms';
import { assertKept, assertSame } from '../kept';
import type { ResourceHandler } from '../resource';
import { readTags, tagMap } from '../tags';

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
      if (rotates) {
        const { KeyRotationEnabled: on, RotationPeriodInDays: kept } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
        assertKept(properties, 'EnableKeyRotation', true, on);
        assertKept(properties, 'RotationPeriodInDays', period, kept);
      }
      if (!enabled) await kms.send(new DisableKeyCommand({ KeyId }));
      if (policy !== undefined) {
        const { Policy: kept } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
        assertSame(properties, 'KeyPolicy', policy, kept && JSON.parse(kept));
      }
      const { KeyMetadata: metadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      const { Policy: _, Tags: __, ...plain } = request;
      // The stock moto server leaves it out where it is false.
      const described: Record<string, unknown> = { ...metadata, MultiRegion: metadata?.MultiRegion ?? false };
      for (const [name, value] of Object.entries({ ...plain, MultiRegion: plain.MultiRegion ?? false })) {
        assertKept(properties, name, value, described[name]);
      }
      // A key whose material is still to be imported cannot be used before.
      if (request.Origin !== 'EXTERNAL') assertKept(properties, 'Enabled', enabled, metadata?.Enabled);
      const { Tags: kept = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
      assertKept(properties, 'Tags', tagMap(tags), Object.fromEntries(kept.map(({ TagKey, TagValue }) => [TagKey, TagValue])));
    },
    destroy: async ({ physicalId: KeyId }) => {
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: pendingWindow }));
    },
  };
};
