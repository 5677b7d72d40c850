import { RemovalPolicy, Stack, StackProps, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EncryptionMode, RotatingS3Key, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/**
 * An environment of a pull request: deleting the stack deletes the bucket and its logs, and the key
 * after 7 days.
 *
 * By default all three stay. The stack's own log bucket always does, so this one has another.
 */
export class ShortLivedStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const gone = { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true };
    const encryptionKey = new RotatingS3Key(this, 'Key', {
      removalPolicy: RemovalPolicy.DESTROY,
      allowQuickDeletionBecause: 'the environment lives as long as its pull request, and holds test data only',
    });
    const serverAccessLogsBucket = new SecureBucket(this, 'Logs', {
      ...gone,
      encryptionMode: EncryptionMode.s3Managed(), // S3 delivers no access logs under KMS
      allowNoAccessLogsBecause: 'it receives the access logs',
    });
    new SecureBucket(this, 'Data', { ...gone, encryptionKey, serverAccessLogsBucket });

    Validations.of(encryptionKey).acknowledge({
      id: 'cdk-s3-encryption:RotatingS3Key.quickDeletionAllowed',
      reason: 'Nothing in this environment outlives its pull request.',
    });
    Validations.of(serverAccessLogsBucket).acknowledge({
      id: 'cdk-s3-encryption:SecureBucket.noAccessLogs',
      reason: 'Logging it into itself would never end.',
    });
  }
}
