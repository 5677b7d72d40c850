import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, DetachRolePolicyCommand, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';
import { attachPolicy, ignoreMissing, readInlinePolicies } from './iam-policies';

const MAX_NAME_LENGTH = 64;

/** AWS::IAM::Role. */
export const iamRole: ResourceHandler = (properties, context) => {
  const { iam } = context.clients;
  const RoleName = properties.string('RoleName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const request = {
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify(properties.requiredDocument('AssumeRolePolicyDocument')),
    Description: properties.string('Description'),
    MaxSessionDuration: properties.number('MaxSessionDuration'),
    Path: properties.string('Path'),
    PermissionsBoundary: properties.string('PermissionsBoundary'),
    Tags: readTags(properties, context),
  };
  const inline = readInlinePolicies(properties);
  const managed = properties.strings('ManagedPolicyArns') ?? [];
  return {
    create: async () => {
      const { Role: role } = await iam.send(new CreateRoleCommand(request));
      return { physicalId: RoleName, attributes: { Arn: role?.Arn, RoleId: role?.RoleId } };
    },
    configure: async () => {
      for (const policy of inline) await iam.send(new PutRolePolicyCommand({ RoleName, ...policy }));
      for (const arn of managed) await attachPolicy(iam, { RoleName }, arn);
    },
    // IAM deletes a role only without policies: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
    destroy: async () => {
      for (const PolicyArn of managed) await ignoreMissing(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
      for (const { PolicyName } of inline) await ignoreMissing(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
      await iam.send(new DeleteRoleCommand({ RoleName }));
    },
  };
};
