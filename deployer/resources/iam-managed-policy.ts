import {
  CreatePolicyCommand, DeletePolicyCommand, DetachRolePolicyCommand, DetachUserPolicyCommand, GetPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { assertSame } from '../kept';
import type { ResourceHandler } from '../resource';
import { attachPolicy, decoded, ignoreMissing } from './iam-policies';

const MAX_NAME_LENGTH = 128;

/** AWS::IAM::ManagedPolicy. `Groups` stay unread and so are refused. */
export const iamManagedPolicy: ResourceHandler = (properties, context) => {
  const { iam } = context.clients;
  const document = properties.requiredDocument('PolicyDocument');
  const request = {
    PolicyName: properties.string('ManagedPolicyName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH }),
    PolicyDocument: JSON.stringify(document),
    Description: properties.string('Description'),
    Path: properties.string('Path'),
  };
  const roles = properties.strings('Roles') ?? [];
  const users = properties.strings('Users') ?? [];
  return {
    create: async () => {
      const { Policy: policy } = await iam.send(new CreatePolicyCommand(request));
      if (!policy?.Arn) throw new Error('the endpoint returned no policy');
      return { physicalId: policy.Arn, attributes: { PolicyArn: policy.Arn, PolicyId: policy.PolicyId } };
    },
    configure: async ({ physicalId }) => {
      // A policy that was just made has its first version.
      const { PolicyVersion: kept } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: physicalId, VersionId: 'v1' }));
      assertSame(properties, 'PolicyDocument', document, decoded(kept?.Document));
      for (const RoleName of roles) await attachPolicy(iam, { RoleName }, physicalId);
      for (const UserName of users) await attachPolicy(iam, { UserName }, physicalId);
    },
    destroy: async ({ physicalId: PolicyArn }) => {
      for (const RoleName of roles) await ignoreMissing(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
      for (const UserName of users) await ignoreMissing(iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })));
      await iam.send(new DeletePolicyCommand({ PolicyArn }));
    },
  };
};
