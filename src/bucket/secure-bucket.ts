import { Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import { admitAccessLogs, sendAccessLogs } from './access-logs';
import { acknowledgeFindings, acknowledgeReplicationRole } from './acknowledgements';
import { brokenPromisesOfBucket, encryptionOf } from './bucket-promise';
import {
  customerKeyStatement, encryptionChangeStatement, requiredHeadersStatement, transportStatements, uploadStatements,
} from './bucket-statements';
import { admitDelivery } from './delivery';
import { grantThroughS3 } from './grant-through-s3';
import { letReplicationUse } from './replication';
import { ResolvedProps, resolveProps } from './resolved-props';
import { SecureBucketProps, UploadHeaders } from './secure-bucket-props';
import { RotatingS3Key } from '../key';
import { ValidationError } from '../private/errors';
import { identityArns } from '../private/principals';

/**
 * A bucket whose every object is encrypted under its own key, or not accepted.
 *
 * It is an `s3.Bucket`: put it where `new s3.Bucket(this, 'Data')` stands, with the same id, and
 * CloudFormation updates the live bucket instead of replacing it. Objects that are in it already
 * stay as they are.
 *
 * By default: SSE-KMS under a `RotatingS3Key` that it makes, S3 Bucket Key on, SSE-C blocked, public
 * access blocked, ACLs off, TLS 1.2 or later, versioned, unfinished multipart uploads ended after
 * 7 days, retained, access logs in one log bucket per stack. Its policy refuses uploads under
 * another key, under the AWS managed key, with another algorithm or with a key of the client's; an
 * upload without any header passes.
 *
 * Every grant gives both permissions: the one of S3 for the objects, and the one of KMS, through S3
 * and for this bucket only.
 *
 * Costs the key (1 USD a month, 2 and then 3 USD after its first two rotations), KMS requests, old versions and
 * access logs.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @example
 * const data = new SecureBucket(this, 'Data');
 * data.grantRead(reader, 'reports/*');
 * data.grantPut(writer, 'incoming/*');
 */
@propertyInjectable
export class SecureBucket extends s3.Bucket {
  /** Names this class to `PropertyInjectors`. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-s3-encryption.SecureBucket';

  /**
   * Where the server access logs of this bucket go.
   *
   * Undefined when `allowNoAccessLogsBecause` turned them off.
   */
  public readonly accessLogsBucket?: s3.IBucket;

  private readonly resolved: ResolvedProps;
  private removalPolicy: RemovalPolicy;
  private readonly promised: iam.PolicyStatement[];

  // Without initializers, which would run after `super` and forget what it left here.
  declare private complete?: boolean;
  declare private deferred?: (() => void)[];

  constructor(scope: Construct, id: string, props: SecureBucketProps = {}) {
    const resolved = resolveProps(scope, id, props);
    super(scope, id, resolved.bucketProps);
    this.resolved = resolved;
    this.removalPolicy = resolved.removalPolicy;
    // The CDK calls this private method on the target of another bucket's access logs. Without its
    // newer flag it would turn ACLs on; here the policy admits the logs, or the reason is given.
    Object.defineProperty(this, 'allowLogDelivery', {
      value: (from: s3.IBucket, prefix?: string) => { admitAccessLogs(from, this, prefix); },
    });

    this.setEncryption();
    this.promised = this.promisedStatements();
    for (const statement of this.promised) { this.addToResourcePolicy(statement.freeze()); }
    this.complete = true;
    for (const later of this.deferred ?? []) { later(); }
    this.letReplicationUseKeys(props);
    if (resolved.accessLogs) { this.accessLogsBucket = sendAccessLogs(this, props); }

    for (const { id: warning, text } of resolved.weakened) { Annotations.of(this).addWarningV2(warning, text); }
    acknowledgeFindings(this, resolved);
    this.node.addValidation({
      validate: () => brokenPromisesOfBucket(this, this.resolved, this.removalPolicy === RemovalPolicy.RETAIN, this.promised),
    });
  }

  /**
   * Grants the KMS half of a grant, through S3 and for this bucket only.
   *
   * Every route of the CDK ends here: `bucket.grantRead()`, `bucket.grants.read()`,
   * `BucketGrants.fromBucket(bucket)` and what other constructs call by themselves.
   */
  public grantOnKey(grantee: iam.IGrantable, ...actions: string[]): iam.GrantOnKeyResult {
    if (this.complete !== true) {
      // The constructor of s3.Bucket grants to the replication role before there is a key.
      (this.deferred ??= []).push(() => this.grantOnKey(grantee, ...actions));
      return {};
    }
    if (this.encryptionKey === undefined || actions.length === 0) { return {}; }
    return { grant: grantThroughS3(this, this.encryptionKey, grantee, actions) };
  }

  /**
   * Grants uploading, and nothing that could read: `s3:PutObject`, `kms:GenerateDataKey`, and never
   * `kms:Decrypt`.
   *
   * What it costs: no multipart uploads, so at most 5 GB per object, because S3 decrypts the parts
   * when it puts them together; and no uploads under a Bucket Key, because S3 may verify it with
   * `kms:Decrypt`. Send `x-amz-server-side-encryption-bucket-key-enabled: false` with each upload,
   * which makes one KMS request per object. A warning says so where the Bucket Key is on.
   *
   * Prefer `grantPut`, which has neither limit: it withholds `s3:GetObject`, and its
   * `kms:Decrypt` works only through S3, so it cannot read either.
   *
   * @param identity the principal that uploads
   * @param objectsKeyPattern which keys, with `*` as wildcard. Defaults to all
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
   */
  public grantWriteOnly(identity: iam.IGrantable, objectsKeyPattern: string = '*'): iam.Grant {
    if (this.resolved.bucketKeyEnabled) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:SecureBucket.writeOnlyUnderBucketKey',
        'a grant of grantWriteOnly has no kms:Decrypt, which S3 may need to verify the Bucket Key: uploads must send x-amz-server-side-encryption-bucket-key-enabled: false, or use grantPut, which cannot read objects either');
    }
    const s3Grant = this.grants.actionsOnObjectKeys(identity, objectsKeyPattern, 's3:PutObject');
    const { grant: kmsGrant } = this.grantOnKey(identity, 'kms:GenerateDataKey');
    return kmsGrant === undefined ? s3Grant : s3Grant.combine(kmsGrant);
  }

  /**
   * Reserves changes of the bucket's default encryption to the given roles and users.
   *
   * **A wrong list locks the stack out**: a deployment that has to change the encryption of the
   * bucket then fails, until somebody removes the statement from the bucket policy. The role with
   * which CloudFormation deploys is added when the stack's synthesizer knows it; a warning says
   * so when it does not, and then the list must contain it.
   *
   * Once per bucket. Anybody who may change the bucket policy can undo it, so reserve
   * `s3:PutBucketPolicy` as well where that matters.
   *
   * @param principals IAM roles and users, in addition to the role that deploys
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
   */
  public reserveEncryptionChangesOrLockOut(...principals: iam.IPrincipal[]): void {
    const deployRole = deployRoleArn(Stack.of(this));
    if (deployRole === undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:SecureBucket.deployRoleUnknown',
        'the role that deploys this stack is not known at synthesis: it must be among the principals that may change the encryption, or the next change of it locks the stack out');
    }
    if (this.promised.some((statement) => statement.sid === 'DenyEncryptionChanges')) {
      throw new ValidationError('EncryptionChangesReservedTwice', "'reserveEncryptionChangesOrLockOut' must be called once per bucket, got a second call: name all principals in one call, since two lists would deny each other", this);
    }
    const arns = [
      ...principals.length === 0 && deployRole !== undefined ? [] : identityArns(this, 'principals', principals),
      ...deployRole === undefined ? [] : [deployRole],
    ];
    const statement = encryptionChangeStatement(this.bucketArn, arns);
    this.promised.push(statement);
    this.addToResourcePolicy(statement.freeze());
  }

  public applyRemovalPolicy(policy: RemovalPolicy): void {
    this.removalPolicy = policy;
    super.applyRemovalPolicy(policy);
  }

  public addToResourcePolicy(permission: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    const result = super.addToResourcePolicy(permission);
    const later = () => {
      if (this.encryptionKey !== undefined) { admitDelivery(this, this.encryptionKey, permission); }
    };
    if (this.complete === true) { later(); } else { (this.deferred ??= []).push(later); }
    return result;
  }

  /**
   * Sets the encryption after `super`, not through it.
   *
   * The key has to be a child of the bucket, with the id that s3.Bucket uses for the key that it
   * makes, so that a stack which had `encryption: KMS` keeps its key. And what is set here, a
   * property injector for s3.Bucket cannot change.
   */
  private setEncryption(): void {
    const { mode } = this.resolved;
    if (mode._usesKms) {
      // A property injector may have asked s3.Bucket for a key of its own making: ours takes its place.
      if (!this.node.tryRemoveChild('Key') && this.encryptionKey !== undefined) {
        throw new ValidationError('KeyInjected',
          `'encryptionKey' of s3.Bucket must not be set by a property injector, got ${this.encryptionKey.node.path}: inject it into '${SecureBucket.PROPERTY_INJECTION_ID}' instead`, this);
      }
      const key = mode._key ?? new RotatingS3Key(this, 'Key');
      // Readonly for users; s3.Bucket itself has set it to undefined by now.
      Object.defineProperty(this, 'encryptionKey', { value: key, enumerable: true });
    }
    (this.node.defaultChild as s3.CfnBucket).bucketEncryption = encryptionOf(this, this.resolved);
  }

  private promisedStatements(): iam.PolicyStatement[] {
    const { mode, minimumTls, uploadHeaders, sseCAllowed, anyUploadAllowed } = this.resolved;
    const key = this.encryptionKey;
    return [
      ...transportStatements(this.bucketArn, minimumTls),
      ...key === undefined || anyUploadAllowed ? [] : uploadStatements(this.bucketArn, mode._algorithm, key.keyArn),
      ...uploadHeaders === UploadHeaders.REQUIRED ? [requiredHeadersStatement(this.bucketArn)] : [],
      ...sseCAllowed ? [] : [customerKeyStatement(this.bucketArn)],
    ];
  }

  /** Only a role that the CDK made here: one of the user's has permissions of its own. */
  private letReplicationUseKeys(props: SecureBucketProps): void {
    const role = this.node.tryFindChild('ReplicationRole');
    if (role === undefined) { return; }
    acknowledgeReplicationRole(role as iam.Role, [this, ...(props.replicationRules ?? []).map(({ destination }) => destination)]);
    for (const { destination, kmsKey } of props.replicationRules ?? []) {
      if (kmsKey !== undefined) { letReplicationUse(this, destination, kmsKey, role as iam.Role); }
    }
  }
}

/** The role that CloudFormation uses, which the modern synthesizers know by name. */
function deployRoleArn(stack: Stack): string | undefined {
  const synthesizer = stack.synthesizer as { readonly cloudFormationExecutionRoleArn?: string };
  const arn = synthesizer.cloudFormationExecutionRoleArn;
  // With its placeholders for the environment, which CloudFormation fills in.
  return arn === undefined ? undefined : arn
    .replace(/\$\{AWS::Partition\}/g, stack.partition)
    .replace(/\$\{AWS::AccountId\}/g, stack.account)
    .replace(/\$\{AWS::Region\}/g, stack.region);
}
