import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, DetachRolePolicyCommand, GetRoleCommand, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { assertKept, assertSame } from '../kept';
import type { ResourceHandler } from '../resource';
import { readTags, tagMap } from '../tags';
import { assertAttached, assertInline, attachPolicy, decoded, ignoreMissing, readInlinePolicies } from './iam-policies';

const MAX_NAME_LENGTH = 64;

/** AWS::IAM::Role. */
export const iamRole: ResourceHandler = (properties, context) => {
  const { iam } = context.clients;
  const RoleName = properties.string('RoleName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const trust = properties.requiredDocument('AssumeRolePolicyDocument');
  const request = {
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify(trust),
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
      const { Role: kept } = await iam.send(new GetRoleCommand({ RoleName }));
      const { Description, MaxSessionDuration, Path, PermissionsBoundary: boundary, Tags: tags } = request;
      assertSame(properties, 'AssumeRolePolicyDocument', trust, decoded(kept?.AssumeRolePolicyDocument));
      for (const [name, value] of Object.entries({ Description, MaxSessionDuration, Path })) {
        assertKept(properties, name, value, kept?.[name as keyof typeof kept]);
      }
      assertSame(properties, 'PermissionsBoundary', boundary, kept?.PermissionsBoundary?.PermissionsBoundaryArn);
      assertKept(properties, 'Tags', tagMap(tags), Object.fromEntries((kept?.Tags ?? []).map(({ Key, Value }) => [Key, Value])));
      for (const policy of inline) await assertInline(properties, 'Policies', iam, { RoleName }, policy);
      await assertAttached(properties, iam, { RoleName }, managed);
    },
    // IAM deletes a role only without policies: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
    destroy: async () => {
      for (const PolicyArn of managed) await ignoreMissing(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
      for (const { PolicyName } of inline) await ignoreMissing(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
      await iam.send(new DeleteRoleCommand({ RoleName }));
    },
  };
};
