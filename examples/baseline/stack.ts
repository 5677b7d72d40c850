import { Stack, StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import {
  AccessAnalyzer, BaselineCompliance, BaselineKeyAccess, ComplianceRecorder, EncryptionAccountBaseline, Notify, S3EncryptionBaseline,
} from '../../src'; // in your app: from 'cdk-s3-encryption'

/** The whole life of encryption at rest for one bucket: prevented, detected, repaired, proved. */
export class BaselineStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const notify = [Notify.email('security@example.com')];
    new EncryptionAccountBaseline(this, 'EncryptionAccountBaseline', {
      notify,
      compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }), // the account has both: say so, or make them
      keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing() }),
    });
    const { bucket } = new S3EncryptionBaseline(this, 'Orders', { notify });
    bucket.grantRead(new iam.Role(this, 'Reader', { assumedBy: new iam.AccountRootPrincipal() }), 'orders/*');
    bucket.grantPut(new iam.Role(this, 'Writer', { assumedBy: new iam.AccountRootPrincipal() }), 'orders/*');
  }
}
