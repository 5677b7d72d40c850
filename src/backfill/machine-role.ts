import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { NAMESPACE } from './machine/definition';
import { allow } from './roles';

export interface MachineNeeds {
  readonly bucket: s3.IBucket;
  readonly operations: s3.IBucket;
  readonly keys: readonly kms.IKey[];
  readonly batchRole: iam.IRole;
  readonly classify: lambda.IVersion;
  readonly topic?: sns.ITopic;
}

/** The ARN of every job of this account and region: a job has its id only once it is made. */
export function anyJobArn(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 's3', resource: 'job', resourceName: '*' });
}

/** Exactly what the states call. */
export function makeMachineRole(scope: Construct, needs: MachineNeeds): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'MachineRole', {
    assumedBy: new iam.ServicePrincipal('states.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
    description: `Runs the state machine of ${scope.node.path}`.slice(0, 1000),
  });
  allow(role, ['s3:GetBucketVersioning', 's3:GetEncryptionConfiguration', 's3:GetBucketObjectLockConfiguration', 's3:GetBucketOwnershipControls', 's3:GetBucketWebsite', 's3:ListBucket'],
    [needs.bucket.bucketArn]);
  allow(role, ['s3:GetObject'], [needs.operations.arnForObjects('plans/*')]);
  allow(role, ['kms:DescribeKey'], needs.keys.map(({ keyArn }) => keyArn));
  // CreateJob has no resources. What it can do is what the role does that may be passed.
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
  allow(role, ['s3:CreateJob'], ['*']);
  allow(role, ['iam:PassRole'], [needs.batchRole.roleArn], { StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' } });
  allow(role, ['s3:DescribeJob', 's3:UpdateJobStatus'], [anyJobArn(scope)]);
  allow(role, ['lambda:InvokeFunction'], [needs.classify.functionArn]);
  allow(role, ['events:PutEvents'], [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })]);
  allow(role, ['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': NAMESPACE } });
  needs.topic?.grantPublish(role);
  return role;
}

/** A policy beside the role, since the machine needs the role, and this needs the machine. */
export function letListItself(scope: Construct, role: iam.IRole, machineArn: string): iam.Policy {
  return new iam.Policy(scope, 'MachineListsItself', {
    roles: [role],
    statements: [new iam.PolicyStatement({ actions: ['states:ListExecutions'], resources: [machineArn] })],
  });
}
