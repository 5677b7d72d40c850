import { Stack, StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** One bucket in place of `new s3.Bucket(this, 'Data')`, and a role that reads its reports. */
export class FirstBucketStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const reader = new iam.Role(this, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    const data = new SecureBucket(this, 'Data');
    data.grantRead(reader, 'reports/*'); // the S3 permission and the KMS permission
  }
}
