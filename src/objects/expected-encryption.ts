import { Stack, Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { ObjectEncryptionReportProps } from './object-encryption-report-props';
import type { Expected, RowsOfSource } from './statements';
import { ValidationError } from '../private/errors';

/** What objects of the bucket should be, as far as the app says so. */
export function expectedOf(scope: Construct, { bucket, expectedKeys, bucketKeyExpected }: ObjectEncryptionReportProps, rows: RowsOfSource): Expected {
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (expectedKeys !== undefined && !rows.knowsKeys) {
    throw fail('KeysUnknown', "'expectedKeys' must be left out with ObjectSource.inventory(), which does not know under which key an object is: use ObjectSource.metadataTables() to find objects under another key");
  }
  if (expectedKeys?.length === 0) {
    throw fail('NoKeys', "'expectedKeys' must name at least one key, got an empty list: leave it out to expect the key of the bucket");
  }
  const keys = expectedKeys ?? (bucket.encryptionKey === undefined ? [] : [bucket.encryptionKey]);
  for (const key of keys) { assertArn(scope, key); }
  const kms = keys.length > 0;
  if (bucketKeyExpected === true && !kms && bucket instanceof s3.Bucket) {
    throw fail('NoBucketKeyThere', "'bucketKeyExpected' must not be true for a bucket under SSE-S3, which has no Bucket Key: leave it out");
  }
  return { keyArns: keys.map(({ keyArn }) => keyArn), kms, bucketKey: bucketKeyExpected ?? bucketKeyOf(bucket) ?? kms };
}

function assertArn(scope: Construct, key: kms.IKey): void {
  if ('aliasName' in key || !Token.isUnresolved(key.keyArn) && !/^arn:[^:]+:kms:[^:]+:[^:]+:key\/.+/.test(key.keyArn)) {
    throw new ValidationError('KeyArnMalformed', `'expectedKeys' takes keys with a full ARN, got ${'aliasName' in key ? `the alias ${String(key.aliasName)}` : key.keyArn}: objects carry arn:<partition>:kms:<region>:<account>:key/<id>`, scope);
  }
}

function bucketKeyOf(bucket: s3.IBucket): boolean | undefined {
  const resource = bucket.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource)) { return undefined; }
  const settings = Stack.of(bucket).resolve(resource.bucketEncryption) as s3.CfnBucket.BucketEncryptionProperty | undefined;
  const rule = (settings?.serverSideEncryptionConfiguration as s3.CfnBucket.ServerSideEncryptionRuleProperty[] | undefined)?.[0];
  return rule === undefined ? undefined : rule.bucketKeyEnabled === true;
}
