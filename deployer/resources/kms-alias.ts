import { CreateAliasCommand, DeleteAliasCommand } from '@aws-sdk/client-kms';
import type { ResourceHandler } from '../resource';

/** AWS::KMS::Alias. */
export const kmsAlias: ResourceHandler = (properties, { clients: { kms } }) => {
  const name = properties.requiredString('AliasName');
  const target = properties.requiredString('TargetKeyId');
  return {
    create: async () => {
      await kms.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: target }));
      return { physicalId: name, attributes: {} };
    },
    destroy: async () => {
      await kms.send(new DeleteAliasCommand({ AliasName: name }));
    },
  };
};
