import { Stack, StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { AccessAnalyzer, BaselineCompliance, BaselineKeyAccess, ComplianceRecorder, Notify, S3EncryptionBaseline } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** The whole life of encryption at rest for one bucket: prevented, detected, repaired, proved. */
export class BaselineStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const reader = new iam.Role(this, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    const writer = new iam.Role(this, 'Writer', { assumedBy: new iam.AccountRootPrincipal() });
    const baseline = new S3EncryptionBaseline(this, 'Orders', {
      notify: [Notify.email('security@example.com')],
      compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }), // the account has both: say so, or make them
      keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing() }),
    });
    baseline.bucket.grantRead(reader, 'orders/*');
    baseline.bucket.grantPut(writer, 'orders/*');
  }
}
