import { Duration, Stack, StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { RotatingS3Key, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** The copy: a bucket under a key of its own region. */
export class ReplicaStack extends Stack {
  readonly key: IKey;
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    this.key = new RotatingS3Key(this, 'Key', { alias: 'orders-replica' });
    this.bucket = new SecureBucket(this, 'Orders', {
      encryptionKey: this.key,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(90) }],
    });
  }
}

/** Properties of an `OriginalStack`. */
export interface OriginalStackProps extends StackProps {
  /** Where the copies go. */
  readonly replica: ReplicaStack;
}

/**
 * The original, replicated from KMS to KMS.
 *
 * S3 decrypts under this region's key and encrypts under the other's. Both stacks need
 * `crossRegionReferences`, by which the CDK hands the names over.
 */
export class OriginalStack extends Stack {
  constructor(scope: Construct, id: string, props: OriginalStackProps) {
    super(scope, id, props);

    new SecureBucket(this, 'Orders', {
      replicationRules: [{
        destination: props.replica.bucket,
        sseKmsEncryptedObjects: true,
        kmsKey: props.replica.key,
        deleteMarkerReplication: true,
      }],
    });
  }
}
