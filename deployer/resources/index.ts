import type { ResourceHandler } from '../resource';
import { customResource } from './custom-resource';
import { iamAccessKey } from './iam-access-key';
import { iamManagedPolicy } from './iam-managed-policy';
import { iamPolicy } from './iam-policy';
import { iamRole } from './iam-role';
import { iamUser } from './iam-user';
import { kmsAlias } from './kms-alias';
import { kmsKey } from './kms-key';
import { lambdaFunction } from './lambda-function';
import { s3Bucket } from './s3-bucket';
import { s3BucketPolicy } from './s3-bucket-policy';

const HANDLERS: Record<string, ResourceHandler> = {
  'AWS::CloudFormation::CustomResource': customResource,
  'AWS::IAM::AccessKey': iamAccessKey,
  'AWS::IAM::ManagedPolicy': iamManagedPolicy,
  'AWS::IAM::Policy': iamPolicy,
  'AWS::IAM::Role': iamRole,
  'AWS::IAM::User': iamUser,
  'AWS::KMS::Alias': kmsAlias,
  'AWS::KMS::Key': kmsKey,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::S3::Bucket': s3Bucket,
  'AWS::S3::BucketPolicy': s3BucketPolicy,
};

/** Tells AWS which constructs an app uses. It deploys nothing, so it is ignored on purpose. */
export const IGNORED_TYPES: readonly string[] = ['AWS::CDK::Metadata'];

export function handlerOf(type: string): ResourceHandler | undefined {
  return type.startsWith('Custom::') ? customResource : Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
}
