import { Stack } from 'aws-cdk-lib';
import * as config from 'aws-cdk-lib/aws-config';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { MadeRecorderOptions } from './compliance-recorder';
import { SecureBucket } from '../bucket';
import { ValidationError } from '../private/errors';
import { acknowledge, resourceFinding } from '../private/findings';
import { madeElsewhere } from '../private/once-in-region';

/** What the rules of the catalogue look at. */
const RECORDED = ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::CloudTrail::Trail'];

interface RecorderOfStack {
  recorder?: Construct;
  readonly waiting: ((recorder: Construct) => void)[];
}

const OF_STACKS = new WeakMap<Stack, RecorderOfStack>();

function ofStack(scope: Construct): RecorderOfStack {
  const stack = Stack.of(scope);
  const known = OF_STACKS.get(stack) ?? { waiting: [] };
  OF_STACKS.set(stack, known);
  return known;
}

/** Calls with the recorder that is made in the stack, now or once it is. */
export function onRecorderOf(scope: Construct, take: (recorder: Construct) => void): void {
  const known = ofStack(scope);
  if (known.recorder === undefined) { known.waiting.push(take); } else { take(known.recorder); }
}

/**
 * A recorder and its delivery channel, which CloudFormation makes side by side: it starts the recorder once
 * the channel is there.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-configurationrecorder.html
 */
export function makeRecorder(scope: Construct, options: MadeRecorderOptions): Construct {
  const stack = Stack.of(scope);
  const other = stack.node.findAll().find((one) => one instanceof config.CfnConfigurationRecorder && Stack.of(one) === stack) ?? madeElsewhere(scope, 'recorder');
  if (other !== undefined) {
    throw new ValidationError('RecorderTwice', `'recorder' must be made once, since an account has one in each region, got ComplianceRecorder.make() beside ${other.node.path}: give ComplianceRecorder.existing() here`, scope);
  }
  const parts = new Construct(scope, 'Recorder');
  const bucket = options.bucket ?? new SecureBucket(parts, 'Bucket');
  const { account } = Stack.of(scope);
  const role = new iam.Role(parts, 'Role', {
    description: 'AWS Config records buckets, keys and trails',
    // https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html
    assumedBy: new iam.ServicePrincipal('config.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWS_ConfigRole')],
  });
  acknowledge(role, 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWS_ConfigRole]',
    'AWS Config reads with the policy that AWS keeps for it, which learns new types and writes nothing.');
  const delivered = `AWSLogs/${account}/Config/*`;
  acknowledge(role, resourceFinding(role, bucket.arnForObjects(delivered)), 'AWS Config names what it delivers after the day and the region.');
  acknowledge(role, 'AwsSolutions-IAM5[Action::s3:Abort*]', 'It ends its own uploads, whose names it makes.');
  acknowledge(role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
  const grant = bucket.grantPut(role, delivered);
  // It sends this ACL, which asks for the action also where ACLs are off.
  role.addToPolicy(new iam.PolicyStatement({
    actions: ['s3:PutObjectAcl'],
    resources: [bucket.arnForObjects(delivered)],
    conditions: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
  }));
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetBucketAcl'], resources: [bucket.bucketArn] }));
  new config.CfnConfigurationRecorder(parts, 'Recorder', {
    roleArn: role.roleArn,
    recordingGroup: { allSupported: false, resourceTypes: RECORDED },
  });
  const channel = new config.CfnDeliveryChannel(parts, 'DeliveryChannel', {
    s3BucketName: bucket.bucketName,
    // It names the key with each upload, as the bucket policy asks.
    s3KmsKeyArn: bucket.encryptionKey?.keyArn,
  });
  grant.applyBefore(channel); // it writes a test file when it is made
  const known = ofStack(scope);
  known.recorder = parts;
  for (const take of known.waiting.splice(0)) { take(parts); }
  return parts;
}
