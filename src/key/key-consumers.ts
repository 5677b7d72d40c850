import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { s3DeliveryStatement, throughServices } from './key-statements';
import type { RotatingS3Key } from './rotating-s3-key';
import { anyBucketArn, fixedBucketArn } from '../private/bucket-arn';
import { macieReads } from '../private/macie-role';

/** Which trail may encrypt its log files under the key. */
export interface CloudTrailConsumerOptions {
  /**
   * The name of the trail.
   *
   * Its name and not the trail itself, since the trail needs the key first: fix it with `trailName`.
   */
  readonly trailName: string;

  /**
   * The account that owns the trail, for a trail of an organization.
   *
   * @default - the account of the key
   */
  readonly account?: string;

  /**
   * The home region of the trail.
   *
   * @default - the region of the key
   */
  readonly region?: string;
}

/** Which role may replicate to or from a bucket under the key. */
export interface ReplicationConsumerOptions {
  /**
   * The role that S3 assumes for replication.
   *
   * Needed here when it belongs to another account; a role of the key's account is admitted by
   * its IAM policy already, unless the key uses `KeyAccess.namedPrincipals`.
   */
  readonly role: iam.IRole;

  /**
   * The bucket whose objects are under this key.
   *
   * The statement names it where its name is fixed; a reference to a bucket under the key would be
   * a cycle.
   */
  readonly bucket: s3.IBucketRef;
}

/**
 * AWS services that use a `RotatingS3Key` by themselves, each with the exact statement that its
 * documentation asks for and the source conditions that it supports.
 *
 * Server access logs are not among them: S3 does not deliver logs to a bucket whose default is
 * SSE-KMS, so there is no statement that would help.
 *
 * Calling a method twice with the same arguments adds one statement.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
export class KeyConsumers {
  /** @internal */
  public static _of(key: RotatingS3Key): KeyConsumers {
    return new KeyConsumers(key);
  }

  private constructor(private readonly key: RotatingS3Key) {}

  /**
   * Lets a trail encrypt its log files, and read its own Bucket Key back.
   *
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
   */
  public cloudTrail(options: CloudTrailConsumerOptions): void {
    const account = options.account ?? this.stack.account;
    const trail = (region: string, name: string) => this.stack.formatArn({
      service: 'cloudtrail', region, account, resource: 'trail', resourceName: name,
    });
    const source = { 'aws:SourceArn': trail(options.region ?? this.stack.region, options.trailName) };
    const principal = new iam.ServicePrincipal('cloudtrail.amazonaws.com');
    this.add(new iam.PolicyStatement({
      principals: [principal],
      actions: ['kms:GenerateDataKey*'],
      conditions: {
        StringEquals: source,
        // A multi-region trail encrypts in every region under the ARN of its home region's account.
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': trail('*', '*') },
      },
    }),
    new iam.PolicyStatement({
      principals: [principal],
      actions: ['kms:Decrypt', 'kms:DescribeKey'],
      conditions: { StringEquals: source },
    }));
  }

  /**
   * Lets S3 Inventory, and storage class analysis exports, of a source bucket encrypt the reports
   * in a bucket under this key.
   *
   * A `SecureBucket` that is the destination of an inventory calls this by itself. The statement
   * names the source bucket where its name is fixed, and otherwise every bucket of the key's account:
   * a reference would be a cycle, since the source refers to the destination, and that to the key.
   *
   * @param sourceBucket the bucket that the reports are about
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
   */
  public s3Inventory(sourceBucket: s3.IBucketRef): void {
    this._s3DeliveryFrom(fixedBucketArn(sourceBucket) ?? anyBucketArn(this.key));
  }

  /**
   * Lets CloudWatch alarms of the key's account publish to SNS topics under this key.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
   */
  public snsFromCloudWatch(): void {
    this.add(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      conditions: {
        StringEquals: { 'aws:SourceAccount': this.stack.account },
        ArnLike: {
          'aws:SourceArn': this.stack.formatArn({
            service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }));
  }

  /**
   * Lets EventBridge rules publish to SNS topics under this key.
   *
   * AWS supports no source condition between EventBridge and an encrypted topic, so the statement
   * has none: the topic's own policy has to say which rules may publish.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
   */
  public snsFromEventBridge(): void {
    this.add(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    }));
  }

  /**
   * Lets CloudWatch Logs encrypt a log group of the key's account and region under this key.
   *
   * @param logGroupName the name, which may end in `*` for a family of log groups
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   */
  public cloudWatchLogs(logGroupName: string): void {
    const { region, urlSuffix } = this.stack;
    this.add(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${region}.${urlSuffix}`)],
      actions: ['kms:Decrypt', 'kms:Describe*', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': this.stack.formatArn({
            service: 'logs', resource: 'log-group', resourceName: logGroupName, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }));
  }

  /**
   * Lets a CloudFront distribution with origin access control read, and through signed uploads
   * write, a bucket under this key.
   *
   * The distribution's id and not the distribution, which needs the bucket, which needs the key:
   * pass the id of one that exists already, and `*` on the first deployment only.
   *
   * @param distributionId the id, such as `E1A2B3C4D5E6F7`; `*` admits every distribution of the
   * key's account
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
   */
  public cloudFront(distributionId: string): void {
    const arn = this.stack.formatArn({ service: 'cloudfront', region: '', resource: 'distribution', resourceName: distributionId });
    this.add(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*'],
      conditions: distributionId === '*'
        ? { StringEquals: { 'aws:SourceAccount': this.stack.account }, ArnLike: { 'aws:SourceArn': arn } }
        : { StringEquals: { 'aws:SourceArn': arn } },
    }));
  }

  /**
   * Lets a replication role read objects under this key, at the source.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
   */
  public replicationSource(options: ReplicationConsumerOptions): void {
    this.replication(options, ['kms:Decrypt']);
  }

  /**
   * Lets a replication role write replicas under this key, at the destination.
   *
   * Decrypt is included: with Bucket Keys, S3 verifies the integrity of the Bucket Key with it.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
   */
  public replicationDestination(options: ReplicationConsumerOptions): void {
    this.replication(options, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
  }

  /**
   * Lets Amazon Macie of an account read objects under this key, through S3, to look for sensitive data.
   *
   * `SensitiveDataDiscovery` calls this for what it watches. The account needs Macie enabled first, in whichever region, or KMS
   * refuses the policy: it names the service-linked role of Macie, which is made then.
   *
   * @param account the account that owns the buckets under the key; the account of the key where it is left out
   * @see https://docs.aws.amazon.com/macie/latest/user/discovery-supported-encryption-types.html
   */
  public macie(account?: string): void {
    this.add(macieReads(this.key, account ?? this.stack.account));
  }

  /**
   * What `s3Inventory` adds, for a source known by ARN.
   *
   * @internal
   */
  public _s3DeliveryFrom(sourceArn: string): void {
    this.add(s3DeliveryStatement(this.stack.account, sourceArn));
  }

  private replication(options: ReplicationConsumerOptions, actions: string[]): void {
    const bucketArn = fixedBucketArn(options.bucket);
    this.add(new iam.PolicyStatement({
      principals: [new iam.ArnPrincipal(options.role.roleArn)],
      actions,
      conditions: {
        ...throughServices(this.key, ['s3']),
        ...bucketArn === undefined ? {} : { StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucketArn, `${bucketArn}/*`] } },
      },
    }));
  }

  private add(...statements: iam.PolicyStatement[]): void {
    for (const statement of statements) {
      if (statement.resources.length === 0) { statement.addAllResources(); } // in a key policy, `*` means this key
      this.key.addToResourcePolicy(statement);
    }
  }

  private get stack(): Stack {
    return Stack.of(this.key);
  }
}
