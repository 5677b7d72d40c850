import { Stack, StackProps } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ComplianceRecorder, ComplianceRemediation, EncryptionCompliance, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** AWS Config keeps looking at two buckets, one of which was there before; somebody sets right what is not. */
export class ComplianceStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const orders = new SecureBucket(this, 'Orders');
    const compliance = new EncryptionCompliance(this, 'Compliance', {
      recorder: ComplianceRecorder.existing(),
      remediation: ComplianceRemediation.manual(),
    });
    compliance.watch(orders);
    compliance.watch(orders.accessLogsBucket!); // under SSE-S3 on purpose, so nobody asks for its key
    compliance.watch(s3.Bucket.fromBucketName(this, 'Archive', 'orders-from-before'), { approvedKeys: [orders.encryptionKey!] });
  }
}
