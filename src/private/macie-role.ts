import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { oneOrMany, viaService } from './tokens';

/**
 * Lets Macie of an account read objects under a key, through S3 alone.
 *
 * The policy of its service-linked role has no action of KMS, so that the role itself has to be named: a statement for the account would only
 * pass on what that policy allows. KMS refuses the policy while the role is not there, which it is from the day on which Macie was enabled.
 * https://docs.aws.amazon.com/macie/latest/user/discovery-supported-encryption-types.html
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonMacieServiceRolePolicy.html
 */
export function macieReads(scope: IConstruct, account: string): iam.PolicyStatement {
  const role = Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    account,
    resource: 'role',
    resourceName: 'aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  return new iam.PolicyStatement({
    principals: [new iam.ArnPrincipal(role)],
    actions: ['kms:Decrypt'],
    resources: ['*'], // in a key policy, `*` means this key
    conditions: { StringEquals: { 'kms:ViaService': oneOrMany(viaService(scope, 's3')) } },
  });
}
