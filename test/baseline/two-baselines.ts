import { App, aws_iam as iam, aws_s3 as s3, CfnOutput, Stack } from 'aws-cdk-lib';
import {
  BaselineCompliance, BaselineKey, ComplianceRecorder, EncryptionAccountBaseline, Notify, RotatingS3Key, S3EncryptionBaseline,
} from '../../src';

export const OLD = 'orders-from-before';
/** Where the local AWS is. */
const ENV = { account: '123456789012', region: 'us-east-1' };
const notify = [Notify.email('security@example.com')];

/** Two baselines of a stack, and one for a bucket that is there. */
export function define(stack: Stack): Record<string, string> {
  new EncryptionAccountBaseline(stack, 'EncryptionAccountBaseline', {
    notify, compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.make() }),
  });
  const orders = new S3EncryptionBaseline(stack, 'Orders', { notify });
  const invoices = new S3EncryptionBaseline(stack, 'Invoices', { notify });
  const [reader, writer] = ['Reader', 'Writer'].map((id) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() }));
  orders.bucket.grantRead(reader!, 'orders/*');
  orders.bucket.grantPut(writer!, 'orders/*');
  const key = new RotatingS3Key(stack, 'KeyOfBefore');
  const old = S3EncryptionBaseline.forBucket(s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: OLD, ...ENV }), { notify, key: BaselineKey.use(key) });
  const { alarms, auditTrail, backfill, bucket, key: orderKey } = orders;
  return {
    orders: bucket.bucketName,
    invoices: invoices.bucket.bucketName,
    invoicesKey: invoices.key!.keyArn,
    key: orderKey!.keyArn,
    oldKey: key.keyArn,
    logs: bucket.accessLogsBucket!.bucketName,
    topic: alarms!.topic.topicArn,
    trail: auditTrail!.trailArn,
    trailBucket: auditTrail!.bucket.bucketName,
    trailLogs: auditTrail!.logGroup.logGroupName,
    machine: backfill!.stateMachine.stateMachineArn,
    oldMachine: old.backfill!.stateMachine.stateMachineArn,
    reader: reader!.roleArn,
    writer: writer!.roleArn,
  };
}

/** An app of one such stack, as a local AWS deploys it (test/local-services/local-cloud.ts). */
export function app(stackName: string, more?: (stack: Stack) => void, outdir?: string): App {
  const made = new App({ outdir });
  const stack = new Stack(made, stackName, { env: ENV });
  for (const [name, value] of Object.entries(define(stack))) { new CfnOutput(stack, `${name}Output`, { value }); }
  more?.(stack);
  return made;
}

// npx tsx test/baseline/two-baselines.ts STACK FOLDER: synthesizes it in a process of its own.
if (require.main === module) { app(process.argv[2]!, undefined, process.argv[3]).synth(); }
