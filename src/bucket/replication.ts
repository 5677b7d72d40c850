import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { keyPolicyOf } from './grant-through-s3';
import { RotatingS3Key } from '../key';
import { warnOwnerMustAdd, warnsByItself } from '../private/imported-key';
import { knownToDiffer, oneOrMany, viaService } from '../private/tokens';

/** What S3 calls to write a replica, and to verify the Bucket Key of the destination. */
const REPLICATE = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];

/**
 * The rules with keys that grant nothing: the CDK would let the replication role encrypt with every
 * key, where source and destination are in different regions, and forgets kms:Decrypt.
 */
export function withoutGrantsOfTheCdk(rules: s3.ReplicationRule[] | undefined): s3.ReplicationRule[] | undefined {
  return rules?.map((rule) => (rule.kmsKey === undefined ? rule : { ...rule, kmsKey: grantingNothing(rule.kmsKey) }));
}

function grantingNothing(key: kms.IKey): kms.IKey {
  const grantEncrypt = (grantee: iam.IGrantable) => iam.Grant.drop(grantee, 'SecureBucket grants it exactly');
  return Object.create(key, { grantEncrypt: { value: grantEncrypt } }) as kms.IKey;
}

/**
 * Lets the replication role write under the key of the destination, through S3 and for that bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function letReplicationUse(source: s3.Bucket, destination: s3.IBucket, key: kms.IKey, role: iam.Role): void {
  const conditions = {
    StringEquals: { 'kms:ViaService': oneOrMany(viaService(source, 's3', key.env.region)) },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': [destination.bucketArn, `${destination.bucketArn}/*`] },
  };
  const options = {
    grantee: role,
    actions: REPLICATE,
    resourceArns: [key.keyArn],
    resourceSelfArns: ['*'],
    resource: keyPolicyOf(source, destination, key),
    conditions,
  };
  if (key instanceof RotatingS3Key && key._namesGrantees) {
    iam.Grant.addToPrincipalAndResource(options);
  } else {
    iam.Grant.addToPrincipalOrResource(options);
  }
  // The CDK takes an account that it does not know for another one, so only a known one is told.
  const imported = key.node.defaultChild === undefined;
  if (imported && !warnsByItself(key) && knownToDiffer(key.env.account, source.env.account)) {
    warnOwnerMustAdd(source, key, new iam.PolicyStatement({
      principals: [new iam.ArnPrincipal(role.roleArn)], actions: REPLICATE, resources: ['*'], conditions,
    }));
  }
}
