import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { KeyAccess } from './key-access';
import { oneOrMany, viaService } from '../private/tokens';

/** Days: the waiting period before deletion, and the time a key must have been idle to be destroyed. */
export const PATIENCE_DAYS = 30;

/** Everything an administrator needs, and no action that touches plaintext, data keys or grants. */
export const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:Describe*',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:Get*',
  'kms:List*',
  'kms:PutKeyPolicy',
  'kms:ReplicateKey',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
  'kms:UpdatePrimaryRegion',
];

/** What S3 calls to write, read and re-encrypt objects. */
const USE = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];

// In a key policy, `*` means this key:
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
const THIS_KEY = ['*'];

/**
 * The account administers the key; IAM policies say which of its principals.
 *
 * It also passes the safety check of KMS for the role that deploys: that role can call
 * PutKeyPolicy again if its IAM policy lets it.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function administerWithoutCryptography(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'AdministerWithoutCryptography',
    principals: [new iam.AccountRootPrincipal()],
    actions: ADMINISTRATION,
    resources: THIS_KEY,
  });
}

/** Named administrators need no IAM policy beside this statement. */
export function namedAdministrators(arns: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NamedAdministrators',
    principals: arns.map((arn) => new iam.ArnPrincipal(arn)),
    actions: ADMINISTRATION,
    resources: THIS_KEY,
  });
}

/**
 * Conditions under which a request reached KMS through an allowed service.
 *
 * For SSE-KMS, S3 calls KMS with the caller's own credentials, so `kms:ViaService` is S3 and
 * `kms:CallerAccount` the caller's account.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function throughServices(scope: IConstruct, services: string[], account?: string): Record<string, Record<string, string | string[]>> {
  return {
    StringEquals: {
      'kms:ViaService': oneOrMany(services.flatMap((service) => viaService(scope, service))),
      ...account === undefined ? {} : { 'kms:CallerAccount': account },
    },
  };
}

/** Statements that open the key for use, by preset. */
export function useStatements(scope: IConstruct, access: KeyAccess): iam.PolicyStatement[] {
  const account = Stack.of(scope).account;
  if (access._principals !== undefined) {
    return access._principals.length === 0 ? [] : [new iam.PolicyStatement({
      sid: 'UseThroughS3',
      principals: access._principals,
      actions: USE,
      resources: THIS_KEY,
      conditions: throughServices(scope, access._services),
    })];
  }
  const onlyS3 = access._services.length === 1;
  const use = new iam.PolicyStatement({
    sid: onlyS3 ? 'UseThroughS3' : 'UseThroughServices',
    principals: [new iam.AccountRootPrincipal()],
    actions: USE,
    resources: THIS_KEY,
    conditions: throughServices(scope, access._services, account),
  });
  if (onlyS3) { return [use]; }
  // Services such as EBS and RDS hold a data key for as long as a resource lives, by a grant.
  // https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
  const grants = new iam.PolicyStatement({
    sid: 'GrantsThroughServices',
    principals: [new iam.AccountRootPrincipal()],
    actions: ['kms:CreateGrant'],
    resources: THIS_KEY,
    conditions: {
      ...throughServices(scope, access._services, account),
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
    },
  });
  return [use, grants];
}

/**
 * Grants bypass the key policy once made, so they are for AWS resources only.
 *
 * Two statements, because it is not documented whether a direct CreateGrant carries the condition
 * key with the value false or not at all; either way one of them denies.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource
 */
export function grantGuards(): iam.PolicyStatement[] {
  return [
    deny('DenyGrantsToPrincipals', ['kms:CreateGrant'], { Bool: { 'kms:GrantIsForAWSResource': 'false' } }),
    deny('DenyGrantsOfUnknownUse', ['kms:CreateGrant'], { Null: { 'kms:GrantIsForAWSResource': 'true' } }),
  ];
}

/**
 * A deleted key takes every object under it along, and nobody notices that a key is still needed
 * faster than in a month.
 *
 * A request that names no window gets the 30 days that KMS applies, so absence is not denied.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
 */
export function shortWindowGuard(): iam.PolicyStatement {
  return deny('DenyShortDeletionWindow', ['kms:ScheduleKeyDeletion'], {
    NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': `${PATIENCE_DAYS}` },
  });
}

/**
 * Refuses to destroy a key that S3 used within the last 30 days.
 *
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html (kms:TrailingDaysWithoutKeyUsage)
 */
export function recentUseGuard(actions: string[]): iam.PolicyStatement {
  return deny('DenyDestroyingKeyInUse', actions, {
    NumericLessThan: { 'kms:TrailingDaysWithoutKeyUsage': `${PATIENCE_DAYS}` },
  });
}

/**
 * Destroying is reserved to named principals.
 *
 * `aws:PrincipalArn` is in every signed request; were it absent, the negated operator denies, which
 * is what a guard should do.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function breakGlassGuard(arns: string[]): iam.PolicyStatement {
  return deny('DenyDestroyingExceptBreakGlass',
    ['kms:DeleteImportedKeyMaterial', 'kms:DisableKey', 'kms:DisableKeyRotation', 'kms:ScheduleKeyDeletion'],
    { ArnNotEquals: { 'aws:PrincipalArn': oneOrMany(arns) } });
}

/**
 * Lets S3 encrypt the reports about a source bucket that it delivers by itself.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
 */
export function s3DeliveryStatement(account: string, sourceArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
    actions: ['kms:GenerateDataKey'],
    resources: THIS_KEY,
    conditions: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': sourceArn },
    },
  });
}

function deny(sid: string, actions: string[], conditions: Record<string, Record<string, string | string[]>>): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    effect: iam.Effect.DENY,
    principals: [new iam.StarPrincipal()],
    actions,
    resources: THIS_KEY,
    conditions,
  });
}
