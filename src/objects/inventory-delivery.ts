import { Annotations, Names, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { algorithmOf } from './default-of-bucket';
import { assertDelegates } from './keys-elsewhere';
import { SecureBucket } from '../bucket';
import { RotatingS3Key, s3DeliveryStatement } from '../key';
import { anyBucketArn } from '../private/bucket-arn';
import { ValidationError } from '../private/errors';
import { warnOwnerMustAdd, warnsByItself } from '../private/imported-key';

/** What lets S3 put inventories of a bucket into another one, which is under a key as a rule. */
export function admitInventories(scope: Construct, bucket: s3.IBucket, reports: s3.IBucket, prefix: string | undefined): void {
  const statement = letS3Deliver(scope, bucket, reports, prefix);
  // The key first: what is refused must not have changed a policy.
  admitOnKey(scope, bucket, reports);
  if (reports.addToResourcePolicy(statement).statementAdded) { return; }
  const print = (one: iam.PolicyStatement) => JSON.stringify(Stack.of(scope).resolve(one.toStatementJson()), undefined, 2);
  const key = reports.encryptionKey === undefined
    ? `; if it is under a KMS key, which is not known here, import it with s3.Bucket.fromBucketAttributes() and 'encryptionKey', so that the role of the report may decrypt, and let its key have this one:\n${print(s3DeliveryStatement(Stack.of(scope).account, bucket.bucketArn))}`
    : '';
  Annotations.of(scope).addWarningV2('cdk-s3-encryption:ObjectEncryptionReport.ownerMustAdmitInventory',
    `the policy of the imported 'destination' cannot be changed from here: no inventory arrives unless it has this statement:\n${print(statement)}${key}`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-s3-inventory */
function letS3Deliver(scope: Construct, bucket: s3.IBucket, reports: s3.IBucket, prefix: string | undefined): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: `Inventory${Names.nodeUniqueId(scope.node).slice(-50)}`,
    principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
    actions: ['s3:PutObject'],
    resources: [reports.arnForObjects(`${prefix === undefined ? '' : `${prefix}/`}${bucket.bucketName}/*`)],
    conditions: {
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account, 's3:x-amz-acl': 'bucket-owner-full-control' },
      ArnLike: { 'aws:SourceArn': bucket.bucketArn },
    },
  });
}

/**
 * What the CDK forgets: without it S3 delivers nothing, and says so nowhere.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html#configure-inventory-kms-key-policy
 */
function admitOnKey(scope: Construct, bucket: s3.IBucket, reports: s3.IBucket): void {
  const key = reports.encryptionKey;
  if (key !== undefined) { assertDelegates(scope, 'destination', key); }
  if (reports instanceof SecureBucket && key !== undefined) { return; } // sees to it when its policy gets the statement
  if (key === undefined) {
    if (algorithmOf(reports)?.startsWith('aws:kms') === true) {
      throw new ValidationError('DestinationKeyUnknown', `'destination' must be under SSE-S3, or under a KMS key that it names as 'encryptionKey', got ${reports.node.path}, whose key is aws/s3 or not known here: S3 cannot deliver under aws/s3, whose policy nobody changes; leave it out, or use a SecureBucket`, scope);
    }
    return;
  }
  // A reference to a bucket of this app could be a cycle: that refers to this one's key in its turn.
  const source = Token.isUnresolved(bucket.bucketArn) ? anyBucketArn(scope) : bucket.bucketArn;
  if (key instanceof RotatingS3Key) {
    key.consumers._s3DeliveryFrom(source);
    return;
  }
  const statement = s3DeliveryStatement(Stack.of(scope).account, source);
  if (!key.addToResourcePolicy(statement, true).statementAdded && !warnsByItself(key)) { warnOwnerMustAdd(scope, key, statement); }
}
