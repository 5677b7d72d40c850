import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Dependable } from 'constructs';
import { RotatingS3Key } from '../key';
import { fixedBucketArn } from '../private/bucket-arn';
import { kindOf } from '../private/crypto-actions';
import { ValidationError } from '../private/errors';
import { warnOwnerMustAdd, warnsByItself } from '../private/imported-key';
import { isEverybody, shapeOf } from '../private/principals';
import { knownToDiffer, oneOrMany, viaService } from '../private/tokens';

type Conditions = Record<string, Record<string, string | string[]>>;

/** What S3 tells KMS about the data key it asks for. */
const CONTEXT = 'kms:EncryptionContext:aws:s3:arn';

/**
 * The KMS half of a grant on a bucket: only through S3, and only for objects of this bucket.
 *
 * @returns the grant on the key, all its parts combined
 */
export function grantThroughS3(bucket: s3.IBucket, key: kms.IKey, grantee: iam.IGrantable, requested: string[]): iam.Grant {
  const principal = grantee.grantPrincipal;
  if (isEverybody(bucket, principal)) {
    throw new ValidationError('EverybodyOnKey',
      "a grant on a bucket under KMS must name who gets it, got '*': S3 does not serve such objects to anonymous users; name a role, an account or an organization", bucket);
  }
  const actions = exact(requested);
  const use = actions.filter((action) => kindOf(action) !== 'administrative');
  // S3 calls none of DescribeKey and its like on anybody's behalf, so bound to S3 they would never match.
  const describe = actions.filter((action) => kindOf(action) === 'administrative');

  const grants = [
    ...use.length > 0 ? [grantPart(bucket, key, grantee, use, useConditions(bucket, principal))] : [],
    ...describe.length > 0 ? [grantPart(bucket, key, grantee, describe, serviceConditions(bucket, principal))] : [],
  ];
  return grants.reduce((all, next) => all.combine(next));
}

function grantPart(bucket: s3.IBucket, key: kms.IKey, grantee: iam.IGrantable, actions: string[], conditions: Conditions | undefined): iam.Grant {
  const options = {
    grantee,
    actions,
    resourceArns: [resourceArn(bucket, key, grantee.grantPrincipal)],
    resourceSelfArns: ['*'], // in a key policy, `*` means this key
    resource: keyPolicyOf(bucket, bucket, key),
    conditions,
  };
  const elsewhere = knownToDiffer(accountOf(bucket, grantee.grantPrincipal), key.env.account);
  const names = key instanceof RotatingS3Key && key._namesGrantees
    && (elsewhere || actions.some((action) => kindOf(action) !== 'administrative'));
  if (!names) {
    const grant = iam.Grant.addToPrincipalOrResource(options);
    warnIfNothingWasAttached(bucket, grantee.grantPrincipal, grant, options);
    return grant;
  }
  const named = iam.Grant.addStatementToResourcePolicy({
    ...options,
    statement: new iam.PolicyStatement({ principals: [grantee.grantPrincipal], actions, resources: ['*'], conditions }),
  });
  if (!elsewhere) { return named; } // within the account, being named is enough
  const grant = iam.Grant.addToPrincipal(options);
  warnIfNothingWasAttached(bucket, grantee.grantPrincipal, grant, options);
  return grant.combine(named);
}

/** The account of a principal, which the CDK knows of roles and users but not of a bare ARN. */
function accountOf(bucket: s3.IBucket, principal: iam.IPrincipal): string | undefined {
  const [arn] = shapeOf(bucket, principal).aws;
  return principal.principalAccount ?? (arn === undefined ? undefined : /^arn:[^:]+:iam::(\d{12}):/.exec(arn)?.[1]);
}

/**
 * The CDK asks for wildcards on every write. S3 writes with GenerateDataKey and reads, completes
 * multipart uploads and verifies Bucket Keys with Decrypt; nothing else is called for a PUT.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
function exact(actions: string[]): string[] {
  const isWrite = ['kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Decrypt'].every((action) => actions.includes(action));
  const kept = isWrite ? actions.filter((action) => action !== 'kms:Encrypt' && action !== 'kms:ReEncrypt*') : actions;
  return [...new Set(kept.map((action) => (action === 'kms:GenerateDataKey*' ? 'kms:GenerateDataKey' : action)))];
}

/**
 * With a Bucket Key the encryption context is the ARN of the bucket, without one that of the
 * object. Objects written before the Bucket Key was on keep theirs, so both are admitted.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html#bucket-key-changes
 */
function useConditions(bucket: s3.IBucket, principal: iam.IPrincipal): Conditions | undefined {
  const service = serviceConditions(bucket, principal);
  // A service that calls S3 by itself is recognised by its source; whether KMS sees its request
  // as one via S3 is documented for none of them.
  if (service !== undefined) { return service; }
  return {
    StringEquals: { 'kms:ViaService': oneOrMany(viaService(bucket, 's3')) },
    StringLike: { [CONTEXT]: [bucket.bucketArn, `${bucket.bucketArn}/*`] },
  };
}

/** Conditions for a service principal, or undefined for everybody else. */
function serviceConditions(bucket: s3.IBucket, principal: iam.IPrincipal): Conditions | undefined {
  const shape = shapeOf(bucket, principal);
  if (shape.services.length === 0) { return undefined; }
  if (!shape.conditioned) {
    Annotations.of(bucket).addWarningV2('cdk-s3-encryption:SecureBucket.serviceWithoutSource',
      `the grant to ${shape.services.join(', ')} names no source: the key's policy asks for this account, the bucket's policy for nothing. Pass new iam.ServicePrincipal('${shape.services[0]}').withConditions({ ArnLike: { 'aws:SourceArn': '…' } })`);
  }
  // Against the confused deputy: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
  return shape.conditioned ? {} : { StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account } };
}

/**
 * The key's ARN, or where the grantee lives in a stack that cannot know it, every key of that
 * account and region; the encryption context in the statement still binds it to this bucket.
 */
function resourceArn(bucket: s3.IBucket, key: kms.IKey, principal: iam.IPrincipal): string {
  const granteeStack = iam.principalIsOwnedResource(principal) ? Stack.of(principal) : undefined;
  const keyStack = Stack.of(key);
  const owned = key.node.defaultChild !== undefined;
  const elsewhere = granteeStack !== undefined && owned
    && (knownToDiffer(granteeStack.account, keyStack.account) || knownToDiffer(granteeStack.region, keyStack.region));
  return elsewhere
    ? `arn:${keyStack.partition}:kms:${bucket.env.region}:${bucket.env.account}:key/*`
    : key.keyArn;
}

/**
 * The key's policy, which for a key that was imported elsewhere prints what its owner must add.
 *
 * @param scope who warns
 * @param bucket whose objects the statement is about
 */
export function keyPolicyOf(scope: s3.IBucket, bucket: s3.IBucketRef, key: kms.IKey): iam.IResourceWithPolicyV2 {
  return {
    env: key.env,
    node: key.node,
    addToResourcePolicy(statement) {
      const result = key.addToResourcePolicy(withoutCycle(bucket, key, statement), true);
      if (!result.statementAdded && !warnsByItself(key)) { warnOwnerMustAdd(scope, key, statement); }
      // What the CDK names here is a policy document, and nothing can wait for one.
      return { statementAdded: result.statementAdded, policyDependable: result.statementAdded ? key : undefined };
    },
  } as iam.IResourceWithPolicyV2;
}

/**
 * The half in a key policy of this app can name the bucket only where its name is fixed; see
 * `fixedBucketArn`. What it then admits is still bound to S3, and to the objects that the grantee's
 * S3 permissions reach: the identity half, and the policy of each bucket under the key.
 */
function withoutCycle(bucket: s3.IBucketRef, key: kms.IKey, statement: iam.PolicyStatement): iam.PolicyStatement {
  const { StringLike, ...others } = statement.conditions as Conditions;
  if (key.node.defaultChild === undefined || StringLike?.[CONTEXT] === undefined) { return statement; }
  const arn = fixedBucketArn(bucket);
  return statement.copy({
    conditions: arn === undefined ? others : { ...others, StringLike: { ...StringLike, [CONTEXT]: [arn, `${arn}/*`] } },
  });
}

/**
 * A role that was imported as immutable, as every role of another account is, reports success and
 * gets no policy. It is recognised by a grant that nothing could wait for.
 */
function warnIfNothingWasAttached(bucket: s3.IBucket, principal: iam.IPrincipal, grant: iam.Grant, options: {
  readonly actions: string[]; readonly resourceArns: string[]; readonly conditions?: Conditions;
}): void {
  if (iam.principalIsOwnedResource(principal)) { return; }
  const pretended = grant.principalStatements.length > 0 && Dependable.of(grant).dependencyRoots.length === 0;
  const foreign = knownToDiffer(accountOf(bucket, principal), bucket.env.account)
    && shapeOf(bucket, principal).aws.some((arn) => /:(role|user)\//.test(arn));
  if (!pretended && !foreign) { return; }
  const statement = new iam.PolicyStatement({ actions: options.actions, resources: options.resourceArns, conditions: options.conditions });
  const document = JSON.stringify(Stack.of(bucket).resolve(statement.toStatementJson()), undefined, 2);
  Annotations.of(bucket).addWarningV2('cdk-s3-encryption:SecureBucket.identityMustAddStatement',
    `the policies of ${principal} cannot be changed from here, so this grant has no effect until its owner allows the S3 actions on the bucket and adds this statement for the key:\n${document}`);
}
