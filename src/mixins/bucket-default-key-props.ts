import type * as kms from 'aws-cdk-lib/aws-kms';

/** Properties of `BucketDefaultKey`. */
export interface BucketDefaultKeyProps {
  /**
   * The key: a symmetric encryption key in the region of the bucket.
   */
  readonly encryptionKey: kms.IKey;

  /**
   * Two layers of encryption, DSSE-KMS. Costs more, and has no Bucket Key.
   *
   * @default false
   */
  readonly dsse?: boolean;
}
