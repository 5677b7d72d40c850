import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EncryptionGuardrails, type EncryptionGuardrailsProps } from '../../src';
import { IRELAND } from '../helpers/stack';
import { warningIds, warningText } from '../helpers/template';

const PROPS: EncryptionGuardrailsProps = {
  organizationId: 'o-exampleorg1',
  keyDeletionRoleArns: ['arn:aws:iam::*:role/BreakGlass'],
  encryptionChangeRoleArns: ['arn:aws:iam::*:role/cdk-hnb659fds-cfn-exec-role-*'],
  roleAdministratorArns: ['arn:aws:iam::*:role/SecurityTeam'],
  targetIds: ['ou-abcd-11111111', '111122223333', 'r-abcd'],
};

function made(props: Partial<EncryptionGuardrailsProps> = {}) {
  const stack = new Stack(new App(), 'Organization', { env: IRELAND });
  const guardrails = new EncryptionGuardrails(stack, 'Guardrails', { ...PROPS, ...props });
  return { stack, guardrails, get template() { return Template.fromStack(stack); } };
}

interface Policy {
  readonly Type: string;
  readonly Name: string;
  readonly TargetIds?: string[];
  readonly Content: { readonly Statement: Record<string, unknown>[] };
}
const policies = (template: Template) => Object.values(template.findResources('AWS::Organizations::Policy')).map(({ Properties }) => Properties as Policy);
const sids = ({ Content }: Policy) => Content.Statement.map(({ Sid }) => Sid);

test('makes a policy for principals and one for resources, and attaches both', () => {
  const found = policies(made().template);
  expect(found.map((policy) => [policy.Type, sids(policy), policy.TargetIds])).toEqual([
    ['SERVICE_CONTROL_POLICY', ['DenyKeyDeletion', 'DenyKeyLockout', 'DenyExpiringMaterial', 'DenyEncryptionChange', 'DenyObjectEncryptionChange', 'DenyForeignKeys', 'DenyRoleForgery'], PROPS.targetIds],
    ['RESOURCE_CONTROL_POLICY', ['DenySseC', 'DenyInsecureTransport', 'DenyEncryptionChangeFromOutside'], PROPS.targetIds],
  ]);
  expect(new Set(found.map(({ Name }) => Name)).size).toBe(2);
  // Organizations takes no principal in the one, and nothing but everybody in the other.
  expect(found[0].Content.Statement.filter(({ Principal }) => Principal !== undefined)).toEqual([]);
  expect(found[1].Content.Statement.every(({ Principal }) => Principal === '*')).toBe(true);
});

test('two of them in one stack have names of their own', () => {
  const { stack } = made();
  new EncryptionGuardrails(stack, 'Sandbox', PROPS);
  expect(new Set(policies(Template.fromStack(stack)).map(({ Name }) => Name)).size).toBe(4);
});

test('the documents are there to be read', () => {
  const { guardrails } = made();
  expect(guardrails.serviceControlPolicy.statementCount).toBe(7);
  expect(JSON.stringify(guardrails.resourceControlPolicy.toJSON())).toContain('customer-algorithm');
});

test('without targets they are made, stop nothing, and that is said', () => {
  const { stack, template } = made({ targetIds: undefined });
  expect(policies(template).map(({ TargetIds }) => TargetIds)).toEqual([undefined, undefined]);
  expect(warningIds(stack)).toEqual(['cdk-s3-encryption:EncryptionGuardrails.notAttached']);
});

test('who makes roles of an excepted name is excepted, which is said unless somebody is named', () => {
  const { stack, template } = made({ roleAdministratorArns: undefined });
  expect(warningIds(stack)).toEqual(['cdk-s3-encryption:EncryptionGuardrails.rolesCanBeForged']);
  expect(policies(template).flatMap(sids)).not.toContain('DenyRoleForgery');
  const [{ Content }] = policies(made().template);
  expect(Content.Statement.find(({ Sid }) => Sid === 'DenyRoleForgery')).toMatchObject({
    Resource: [...PROPS.keyDeletionRoleArns!, ...PROPS.encryptionChangeRoleArns!],
  });
});

test('one policy waits for the other: Organizations refuses changes at the same time', () => {
  const found = made().template.findResources('AWS::Organizations::Policy');
  const [[first, { DependsOn: before }], [, { DependsOn: after }]] = Object.entries(found);
  expect([before, after]).toEqual([undefined, [first]]);
});

test('and so do those of another construct of the stack', () => {
  const { stack } = made();
  new EncryptionGuardrails(stack, 'Sandboxes', PROPS);
  const found = Object.values(Template.fromStack(stack).findResources('AWS::Organizations::Policy')).map(({ DependsOn }) => DependsOn as string[] | undefined);
  expect(found.filter((before) => before === undefined)).toHaveLength(1);
  expect(new Set(found.flatMap((before) => before ?? [])).size).toBe(found.length - 1);
});

test('who may move objects is who may change buckets, unless somebody is named', () => {
  const excepted = (props: Partial<EncryptionGuardrailsProps>) => {
    const [{ Content }] = policies(made(props).template);
    return Content.Statement.find(({ Sid }) => Sid === 'DenyObjectEncryptionChange');
  };
  expect(excepted({})).toMatchObject({ Condition: { ArnNotLike: { 'aws:PrincipalArn': PROPS.encryptionChangeRoleArns } } });
  expect(excepted({ objectEncryptionChangeRoleArns: ['arn:aws:iam::*:role/Backfill'] }))
    .toMatchObject({ Action: 's3:UpdateObjectEncryption', Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/Backfill'] } } });
});

test('lists that are known on deployment only are taken', () => {
  const { valueAsList } = new CfnParameter(new Stack(), 'Roles', { type: 'CommaDelimitedList' });
  expect(() => made({ keyDeletionRoleArns: valueAsList, targetIds: valueAsList })).not.toThrow();
});

test('a guardrail that is attached warns of nothing', () => { expect(warningIds(made().stack)).toEqual([]); });

test.each([
  ['allowSseCBecause', {}, ['DenySseC'], 'sseCAllowed'],
  ['allowPlainHttpBecause', {}, ['DenyInsecureTransport'], 'plainHttpAllowed'],
  ['allowKeyDeletionBecause', { keyDeletionRoleArns: undefined }, ['DenyKeyDeletion', 'DenyKeyLockout', 'DenyExpiringMaterial'], 'keyDeletionAllowed'],
  ['allowEncryptionChangeBecause', { encryptionChangeRoleArns: undefined }, ['DenyEncryptionChange', 'DenyObjectEncryptionChange', 'DenyEncryptionChangeFromOutside'], 'encryptionChangeAllowed'],
  ['allowForeignKeysBecause', {}, ['DenyForeignKeys'], 'foreignKeysAllowed'],
])('%s leaves it out, and says so', (prop, more, left, warning) => {
  const all = policies(made().template).flatMap(sids);
  const { stack, template } = made({ ...more, [prop]: 'a partner asks for it' });
  expect(policies(template).flatMap(sids)).toEqual(all.filter((sid) => !left.includes(sid as string)));
  expect(warningText(stack, `cdk-s3-encryption:EncryptionGuardrails.${warning}`)).toContain('Reason given: a partner asks for it');
  expect(() => made({ ...more, [prop]: ' ' })).toThrow(new RegExp(`'${prop}' must say why`));
});

test('a kind of policy without statements is not made', () => {
  const { template } = made({ allowSseCBecause: 'x', allowPlainHttpBecause: 'y', allowEncryptionChangeBecause: 'z', encryptionChangeRoleArns: undefined });
  template.hasResourceProperties('AWS::Organizations::Policy', { Type: 'SERVICE_CONTROL_POLICY', Content: Match.anyValue() });
  template.resourceCountIs('AWS::Organizations::Policy', 1);
});

describe('is refused', () => {
  test.each<[string, Partial<EncryptionGuardrailsProps>, RegExp]>([
    ['an organization that is none', { organizationId: '123' }, /'organizationId' must be the id of an organization.*got '123'/],
    ['a trusted one that is none', { trustedOrganizationIds: ['x'] }, /'trustedOrganizationIds' must be/],
    ['nobody who deletes keys', { keyDeletionRoleArns: undefined }, /'keyDeletionRoleArns' must name at least one role, got nothing.*allowKeyDeletionBecause/],
    ['an empty list', { encryptionChangeRoleArns: [] }, /'encryptionChangeRoleArns' must name at least one role, got \[\]/],
    ['everybody by a wildcard', { keyDeletionRoleArns: ['arn:aws:iam::*:role/*'] }, /whose names begin with at least three characters that are no wildcard, got 'arn:aws:iam::\*:role\/\*'/],
    ['nearly everybody by a wildcard', { keyDeletionRoleArns: ['arn:aws:iam::*:role/*e*'] }, /whose names begin with at least three characters/],
    ['everybody in a path', { keyDeletionRoleArns: ['arn:aws:iam::*:role/teams/*'] }, /whose names begin with at least three characters/],
    ['a trusted account that is none', { trustedAccountIds: ['1234'] }, /'trustedAccountIds' must be ids of accounts, of 12 digits, got '1234'/],
    ['a trusted account beside no guard', { allowForeignKeysBecause: 'x', trustedAccountIds: ['111122223333'] }, /'trustedAccountIds' says whose keys are not foreign/],
    ['nobody who makes roles', { roleAdministratorArns: [] }, /'roleAdministratorArns' must name at least one role, got \[\]/],
    ['who makes roles, by a wildcard', { roleAdministratorArns: ['arn:aws:iam::*:role/*'] }, /'roleAdministratorArns' must be ARNs of roles/],
    ['who makes roles of which none is excepted', {
      keyDeletionRoleArns: undefined, allowKeyDeletionBecause: 'x', encryptionChangeRoleArns: undefined, allowEncryptionChangeBecause: 'y',
    }, /says who may make the excepted roles, and no role is excepted/],
    ['nobody who moves objects', { objectEncryptionChangeRoleArns: [] }, /'objectEncryptionChangeRoleArns' must name at least one role, got \[\]/],
    ['who moves objects, where everybody may', {
      encryptionChangeRoleArns: undefined, allowEncryptionChangeBecause: 'x', objectEncryptionChangeRoleArns: ['arn:aws:iam::*:role/Backfill'],
    }, /'objectEncryptionChangeRoleArns' says who may, and 'allowEncryptionChangeBecause' lets everybody/],
    ['roles of another partition', { keyDeletionRoleArns: ['arn:aws-us-gov:iam::*:role/BreakGlass'] },
      /'keyDeletionRoleArns' must name roles of aws, the partition of eu-west-1, got 'arn:aws-us-gov:iam::\*:role\/BreakGlass'.*begin it with arn:aws, or with arn:\*/],
    ['a user', { keyDeletionRoleArns: ['arn:aws:iam::111122223333:user/me'] }, /ARNs of roles/],
    ['a session', { keyDeletionRoleArns: ['arn:aws:sts::111122223333:assumed-role/A/b'] }, /ARNs of roles/],
    ['who may, and everybody as well', { allowKeyDeletionBecause: 'x' }, /'keyDeletionRoleArns' says who may, and 'allowKeyDeletionBecause' lets everybody/],
    ['trust beside no guard', { allowForeignKeysBecause: 'x', trustedOrganizationIds: ['o-exampleorg2'] }, /'trustedOrganizationIds' says whose keys are not foreign/],
    ['a target that is none', { targetIds: ['prod'] }, /'targetIds' must be ids of a root/],
    ['no targets', { targetIds: [] }, /'targetIds' must name at least one target/],
    ['nothing left', {
      keyDeletionRoleArns: undefined,
      encryptionChangeRoleArns: undefined,
      allowSseCBecause: 'a',
      allowPlainHttpBecause: 'b',
      allowKeyDeletionBecause: 'c',
      allowEncryptionChangeBecause: 'd',
      allowForeignKeysBecause: 'e',
      roleAdministratorArns: undefined,
    }, /every guardrail is left out/],
  ])('%s', (_, props, error) => { expect(() => made(props)).toThrow(error); });

  test.each(['arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_BreakGlass_*', 'arn:aws:iam::111122223333:role/teams/Ops', 'arn:*:iam::*:role/BreakGlass'])('and %s is not', (arn) => {
    expect(() => made({ keyDeletionRoleArns: [arn] })).not.toThrow();
  });

  test('what Organizations would find too long', () => {
    const many = Array.from({ length: 60 }, (_, n) => `arn:aws:iam::111122223333:role/path/to/some/role-${n}`);
    expect(() => made({ keyDeletionRoleArns: many }).template).toThrow(/the ServiceControlPolicy has \d+ characters, and Organizations takes 10240: name fewer roles/);
  });
});
