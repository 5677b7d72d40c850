import { CfnOutput, Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Detection, DetectionChoice, EncryptionAlarms, Notify, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** Properties of an `AlarmsStack`. */
export interface AlarmsStackProps extends StackProps {
  /** The log group that the trail of the account writes to. */
  readonly trailLogGroupName: string;
}

/** A bucket and its key are watched; the security team hears of what is done to them, and of what is tried. */
export class AlarmsStack extends Stack {
  constructor(scope: Construct, id: string, props: AlarmsStackProps) {
    super(scope, id, props);

    const data = new SecureBucket(this, 'Data');
    const alarms = new EncryptionAlarms(this, 'Alarms', {
      notify: [Notify.email('security@example.com')],
      trailLogGroup: logs.LogGroup.fromLogGroupName(this, 'TrailLogs', props.trailLogGroupName),
      choices: [DetectionChoice.threshold(Detection.DECRYPTS_DENIED, { count: 50 })],
    });
    alarms.watch(data);
    Validations.of(alarms).acknowledge({
      id: 'cdk-s3-encryption:EncryptionAlarms.trailNotChecked', reason: 'the trail of the organization has KMS and the writes of objects of every bucket',
    });

    new CfnOutput(this, 'BucketName', { value: data.bucketName });
    new CfnOutput(this, 'KeyArn', { value: data.encryptionKey!.keyArn });
  }
}
