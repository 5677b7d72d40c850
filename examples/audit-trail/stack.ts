import { Duration, Stack, StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EncryptionAlarms, EncryptionAuditTrail, Notify, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** An account without a trail: who reads and writes is written down, and what has to be counted is counted there. */
export class AuditTrailStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const data = new SecureBucket(this, 'Data');
    const trail = new EncryptionAuditTrail(this, 'Audit', {
      trailName: 'orders-audit',
      objectLockRetention: s3.ObjectLockRetention.governance(Duration.days(365)),
    });
    trail.watch(data);
    trail.grantQuery(new iam.Role(this, 'Auditors', { assumedBy: new iam.AccountPrincipal(this.account) }));

    const alarms = new EncryptionAlarms(this, 'Alarms', {
      notify: [Notify.email('security@example.com')],
      trailLogGroup: trail.logGroup,
    });
    alarms.watch(data);
    alarms.watch(trail.bucket); // and its key: nobody blinds the trail unheard
  }
}
