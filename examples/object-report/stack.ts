import { CfnOutput, Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  BackfillSource, EncryptionAlarms, EncryptionBackfillJob, Notify, ObjectEncryptionReport, ObjectFinding, ObjectSource, SecureBucket,
} from '../../src'; // in your app: from 'cdk-s3-encryption'

/** Properties of an `ObjectReportStack`. */
export interface ObjectReportStackProps extends StackProps {
  /** The log group that the trail of the account writes to. */
  readonly trailLogGroupName: string;
}

/** Each day: how is what we store encrypted, and where is what is not as it should be? */
export class ObjectReportStack extends Stack {
  constructor(scope: Construct, id: string, props: ObjectReportStackProps) {
    super(scope, id, props);

    const orders = new SecureBucket(this, 'Orders');
    const alarms = new EncryptionAlarms(this, 'Alarms', {
      notify: [Notify.email('security@example.com')],
      trailLogGroup: logs.LogGroup.fromLogGroupName(this, 'TrailLogs', props.trailLogGroupName),
    });
    alarms.watch(orders);
    Validations.of(alarms).acknowledge({
      id: 'cdk-s3-encryption:EncryptionAlarms.trailNotChecked', reason: 'the trail of the organization has management events, those of KMS too',
    });

    const report = new ObjectEncryptionReport(this, 'Objects', {
      bucket: orders,
      source: ObjectSource.inventory(),
      alarms,
      // Objects without a Bucket Key cost, and are safe: nobody is woken for them.
      alarmOn: [ObjectFinding.UNENCRYPTED, ObjectFinding.SSE_S3, ObjectFinding.SSE_C],
      // Until the backfill is done, some are still there; under finance/ there must be none.
      tolerated: 1000,
      prefixAlarms: [{ prefix: 'finance/' }],
    });
    const backfill = new EncryptionBackfillJob(this, 'Backfill', {
      bucket: orders,
      sources: [BackfillSource.listed(report.backfillList)], // starts nothing: plan, look at it, confirm
    });
    alarms.watchBackfill(backfill);

    new CfnOutput(this, 'CountNow', { value: `aws stepfunctions start-execution --state-machine-arn ${report.stateMachine.stateMachineArn}` });
    new CfnOutput(this, 'WorkGroup', { value: report.workGroupName });
  }
}
