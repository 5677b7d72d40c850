import { Arn, ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EncryptionAuditTrailProps } from './encryption-audit-trail-props';
import { SecureBucket } from '../bucket';
import { KeyAccess, RotatingS3Key } from '../key';
import { acknowledge } from '../private/findings';

/** What was deleted, by lifecycle or by somebody, can be brought back for so long. */
const KEEP_DELETED_DAYS = 30;

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** What is known of the trail before it is there. */
export interface TrailIdentity {
  readonly name: string;
  readonly arn: string;
  readonly logGroupName: string;
}

export function identityOf(scope: Construct, name: string): TrailIdentity {
  return {
    name,
    arn: Arn.format({ service: 'cloudtrail', resource: 'trail', resourceName: name, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }, Stack.of(scope)),
    logGroupName: `/aws/cloudtrail/${name}`,
  };
}

/** The key of the logs, never one of data: who may read data need not read logs, and whoever disables the one must not blind the other. */
export function makeKey(scope: Construct, { name, logGroupName }: TrailIdentity): RotatingS3Key {
  // CloudTrail and CloudWatch Logs use it by themselves, and people read the log group through CloudWatch Logs.
  const key = new RotatingS3Key(scope, 'Key', { description: `Logs of the trail ${name}`, access: KeyAccess.throughServices('logs') });
  key.consumers.cloudTrail({ trailName: name });
  key.consumers.cloudWatchLogs(logGroupName);
  return key;
}

/** Where log files end: nobody but the trail writes there. */
export function makeBucket(scope: Construct, { arn }: TrailIdentity, key: RotatingS3Key, props: EncryptionAuditTrailProps): SecureBucket {
  const bucket = new SecureBucket(scope, 'Bucket', {
    encryptionKey: key,
    objectLockEnabled: props.objectLockRetention === undefined ? undefined : true,
    objectLockDefaultRetention: props.objectLockRetention,
    lifecycleRules: props.expireLogFilesAfter === undefined ? undefined : [
      { id: 'ExpireLogFiles', expiration: props.expireLogFilesAfter, noncurrentVersionExpiration: Duration.days(KEEP_DELETED_DAYS) },
    ],
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
    allowAnyUploadEncryptionBecause: 'CloudTrail writes its digest files under SSE-S3, and nobody else may write here',
  });
  Validations.of(bucket).acknowledge({ id: 'cdk-s3-encryption:SecureBucket.anyUploadEncryptionAllowed', reason: 'Nobody but the trail writes here.' });
  const { account } = Stack.of(scope);
  const ofTrail = { 'aws:SourceArn': arn };
  const service = new iam.ServicePrincipal(CLOUDTRAIL);
  const allow = (sid: string, actions: string[], resource: string, conditions: Record<string, string>): void => {
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      sid, principals: [service], actions, resources: [resource], conditions: { StringEquals: conditions },
    }));
  };
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
  allow('TrailChecksAcl', ['s3:GetBucketAcl'], bucket.bucketArn, ofTrail);
  allow('TrailWrites', ['s3:PutObject'], bucket.arnForObjects(`AWSLogs/${account}/*`), { ...ofTrail, 's3:x-amz-acl': 'bucket-owner-full-control' });
  bucket.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'DenyOtherWriters',
    effect: iam.Effect.DENY,
    principals: [new iam.StarPrincipal()],
    // A log file that gets another key, or is replaced by replication, is as good as forged.
    actions: ['s3:PutObject', 's3:UpdateObjectEncryption', 's3:ReplicateObject'],
    resources: [bucket.arnForObjects('*')],
    // Whoever is no service has no such name, and an absent key fulfils the negated operator: denied, as meant.
    conditions: { StringNotEquals: { 'aws:PrincipalServiceName': CLOUDTRAIL } },
  }));
  return bucket;
}

/** Where alarms count and queries look. */
export function makeLogGroup(
  scope: Construct, { logGroupName }: TrailIdentity, key: RotatingS3Key, retention: logs.RetentionDays | undefined,
): logs.LogGroup {
  return new logs.LogGroup(scope, 'LogGroup', {
    logGroupName, encryptionKey: key, retention: retention ?? logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Lets the trail write its own streams of the log group. */
export function makeLogsRole(scope: Construct, { arn, logGroupName }: TrailIdentity): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'LogsRole', {
    description: 'Lets CloudTrail write to its log group',
    assumedBy: new iam.ServicePrincipal(CLOUDTRAIL, { conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': arn } } }),
  });
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
  const streams = Arn.format({
    service: 'logs', resource: 'log-group', resourceName: `${logGroupName}:log-stream:${stack.account}_CloudTrail_${stack.region}*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  }, stack);
  role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [streams] }));
  acknowledge(role, 'NIST.800.53.R5-IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it.');
  return role;
}
