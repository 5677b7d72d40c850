import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { BackfillSource, EncryptionBackfillJob, RotatingS3Key } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** Properties of a `BackfillStack`. */
export interface BackfillStackProps extends StackProps {
  /** A bucket that was there before this stack. */
  readonly bucketName: string;
  /** The key that some of its objects are under. */
  readonly oldKeyArn: string;
}

/** A bucket that others made, with objects of every kind, is brought under a new key. Deploying this starts nothing. */
export class BackfillStack extends Stack {
  constructor(scope: Construct, id: string, props: BackfillStackProps) {
    super(scope, id, props);

    const key = new RotatingS3Key(this, 'Key', { alias: 'orders' });
    const backfill = new EncryptionBackfillJob(this, 'Backfill', {
      bucket: s3.Bucket.fromBucketName(this, 'Orders', props.bucketName),
      encryptionKey: key,
      sources: [
        BackfillSource.sseS3(),
        BackfillSource.kmsKey(kms.Key.fromKeyArn(this, 'OldKey', props.oldKeyArn)),
        BackfillSource.unencrypted(),
        BackfillSource.dsse(),
      ],
      noncurrentVersions: true,
      summaryTopic: new sns.Topic(this, 'Summaries', { enforceSSL: true }),
    });

    new CfnOutput(this, 'StateMachineArn', { value: backfill.stateMachine.stateMachineArn });
    new CfnOutput(this, 'KeyArn', { value: key.keyArn });
  }
}
