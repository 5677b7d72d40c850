import { Duration, Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { KeyRotation, RotatingS3Key, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/**
 * Three zones under one key: whoever may use the key for one bucket may not use it for another,
 * because each grant is bound to the bucket by its encryption context.
 */
export class DataLakeStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const key = new RotatingS3Key(this, 'Key', {
      alias: 'data-lake',
      rotation: KeyRotation.every(Duration.days(180)),
    });
    const raw = new SecureBucket(this, 'Raw', { encryptionKey: key });
    const refined = new SecureBucket(this, 'Refined', {
      encryptionKey: key,
      lifecycleRules: [{
        transitions: [{ storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(90) }],
        noncurrentVersionExpiration: Duration.days(30),
      }],
    });
    const scratch = new SecureBucket(this, 'Scratch', {
      encryptionKey: key,
      allowUnversionedBecause: 'every file can be computed again from Raw',
      lifecycleRules: [{ expiration: Duration.days(7) }],
    });
    Validations.of(scratch).acknowledge(
      { id: 'cdk-s3-encryption:SecureBucket.unversioned', reason: 'Agreed with the data owners: see the reason given there.' },
    );

    const principal = () => new iam.AccountRootPrincipal();
    const sensors = new iam.Role(this, 'Sensors', { assumedBy: principal() });
    const refinery = new iam.Role(this, 'Refinery', { assumedBy: principal() });
    const analysts = new iam.Role(this, 'Analysts', { assumedBy: principal() });

    raw.grantWriteOnly(sensors, 'incoming/*'); // never kms:Decrypt
    Validations.of(raw).acknowledge({
      id: 'cdk-s3-encryption:SecureBucket.writeOnlyUnderBucketKey',
      reason: 'The sensors send x-amz-server-side-encryption-bucket-key-enabled: false, and files under 5 GB.',
    });
    raw.grantRead(refinery, 'incoming/*');
    scratch.grantReadWrite(refinery);
    refined.grantPut(refinery, 'tables/*');
    refined.grantRead(analysts, 'tables/*');
  }
}
