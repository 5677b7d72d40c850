import { Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';
import { knownToDiffer, printable } from '../private/tokens';

/**
 * Refuses a key that S3 cannot encrypt with.
 *
 * CloudFormation accepts all of these; uploads then fail one by one.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export function assertUsableKey(bucket: IConstruct, region: string, prop: string, key: kms.IKey): void {
  const arn = key.keyArn;
  if ('aliasName' in key || (!Token.isUnresolved(arn) && /(^|:)alias\//.test(arn))) {
    throw new ValidationError('AliasAsKey',
      `'${prop}' must be a key, got the alias ${printable(bucket, 'aliasName' in key ? key.aliasName : arn)}: pass the key itself, or kms.Key.fromKeyArn with the ARN that ends in key/<id>, since S3 resolves an alias in the account of whoever makes the request`, bucket);
  }
  if (!Token.isUnresolved(arn) && !/^arn:[^:]+:kms:[^:]+:[^:]+:key\/.+/.test(arn)) {
    throw new ValidationError('KeyArnMalformed',
      `'${prop}' must be a key with a full ARN, got '${arn}': use arn:<partition>:kms:<region>:<account>:key/<id>`, bucket);
  }
  if (knownToDiffer(key.env.region, region)) {
    throw new ValidationError('KeyInOtherRegion',
      `'${prop}' must be in the bucket's region ${region}, got a key in ${key.env.region}: make a RotatingS3Key in ${region}; a replica of a multi-region key in ${region} works too`, bucket);
  }
  // A key made by kms.Key.fromCfnKey is a child of its resource.
  const resource = key.node.defaultChild ?? key.node.scope;
  if (kms.CfnKey.isCfnKey(resource)) { assertEncrypts(bucket, prop, resource); }
}

function assertEncrypts(bucket: IConstruct, prop: string, key: kms.CfnKey): void {
  if (key.enabled === false) {
    throw new ValidationError('KeyDisabled', `'${prop}' must be an enabled key, got one with 'enabled' false: S3 would refuse every upload; enable it`, bucket);
  }
  const spec = key.keySpec;
  const usage = key.keyUsage;
  if (spec !== undefined && !Token.isUnresolved(spec) && spec !== kms.KeySpec.SYMMETRIC_DEFAULT) {
    throw new ValidationError('KeyNotSymmetric',
      `'${prop}' must be a symmetric encryption key, got key spec ${spec}: S3 encrypts with SYMMETRIC_DEFAULT only; use a RotatingS3Key`, bucket);
  }
  if (usage !== undefined && !Token.isUnresolved(usage) && usage !== kms.KeyUsage.ENCRYPT_DECRYPT) {
    throw new ValidationError('KeyNotForEncryption',
      `'${prop}' must be a key with usage ENCRYPT_DECRYPT, got ${usage}: use a RotatingS3Key`, bucket);
  }
}
