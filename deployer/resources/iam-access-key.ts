import { CreateAccessKeyCommand, DeleteAccessKeyCommand, type StatusType, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import type { ResourceHandler } from '../resource';

/** AWS::IAM::AccessKey. `Serial` stays unread and so is refused: it only matters for updates. */
export const iamAccessKey: ResourceHandler = (properties, { clients: { iam } }) => {
  const UserName = properties.requiredString('UserName');
  const status = properties.string('Status') as StatusType | undefined;
  return {
    create: async () => {
      const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      if (!key?.AccessKeyId) throw new Error('the endpoint returned no access key');
      return { physicalId: key.AccessKeyId, attributes: { SecretAccessKey: key.SecretAccessKey } };
    },
    configure: async ({ physicalId: AccessKeyId }) => {
      if (status) await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: status }));
    },
    destroy: async ({ physicalId: AccessKeyId }) => {
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    },
  };
};
