import { PropertyReader } from '../../deployer/property-reader';
import type { ResourceContext } from '../../deployer/resource';
import { handlerOf } from '../../deployer/resources';

const allow = { Sid: 'Use', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::x/*' };
const deny = { Sid: 'Guard', Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::x/*' };
const policy = { Version: '2012-10-17', Statement: [allow, deny] };
const without = { ...policy, Statement: [allow] };
const everything = { ...policy, Statement: [allow, deny, { Effect: 'Allow', Action: '*', Resource: '*' }] };
const unconditional = { ...policy, Statement: [allow, { ...deny, Condition: { Bool: { 'aws:ViaAWSService': 'true' } } }] };
const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
const encoded = (document: object) => encodeURIComponent(JSON.stringify(document));
const text = (document: object) => JSON.stringify(document);

/** What an endpoint answers, by command. What is not named it answers with nothing. */
type Answers = Record<string, object>;

/** Deploys a resource on an endpoint that says these things. */
async function deployed(type: string, properties: object, answers: Answers): Promise<void> {
  const send = async (command: object) => Promise.resolve(answers[command.constructor.name.replace(/Command$/, '')] ?? {});
  const reader = new PropertyReader(properties as Record<string, unknown>, { logicalId: 'It', type });
  const context = { clients: { s3: { send }, kms: { send }, iam: { send } }, stack: { tags: {} }, logicalId: 'It', type };
  const plan = handlerOf(type)!(reader, context as unknown as ResourceContext);
  reader.finish();
  await plan.configure?.(await plan.create());
}

const KEY: [string, object, Answers] = ['AWS::KMS::Key', {
  KeyPolicy: policy, EnableKeyRotation: true, MultiRegion: true, Description: 'of orders', Tags: [{ Key: 'team', Value: 'blue' }],
}, {
  CreateKey: { KeyMetadata: { KeyId: 'id', Arn: 'arn' } },
  GetKeyPolicy: { Policy: text(policy) },
  GetKeyRotationStatus: { KeyRotationEnabled: true },
  DescribeKey: { KeyMetadata: { MultiRegion: true, Description: 'of orders', Enabled: true } },
  ListResourceTags: { Tags: [{ TagKey: 'team', TagValue: 'blue' }] },
}];
const BUCKET_POLICY: [string, object, Answers] = ['AWS::S3::BucketPolicy', { Bucket: 'x', PolicyDocument: policy }, { GetBucketPolicy: { Policy: text(policy) } }];
const ROLE: [string, object, Answers] = ['AWS::IAM::Role', {
  RoleName: 'it', AssumeRolePolicyDocument: trust, ManagedPolicyArns: ['arn:managed'], PermissionsBoundary: 'arn:boundary', Policies: [{ PolicyName: 'p', PolicyDocument: policy }],
}, {
  GetRole: { Role: { AssumeRolePolicyDocument: encoded(trust), PermissionsBoundary: { PermissionsBoundaryArn: 'arn:boundary' } } },
  GetRolePolicy: { PolicyDocument: encoded(policy) },
  ListAttachedRolePolicies: { AttachedPolicies: [{ PolicyArn: 'arn:managed' }] },
}];
const POLICY: [string, object, Answers] = ['AWS::IAM::Policy', { PolicyName: 'p', PolicyDocument: policy, Roles: ['it'] }, { GetRolePolicy: { PolicyDocument: encoded(policy) } }];
const OF_USER: [string, object, Answers] = ['AWS::IAM::Policy', { PolicyName: 'p', PolicyDocument: policy, Users: ['it'] }, { GetUserPolicy: { PolicyDocument: encoded(policy) } }];
const MANAGED: [string, object, Answers] = ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'p', PolicyDocument: policy }, {
  CreatePolicy: { Policy: { Arn: 'arn' } }, GetPolicyVersion: { PolicyVersion: { Document: encoded(policy) } },
}];

test.each([KEY, BUCKET_POLICY, ROLE, POLICY, OF_USER, MANAGED])('%s is taken where the endpoint keeps it', async (...resource) => {
  await expect(deployed(...resource)).resolves.toBeUndefined();
});

const WITH_ANYBODY = { ...trust, Statement: [{ ...trust.Statement[0], Principal: { AWS: '*' } }] };
const role = (more: object) => ({ GetRole: { Role: { ...(ROLE[2].GetRole as { Role: object }).Role, ...more } } });
const metadata = (more: object) => ({ DescribeKey: { KeyMetadata: { ...(KEY[2].DescribeKey as { KeyMetadata: object }).KeyMetadata, ...more } } });

test.each<[string, [string, object, Answers], Answers, string]>([
  ['a key policy that lost its Deny', KEY, { GetKeyPolicy: { Policy: text(without) } }, 'does not keep KeyPolicy.Statement'],
  ['a key policy that is narrowed', KEY, { GetKeyPolicy: { Policy: text(unconditional) } }, 'keeps KeyPolicy.Statement[1].Condition, which is not in it'],
  ['a key without a policy', KEY, { GetKeyPolicy: {} }, 'does not keep KeyPolicy'],
  ['a key that does not rotate', KEY, { GetKeyRotationStatus: { KeyRotationEnabled: false } }, 'does not keep EnableKeyRotation'],
  ['a key of one region', KEY, metadata({ MultiRegion: false }), 'does not keep MultiRegion'],
  ['a key that says something else', KEY, metadata({ Description: '' }), 'does not keep Description'],
  ['a key that is off', KEY, metadata({ Enabled: false }), 'does not keep Enabled'],
  ['a key without its tags', KEY, { ListResourceTags: {} }, 'does not keep Tags.team'],
  ['a bucket policy that was cut', BUCKET_POLICY, { GetBucketPolicy: { Policy: text(without) } }, 'does not keep PolicyDocument.Statement'],
  ['no bucket policy', BUCKET_POLICY, { GetBucketPolicy: {} }, 'does not keep PolicyDocument'],
  ['a role that trusts anybody', ROLE, role({ AssumeRolePolicyDocument: encoded(WITH_ANYBODY) }), 'does not keep AssumeRolePolicyDocument.Statement[0].Principal.Service'],
  ['a role that trusts others too', ROLE, role({ AssumeRolePolicyDocument: encoded({ ...trust, Statement: [...trust.Statement, WITH_ANYBODY.Statement[0]] }) }),
    'does not keep AssumeRolePolicyDocument.Statement'],
  ['a role without its boundary', ROLE, role({ PermissionsBoundary: undefined }), "does not apply 'PermissionsBoundary'"],
  ['a role without its managed policy', ROLE, { ListAttachedRolePolicies: {} }, 'does not keep ManagedPolicyArns'],
  ['a role with one more', ROLE, { ListAttachedRolePolicies: { AttachedPolicies: [{ PolicyArn: 'arn:managed' }, { PolicyArn: 'arn:admin' }] } }, 'does not keep ManagedPolicyArns'],
  ['a role that may do everything', ROLE, { GetRolePolicy: { PolicyDocument: encoded(everything) } }, 'does not keep Policies.Statement'],
  ['a policy that allows everything', POLICY, { GetRolePolicy: { PolicyDocument: encoded(everything) } }, 'does not keep PolicyDocument.Statement'],
  ['a policy of a user that lost its Deny', OF_USER, { GetUserPolicy: { PolicyDocument: encoded(without) } }, 'does not keep PolicyDocument.Statement'],
  ['a managed policy that lost its Deny', MANAGED, { GetPolicyVersion: { PolicyVersion: { Document: encoded(without) } } }, 'does not keep PolicyDocument.Statement'],
])('%s is refused', async (_, [type, properties, answers], lost, message) => {
  await expect(deployed(type, properties, { ...answers, ...lost })).rejects.toThrow(message);
});
