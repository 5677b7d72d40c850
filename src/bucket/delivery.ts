import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { RotatingS3Key, s3DeliveryStatement } from '../key';
import { anyBucketArn } from '../private/bucket-arn';
import { ValidationError } from '../private/errors';
import { warnOwnerMustAdd, warnsByItself } from '../private/imported-key';
import { shapeOf } from '../private/principals';

/**
 * Adds what a delivery into the bucket needs on the key.
 *
 * When a bucket becomes the destination of an inventory, the CDK changes the bucket's policy and
 * forgets the key, and the reports never arrive.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
 */
export function admitDelivery(bucket: s3.Bucket, key: kms.IKey, statement: iam.PolicyStatement): void {
  if (statement.effect !== 'Allow' || !statement.actions.includes('s3:PutObject')) { return; }
  const services = statement.principals.flatMap((principal) => shapeOf(bucket, principal).services);
  if (services.includes('logging.s3.amazonaws.com')) {
    throw new ValidationError('LogsUnderKms',
      "'serverAccessLogsBucket' of another bucket must be under SSE-S3, got this bucket, which is under a KMS key: S3 would silently deliver no logs; use a bucket with EncryptionMode.s3Managed()", bucket);
  }
  if (!services.includes('s3.amazonaws.com')) { return; }
  for (const named of sourceArns(statement)) {
    // A reference to the source would be a cycle: it refers to this bucket, and that to the key.
    const source = Token.isUnresolved(named) ? anyBucketArn(bucket) : named;
    if (key instanceof RotatingS3Key) {
      key.consumers._s3DeliveryFrom(source);
    } else {
      const needed = s3DeliveryStatement(bucket.stack.account, source);
      if (!key.addToResourcePolicy(needed, true).statementAdded && !warnsByItself(key)) { warnOwnerMustAdd(bucket, key, needed); }
    }
  }
}

function sourceArns(statement: iam.PolicyStatement): string[] {
  const operators = Object.values(statement.conditions as Record<string, Record<string, string | string[]>>);
  return operators.flatMap((operator) => operator['aws:SourceArn'] ?? []);
}
