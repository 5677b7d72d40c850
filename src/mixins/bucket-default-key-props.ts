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
   * An explicit `false` is refused with an error where the bucket has DSSE-KMS: the second layer is not taken away by a key.
   *
   * @default - what the bucket has: DSSE-KMS where its default encryption is that, SSE-KMS otherwise
   */
  readonly dsse?: boolean;
}
