import {
  GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, GetRolePolicyCommand, GetUserCommand, GetUserPolicyCommand, ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand, ListAttachedUserPoliciesCommand, ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { App, aws_iam as iam, aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { synthesize, writeStack } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly, type Deployment } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string) => deployAssembly(directory, { endpoint: aws.endpoint });
const nameOf = (deployment: Deployment, type: string) => deployment.stacks[0].resources.find((resource) => resource.type === type)!.physicalId;

const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::x/*' }] };
const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };
const parse = (encoded?: string) => JSON.parse(decodeURIComponent(encoded!));
const MANAGED = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

describe('a role', () => {
  test('gets the policy of its grants', async () => {
    const deployment = await deploy(synthesize((app: App) => {
      const stack = new Stack(app, 'Granted');
      const bucket = new s3.Bucket(stack, 'Bucket', { encryption: s3.BucketEncryption.KMS });
      bucket.grantRead(new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    }));
    const RoleName = nameOf(deployment, 'AWS::IAM::Role');
    const { PolicyDocument: policy } = await aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: nameOf(deployment, 'AWS::IAM::Policy') }));
    const arn = `arn:aws:s3:::${nameOf(deployment, 'AWS::S3::Bucket')}`;
    expect(parse(policy).Statement).toMatchObject([
      { Action: ['s3:GetObject*', 's3:GetBucket*', 's3:List*'], Resource: [arn, `${arn}/*`] },
      { Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: expect.stringMatching(/^arn:aws:kms:us-east-1:123456789012:key\//) },
    ]);
  });

  test('has every property of its template', async () => {
    const deployment = await deploy(writeStack({
      Boundary: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'named-role',
          Path: '/team/',
          Description: 'reads',
          MaxSessionDuration: 7200,
          AssumeRolePolicyDocument: trust,
          PermissionsBoundary: { Ref: 'Boundary' },
          ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' }],
          Policies: [{ PolicyName: 'inline', PolicyDocument: document }],
          Tags: [{ Key: 'team', Value: 'blue' }],
        },
      },
    }, { Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } } }));
    const RoleName = 'named-role';
    const { Role: role } = await aws.iam.send(new GetRoleCommand({ RoleName }));
    expect(role).toMatchObject({
      Path: '/team/',
      Description: 'reads',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'blue' }],
      PermissionsBoundary: { PermissionsBoundaryArn: deployment.physicalId('Stack', 'Boundary') },
    });
    expect(parse(role?.AssumeRolePolicyDocument)).toEqual(trust);
    expect(deployment.outputs('Stack')).toEqual({ Arn: role?.Arn });
    expect((await aws.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies).toMatchObject([{ PolicyArn: MANAGED }]);
    expect(parse((await aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'inline' }))).PolicyDocument)).toEqual(document);

    const report = await deployment.destroy();
    expect(report.failed).toEqual([]);
    await expect(aws.iam.send(new GetRoleCommand({ RoleName }))).rejects.toThrow();
  });

  test('fails if the endpoint does not have an AWS managed policy, and says what to do', async () => {
    const role = { AssumeRolePolicyDocument: trust, ManagedPolicyArns: ['arn:aws:iam::aws:policy/NoSuchPolicy'] };
    await expect(deploy(writeStack({ Role: { Type: 'AWS::IAM::Role', Properties: role } })))
      .rejects.toThrow(/Role \(AWS::IAM::Role\) failed: the endpoint does not have the AWS managed policy arn:aws:iam::aws:policy\/NoSuchPolicy: start it/);
  });
});

describe('policies, users and access keys', () => {
  test('have every property of their template, and go when it is destroyed', async () => {
    const deployment = await deploy(writeStack({
      Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'policy-role', AssumeRolePolicyDocument: trust } },
      User: {
        Type: 'AWS::IAM::User',
        Properties: {
          UserName: 'policy-user',
          Path: '/team/',
          Policies: [{ PolicyName: 'inline', PolicyDocument: document }],
          ManagedPolicyArns: [MANAGED],
          Tags: [{ Key: 'team', Value: 'blue' }],
        },
      },
      Key: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'User' }, Status: 'Inactive' } },
      Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'shared', PolicyDocument: document, Roles: [{ Ref: 'Role' }], Users: [{ Ref: 'User' }] } },
      Managed: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { ManagedPolicyName: 'managed', Path: '/team/', Description: 'reads', PolicyDocument: document, Roles: [{ Ref: 'Role' }], Users: [{ Ref: 'User' }] },
      },
    }));
    const RoleName = 'policy-role';
    const UserName = 'policy-user';
    const PolicyArn = deployment.physicalId('Stack', 'Managed');
    expect((await aws.iam.send(new GetUserCommand({ UserName }))).User).toMatchObject({
      Path: '/team/', Tags: [{ Key: 'team', Value: 'blue' }], Arn: deployment.attribute('Stack', 'User', 'Arn'),
    });
    expect((await aws.iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata)
      .toMatchObject([{ AccessKeyId: deployment.physicalId('Stack', 'Key'), Status: 'Inactive' }]);
    expect(deployment.attribute('Stack', 'Key', 'SecretAccessKey')).toEqual(expect.any(String));
    expect(parse((await aws.iam.send(new GetUserPolicyCommand({ UserName, PolicyName: 'inline' }))).PolicyDocument)).toEqual(document);
    expect(parse((await aws.iam.send(new GetUserPolicyCommand({ UserName, PolicyName: 'shared' }))).PolicyDocument)).toEqual(document);
    expect(parse((await aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'shared' }))).PolicyDocument)).toEqual(document);
    expect((await aws.iam.send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({ PolicyName: 'managed', Path: '/team/', Description: 'reads' });
    expect(parse((await aws.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))).PolicyVersion?.Document)).toEqual(document);
    expect((await aws.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies).toMatchObject([{ PolicyArn }]);
    expect((await aws.iam.send(new ListAttachedUserPoliciesCommand({ UserName }))).AttachedPolicies?.map((policy) => policy.PolicyArn).sort())
      .toEqual([PolicyArn, MANAGED].sort());

    const report = await deployment.destroy();
    expect(report.failed).toEqual([]);
    expect(report.deleted.map(({ logicalId }) => logicalId)).toEqual(['Managed', 'Policy', 'Key', 'User', 'Role']);
    await expect(aws.iam.send(new GetUserCommand({ UserName }))).rejects.toThrow();
    await expect(aws.iam.send(new GetPolicyCommand({ PolicyArn }))).rejects.toThrow();
  });

  test('leave a retained role without the policy that was deleted', async () => {
    const deployment = await deploy(synthesize((app: App) => {
      const role = new iam.Role(new Stack(app, 'Kept'), 'Role', { assumedBy: new iam.AccountRootPrincipal() });
      role.applyRemovalPolicy(RemovalPolicy.RETAIN);
      role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
    }));
    const report = await deployment.destroy();
    expect(report.retained.map(({ type }) => type)).toEqual(['AWS::IAM::Role']);
    expect((await aws.iam.send(new ListRolePoliciesCommand({ RoleName: report.retained[0].physicalId }))).PolicyNames).toEqual([]);
  });

  test('fail if a policy is for nobody', async () => {
    await expect(deploy(writeStack({ Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'x', PolicyDocument: document } } })))
      .rejects.toThrow('the policy is attached to no role and no user');
  });
});
