import { DeleteRolePolicyCommand, DeleteUserPolicyCommand, PutRolePolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import type { ResourceHandler } from '../resource';
import { assertInline, ignoreMissing } from './iam-policies';

/** AWS::IAM::Policy, an inline policy of roles and users. `Groups` stay unread and so are refused. */
export const iamPolicy: ResourceHandler = (properties, { clients: { iam } }) => {
  const PolicyName = properties.requiredString('PolicyName');
  const PolicyDocument = JSON.stringify(properties.requiredDocument('PolicyDocument'));
  const roles = properties.strings('Roles') ?? [];
  const users = properties.strings('Users') ?? [];
  if (roles.length + users.length === 0) throw properties.refuse('PolicyName', 'the policy is attached to no role and no user');
  return {
    // The resource is nothing but its attachments, which `configure` makes: a rollback then takes back those that were made.
    create: async () => ({ physicalId: PolicyName, attributes: {} }),
    configure: async () => {
      for (const RoleName of roles) await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
      for (const UserName of users) await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
      for (const identity of [...roles.map((RoleName) => ({ RoleName })), ...users.map((UserName) => ({ UserName }))]) {
        await assertInline(properties, 'PolicyDocument', iam, identity, { PolicyName, PolicyDocument });
      }
    },
    destroy: async () => {
      for (const RoleName of roles) await ignoreMissing(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
      for (const UserName of users) await ignoreMissing(iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })));
    },
  };
};
