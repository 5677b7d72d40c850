import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * The statements name every resource: a policy of an organization is about all that its accounts have, now and later.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
 */
const EVERYTHING = ['*'];

type Conditions = Record<string, Record<string, string | string[]>>;

/**
 * Keys without which data is lost: deleted, disabled, cut off with their key store, locked to everybody by a policy, or
 * made of material that expires by itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
export function denyKeyDeletion(exceptRoleArns: readonly string[]): iam.PolicyStatement[] {
  const others = { ArnNotLike: { 'aws:PrincipalArn': [...exceptRoleArns] } };
  return [
    ofPrincipals('DenyKeyDeletion', [
      'kms:DeleteCustomKeyStore', 'kms:DeleteImportedKeyMaterial', 'kms:DisableKey', 'kms:DisconnectCustomKeyStore', 'kms:ScheduleKeyDeletion',
      'kms:UpdateCustomKeyStore',
    ], others),
    ofPrincipals('DenyKeyLockout', ['kms:CreateKey', 'kms:PutKeyPolicy'], { ...others, Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } }),
    ofPrincipals('DenyExpiringMaterial', ['kms:ImportKeyMaterial'], { ...others, StringEquals: { 'kms:ExpirationModel': 'KEY_MATERIAL_EXPIRES' } }),
  ];
}

/**
 * A role is excepted by its name, so whoever makes a role of that name, or gets into one, is excepted too.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export function denyRoleForgery(roleArns: readonly string[], administratorArns: readonly string[]): iam.PolicyStatement {
  return forgery('DenyRoleForgery', roleArns, administratorArns);
}

/** Roles of backfills are made by deployments, which could change the encryption of buckets anyway. */
export function denyBackfillRoleForgery(roleArns: readonly string[], makerArns: readonly string[]): iam.PolicyStatement {
  return forgery('DenyBackfillRoleForgery', roleArns, makerArns);
}

function forgery(sid: string, roleArns: readonly string[], administratorArns: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    effect: iam.Effect.DENY,
    actions: ['iam:AttachRolePolicy', 'iam:CreateRole', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'],
    resources: [...new Set(roleArns)],
    conditions: { ArnNotLike: { 'aws:PrincipalArn': [...administratorArns] } },
  });
}

/**
 * DeleteBucketEncryption and the block of SSE-C need the same permission.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
 */
export function denyEncryptionChange(exceptRoleArns: readonly string[]): iam.PolicyStatement {
  return ofPrincipals('DenyEncryptionChange', ['s3:PutEncryptionConfiguration', 's3express:PutEncryptionConfiguration'], { ArnNotLike: { 'aws:PrincipalArn': [...exceptRoleArns] } });
}

/**
 * Objects that are there, moved to another key in place: what the default of the bucket does not stop, and ransom needs.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
 */
export function denyObjectEncryptionChange(exceptRoleArns: readonly string[]): iam.PolicyStatement {
  return ofPrincipals('DenyObjectEncryptionChange', ['s3:UpdateObjectEncryption'], { ArnNotLike: { 'aws:PrincipalArn': [...exceptRoleArns] } });
}

/**
 * A bucket policy can let in an account that no service control policy binds. Without `Null` on purpose: who is of no
 * organization has no value.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
 */
export function denyEncryptionChangeFromOutside(organizationId: string): iam.PolicyStatement {
  return ofResources('DenyEncryptionChangeFromOutside', ['s3:PutEncryptionConfiguration', 's3:UpdateObjectEncryption'], { StringNotEquals: { 'aws:PrincipalOrgID': organizationId } });
}

/**
 * S3 calls KMS with the permissions of who uploads, so this stops uploads, copies and UpdateObjectEncryption under a
 * key that its owner could take away. Decrypt is left: reading what others encrypted harms nobody here.
 *
 * Without `Null` on purpose: an account of no organization has no value, and is what ransom comes from.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceorgid
 */
export function denyForeignKeys(organizationIds: readonly string[], accountIds: readonly string[]): iam.PolicyStatement {
  return ofPrincipals('DenyForeignKeys',
    ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptTo'],
    { StringNotEquals: { 'aws:ResourceOrgID': [...organizationIds], ...accountIds.length === 0 ? {} : { 'aws:ResourceAccount': [...accountIds] } } });
}

/** Parts of uploads and copies need s3:PutObject too. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html#ssec-require-condition-key */
export function denySseC(): iam.PolicyStatement {
  return ofResources('DenySseC', ['s3:PutObject', 's3:ReplicateObject'], { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } });
}

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html */
export function denyInsecureTransport(): iam.PolicyStatement {
  return ofResources('DenyInsecureTransport', ['s3:*'], { Bool: { 'aws:SecureTransport': 'false' } });
}

/** A service control policy is about principals of the accounts, and names none. */
function ofPrincipals(sid: string, actions: string[], conditions: Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, effect: iam.Effect.DENY, actions, resources: EVERYTHING, conditions });
}

/** A resource control policy is about resources of the accounts, whoever asks. */
function ofResources(sid: string, actions: string[], conditions: Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, effect: iam.Effect.DENY, principals: [new iam.StarPrincipal()], actions, resources: EVERYTHING, conditions });
}
