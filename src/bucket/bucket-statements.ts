import * as iam from 'aws-cdk-lib/aws-iam';
import type { Algorithm } from './encryption-mode';
import { oneOrMany } from '../private/tokens';

/** The lowest version of TLS that a SecureBucket accepts. */
export const MINIMUM_TLS = 1.2;

type Conditions = Record<string, Record<string, string | string[]>>;

const ALGORITHM = 's3:x-amz-server-side-encryption';
const KEY_ID = 's3:x-amz-server-side-encryption-aws-kms-key-id';
const CUSTOMER_ALGORITHM = 's3:x-amz-server-side-encryption-customer-algorithm';

/**
 * Only TLS, of a version that is still safe.
 *
 * The second statement leaves out AWS services, because S3 does not know the TLS version of calls
 * inside AWS; the first is the form that Security Hub control S3.5 looks for.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-5
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html#example-object-tls-version
 */
export function transportStatements(bucketArn: string, minimumTls: number): iam.PolicyStatement[] {
  const everything = [bucketArn, `${bucketArn}/*`];
  return [
    deny('DenyInsecureTransport', ['s3:*'], everything, { Bool: { 'aws:SecureTransport': 'false' } }),
    deny('DenyOldTls', ['s3:*'], everything, {
      NumericLessThan: { 's3:TlsVersion': `${minimumTls}` },
      Bool: { 'aws:PrincipalIsAWSService': 'false' },
    }),
  ];
}

/**
 * Uploads end up under the bucket's own key, or not in the bucket.
 *
 * S3 evaluates the policy on what the request says, before it applies the bucket's default. A
 * request without headers is therefore recognised by absence, and must pass: each statement has
 * `Null` beside its operator, since a negated operator alone also matches an absent key.
 * Should S3 fill in the default first, the same statements still hold: then the values are the
 * bucket's own (docs/unverified.md, 1).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function uploadStatements(bucketArn: string, algorithm: Algorithm, keyArn: string): iam.PolicyStatement[] {
  const objects = [`${bucketArn}/*`];
  return [
    // UpdateObjectEncryption is an action of its own: a policy that only guards PutObject lets
    // anybody move objects to a foreign key.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
    deny('DenyOtherKeys', ['s3:PutObject', 's3:UpdateObjectEncryption'], objects, {
      Null: { [KEY_ID]: 'false' },
      StringNotEquals: { [KEY_ID]: keyArn },
    }),
    // The operation always names a key. Should S3 not tell the policy which, it is refused.
    deny('DenyUpdateWithoutKey', ['s3:UpdateObjectEncryption'], objects, { Null: { [KEY_ID]: 'true' } }),
    // `aws:kms` without a key id does not mean the bucket's key but the AWS managed key aws/s3.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (SSEKMSKeyId)
    deny('DenyKmsWithoutKey', ['s3:PutObject'], objects, {
      StringEquals: { [ALGORITHM]: ['aws:kms', 'aws:kms:dsse'] },
      Null: { [KEY_ID]: 'true' },
    }),
    // Any algorithm but the bucket's: a weaker one loses protection, and DSSE under a bucket that
    // does not ask for it costs more and cannot be re-encrypted in place.
    deny('DenyOtherAlgorithms', ['s3:PutObject'], objects, {
      Null: { [ALGORITHM]: 'false' },
      StringNotEquals: { [ALGORITHM]: algorithm },
    }),
  ];
}

/** Every upload names the bucket's key, except those that AWS services make by themselves. */
export function requiredHeadersStatement(bucketArn: string): iam.PolicyStatement {
  return deny('DenyUploadsWithoutHeaders', ['s3:PutObject'], [`${bucketArn}/*`], {
    Null: { [KEY_ID]: 'true' },
    Bool: { 'aws:PrincipalIsAWSService': 'false' },
  });
}

/**
 * The backstop of the block in the bucket's encryption settings, which anybody with
 * s3:PutEncryptionConfiguration can undo, and whose content no condition key sees.
 */
export function customerKeyStatement(bucketArn: string): iam.PolicyStatement {
  return deny('DenyCustomerProvidedKeys', ['s3:PutObject'], [`${bucketArn}/*`], { Null: { [CUSTOMER_ALGORITHM]: 'false' } });
}

/** Changes of the bucket's encryption settings are reserved to named roles and users. */
export function encryptionChangeStatement(bucketArn: string, arns: string[]): iam.PolicyStatement {
  return deny('DenyEncryptionChanges', ['s3:PutEncryptionConfiguration'], [bucketArn], {
    ArnNotLike: { 'aws:PrincipalArn': oneOrMany(arns) },
  });
}

function deny(sid: string, actions: string[], resources: string[], conditions: Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid, effect: iam.Effect.DENY, principals: [new iam.StarPrincipal()], actions, resources, conditions,
  });
}
