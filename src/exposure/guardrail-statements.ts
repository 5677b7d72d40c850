import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * The statements name every resource: a policy of an organization is about all that its accounts have, now and later.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
 */
const EVERYTHING = ['*'];

type Conditions = Record<string, Record<string, string | string[]>>;

/** Keys without which data is lost. https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html */
export function denyKeyDeletion(exceptRoleArns: readonly string[]): iam.PolicyStatement {
  return ofPrincipals('DenyKeyDeletion', ['kms:DeleteImportedKeyMaterial', 'kms:DisableKey', 'kms:ScheduleKeyDeletion'],
    { ArnNotLike: { 'aws:PrincipalArn': [...exceptRoleArns] } });
}

/**
 * DeleteBucketEncryption and the block of SSE-C need the same permission.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
 */
export function denyEncryptionChange(exceptRoleArns: readonly string[]): iam.PolicyStatement {
  return ofPrincipals('DenyEncryptionChange', ['s3:PutEncryptionConfiguration'], { ArnNotLike: { 'aws:PrincipalArn': [...exceptRoleArns] } });
}

/**
 * S3 calls KMS with the permissions of who uploads, so this stops uploads, copies and UpdateObjectEncryption under a
 * key that its owner could take away. Decrypt is left: reading what others encrypted harms nobody here.
 *
 * Without `Null` on purpose: an account of no organization has no value, and is what ransom comes from.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceorgid
 */
export function denyForeignKeys(organizationIds: readonly string[]): iam.PolicyStatement {
  return ofPrincipals('DenyForeignKeys',
    ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptTo'],
    { StringNotEquals: { 'aws:ResourceOrgID': [...organizationIds] } });
}

/** Parts of uploads and copies need s3:PutObject too. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html#ssec-require-condition-key */
export function denySseC(): iam.PolicyStatement {
  return ofResources('DenySseC', ['s3:PutObject'], { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } });
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
