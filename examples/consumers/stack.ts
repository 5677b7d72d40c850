import { Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { KeyAccess, RotatingS3Key, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/**
 * AWS services that write by themselves: a trail, an inventory, an alarm and a log group.
 *
 * Each needs a statement in the key policy, and each method of `key.consumers` writes the one that
 * its documentation asks for. Server access logs are the exception: S3 delivers none under KMS, so
 * they go to the stack's log bucket, which is under SSE-S3.
 */
export class ConsumersStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    // Wider than the default, since SNS uses the key too.
    const key = new RotatingS3Key(this, 'Key', { alias: 'operations', access: KeyAccess.throughServices('sns') });
    const reports = new SecureBucket(this, 'Reports', {
      encryptionKey: key,
      allowAnyUploadEncryptionBecause: 'CloudTrail writes its digest files under SSE-S3',
    });
    Validations.of(reports).acknowledge({
      id: 'cdk-s3-encryption:SecureBucket.anyUploadEncryptionAllowed',
      reason: 'AWS services alone write here.',
    });

    // The name and not the trail, which needs the key first.
    const trailName = 'operations';
    key.consumers.cloudTrail({ trailName });
    new cloudtrail.Trail(this, 'Trail', { trailName, bucket: reports, encryptionKey: key });

    // As the destination of an inventory, the bucket admits its delivery on the key by itself.
    new SecureBucket(this, 'Data', {
      encryptionKey: key,
      inventories: [{ destination: { bucket: reports, prefix: 'inventory' }, frequency: s3.InventoryFrequency.WEEKLY }],
    });

    key.consumers.snsFromCloudWatch();
    const topic = new sns.Topic(this, 'Alarms', { masterKey: key, enforceSSL: true });
    const denied = new cloudwatch.Metric({ namespace: 'AWS/S3', metricName: '4xxErrors', dimensionsMap: { BucketName: reports.bucketName } });
    denied.createAlarm(this, 'Denied', { threshold: 10, evaluationPeriods: 1 }).addAlarmAction(new actions.SnsAction(topic));

    const logGroupName = '/operations/audit';
    key.consumers.cloudWatchLogs(logGroupName);
    new logs.LogGroup(this, 'Audit', { logGroupName, encryptionKey: key });
  }
}
