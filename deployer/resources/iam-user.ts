import { CreateUserCommand, DeleteUserCommand, DeleteUserPolicyCommand, DetachUserPolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';
import { assertAttached, assertInline, attachPolicy, ignoreMissing, readInlinePolicies } from './iam-policies';

const MAX_NAME_LENGTH = 64;

/** AWS::IAM::User. `Groups` and `LoginProfile` stay unread and so are refused. */
export const iamUser: ResourceHandler = (properties, context) => {
  const { iam } = context.clients;
  const UserName = properties.string('UserName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const request = {
    UserName,
    Path: properties.string('Path'),
    PermissionsBoundary: properties.string('PermissionsBoundary'),
    Tags: readTags(properties, context),
  };
  const inline = readInlinePolicies(properties);
  const managed = properties.strings('ManagedPolicyArns') ?? [];
  return {
    create: async () => {
      const { User: user } = await iam.send(new CreateUserCommand(request));
      return { physicalId: UserName, attributes: { Arn: user?.Arn } };
    },
    configure: async () => {
      for (const policy of inline) await iam.send(new PutUserPolicyCommand({ UserName, ...policy }));
      for (const arn of managed) await attachPolicy(iam, { UserName }, arn);
      for (const policy of inline) await assertInline(properties, 'Policies', iam, { UserName }, policy);
      await assertAttached(properties, iam, { UserName }, managed);
    },
    destroy: async () => {
      for (const PolicyArn of managed) await ignoreMissing(iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })));
      for (const { PolicyName } of inline) await ignoreMissing(iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })));
      await iam.send(new DeleteUserCommand({ UserName }));
    },
  };
};
