import { Stack, StackProps, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  DiscoveryJob, EncryptionAlarms, MacieSession, Notify, SecureBucket, SensitiveDataDiscovery,
} from '../../src'; // in your app: from 'cdk-s3-encryption'

/** Partners upload reports, in which nobody expects personal data: Macie looks every week at what is new. */
export class SensitiveDataStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const uploads = new SecureBucket(this, 'Uploads');
    const alarms = new EncryptionAlarms(this, 'Alarms', { notify: [Notify.email('security@example.com')] });
    alarms.watch(uploads);
    Validations.of(alarms).acknowledge({
      id: 'cdk-s3-encryption:EncryptionAlarms.noTrailLogGroup', reason: 'the account of the trail counts for the whole organization',
    });

    const discovery = new SensitiveDataDiscovery(this, 'Discovery', {
      alarms,
      session: MacieSession.make(), // existing(), where Macie is enabled already
      job: DiscoveryJob.weekly({ exceptExtensions: ['png', 'mp4'] }), // 1 USD for each GB that partners upload
    });
    discovery.watch(uploads); // and its key lets Macie read
  }
}
