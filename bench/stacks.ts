import { CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { RotatingS3Key, SecureBucket } from '../src';

// A full stack exceeds the 1 MB that CloudFormation takes, unless its template is not indented.
const STACK = { suppressTemplateIndentation: true };

/** The buckets of this library, all under one key. */
export class SecureStack extends Stack {
  constructor(scope: Construct, id: string, buckets: number) {
    super(scope, id, STACK);
    const encryptionKey = new RotatingS3Key(this, 'Key');
    for (let n = 0; n < buckets; n += 1) { new SecureBucket(this, `Data${n}`, { encryptionKey }); }
  }
}

/**
 * The same resources with the same properties and policies, as somebody writes them who knows what
 * they want and has only the CDK.
 */
export class HandHardenedStack extends Stack {
  constructor(scope: Construct, id: string, buckets: number) {
    super(scope, id, STACK);
    const key = this.key();
    const logs = this.logBucket();
    for (let n = 0; n < buckets; n += 1) { this.dataBucket(`Data${n}`, key, logs); }
  }

  private key(): kms.Key {
    const everyone = [new iam.StarPrincipal()];
    const account = [new iam.AccountRootPrincipal()];
    const resources = ['*'];
    const deny = (sid: string, actions: string[], conditions: object) => new iam.PolicyStatement({
      sid, effect: iam.Effect.DENY, principals: everyone, actions, resources, conditions: conditions as Record<string, object>,
    });
    return new kms.Key(this, 'Key', {
      description: `Encrypts objects in S3. Made by cdk-s3-encryption for ${this.node.path}/Key`,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            sid: 'AdministerWithoutCryptography',
            principals: account,
            actions: [
              'kms:CancelKeyDeletion', 'kms:CreateAlias', 'kms:DeleteAlias', 'kms:Describe*', 'kms:DisableKey', 'kms:DisableKeyRotation',
              'kms:EnableKey', 'kms:EnableKeyRotation', 'kms:Get*', 'kms:List*', 'kms:PutKeyPolicy', 'kms:ReplicateKey', 'kms:RevokeGrant',
              'kms:RotateKeyOnDemand', 'kms:ScheduleKeyDeletion', 'kms:TagResource', 'kms:UntagResource', 'kms:UpdateAlias',
              'kms:UpdateKeyDescription', 'kms:UpdatePrimaryRegion',
            ],
            resources,
          }),
          new iam.PolicyStatement({
            sid: 'UseThroughS3',
            principals: account,
            actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
            resources,
            conditions: {
              StringEquals: {
                'kms:ViaService': [`s3.${this.region}.amazonaws.com`, `s3.${this.region}.${this.urlSuffix}`],
                'kms:CallerAccount': this.account,
              },
            },
          }),
          deny('DenyGrantsToPrincipals', ['kms:CreateGrant'], { Bool: { 'kms:GrantIsForAWSResource': 'false' } }),
          deny('DenyGrantsOfUnknownUse', ['kms:CreateGrant'], { Null: { 'kms:GrantIsForAWSResource': 'true' } }),
          deny('DenyShortDeletionWindow', ['kms:ScheduleKeyDeletion'], {
            NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' },
          }),
          deny('DenyDestroyingKeyInUse', ['kms:DisableKey', 'kms:ScheduleKeyDeletion'], {
            NumericLessThan: { 'kms:TrailingDaysWithoutKeyUsage': '30' },
          }),
        ],
      }),
    });
  }

  private logBucket(): s3.Bucket {
    const bucket = new s3.Bucket(this, 'SecureBucketAccessLogs', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [{
        id: 'TidyUp', abortIncompleteMultipartUploadAfter: Duration.days(7), noncurrentVersionExpiration: Duration.days(90),
      }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.onlyTls(bucket);
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'AllowServerAccessLogs',
      principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('*')],
      conditions: {
        StringEquals: { 'aws:SourceAccount': this.account },
        ArnLike: { 'aws:SourceArn': `arn:${this.partition}:s3:::*` },
      },
    }));
    return bucket;
  }

  private dataBucket(id: string, key: kms.Key, logs: s3.Bucket): void {
    const bucket = new s3.Bucket(this, id, {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [{ id: 'AbortStaleUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.onlyTls(bucket);

    const algorithm = 's3:x-amz-server-side-encryption';
    const keyId = 's3:x-amz-server-side-encryption-aws-kms-key-id';
    const deny = (sid: string, actions: string[], conditions: object) => {
      bucket.addToResourcePolicy(new iam.PolicyStatement({
        sid,
        effect: iam.Effect.DENY,
        principals: [new iam.StarPrincipal()],
        actions,
        resources: [bucket.arnForObjects('*')],
        conditions: conditions as Record<string, object>,
      }));
    };
    deny('DenyOtherKeys', ['s3:PutObject', 's3:UpdateObjectEncryption'], { Null: { [keyId]: 'false' }, StringNotEquals: { [keyId]: key.keyArn } });
    deny('DenyUpdateWithoutKey', ['s3:UpdateObjectEncryption'], { Null: { [keyId]: 'true' } });
    deny('DenyKmsWithoutKey', ['s3:PutObject'], { StringEquals: { [algorithm]: ['aws:kms', 'aws:kms:dsse'] }, Null: { [keyId]: 'true' } });
    deny('DenyOtherAlgorithms', ['s3:PutObject'], { Null: { [algorithm]: 'false' }, StringNotEquals: { [algorithm]: 'aws:kms' } });
    deny('DenyCustomerProvidedKeys', ['s3:PutObject'], { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } });

    // Not `serverAccessLogsBucket`: it adds a statement for each bucket, and the policy of the log
    // bucket would be full after some eighty of them.
    const resource = bucket.node.defaultChild as s3.CfnBucket;
    resource.loggingConfiguration = { destinationBucketName: logs.bucketName, logFilePrefix: `${id}/` };
    resource.addResourceDependency(logs.policy?.node.defaultChild as CfnResource);
  }

  private onlyTls(bucket: s3.Bucket): void {
    const deny = (sid: string, conditions: object) => {
      bucket.addToResourcePolicy(new iam.PolicyStatement({
        sid,
        effect: iam.Effect.DENY,
        principals: [new iam.StarPrincipal()],
        actions: ['s3:*'],
        resources: [bucket.bucketArn, bucket.arnForObjects('*')],
        conditions: conditions as Record<string, object>,
      }));
    };
    deny('DenyInsecureTransport', { Bool: { 'aws:SecureTransport': 'false' } });
    deny('DenyOldTls', { NumericLessThan: { 's3:TlsVersion': '1.2' }, Bool: { 'aws:PrincipalIsAWSService': 'false' } });
  }
}
