import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { warnOwnerMustAdd, warnsByItself } from '../private/imported-key';
import { knownToDiffer, oneOrMany, viaService } from '../private/tokens';

/**
 * The CDK lets a replication role encrypt at the destination, and forgets that S3 decrypts the
 * Bucket Key of the destination to verify it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function letReplicationUse(source: s3.Bucket, destinationKey: kms.IKey, role: iam.Role): void {
  const conditions = { StringEquals: { 'kms:ViaService': oneOrMany(viaService(source, 's3', destinationKey.env.region)) } };
  iam.Grant.addToPrincipalOrResource({
    grantee: role,
    actions: ['kms:Decrypt'],
    resourceArns: [destinationKey.keyArn],
    resourceSelfArns: ['*'],
    resource: destinationKey,
    conditions,
  });
  const imported = destinationKey.node.defaultChild === undefined;
  if (imported && !warnsByItself(destinationKey) && knownToDiffer(destinationKey.env.account, source.env.account)) {
    warnOwnerMustAdd(source, destinationKey, new iam.PolicyStatement({
      principals: [new iam.ArnPrincipal(role.roleArn)],
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions,
    }));
  }
}
