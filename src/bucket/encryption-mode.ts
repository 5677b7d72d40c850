import type * as kms from 'aws-cdk-lib/aws-kms';

/** The values of `x-amz-server-side-encryption` that a bucket default can have. */
export type Algorithm = 'aws:kms' | 'aws:kms:dsse' | 'AES256';

/**
 * How Amazon S3 encrypts what is uploaded to a bucket.
 *
 * Changing the mode of a bucket replaces nothing and re-encrypts nothing: objects that are already
 * there stay as they are.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
 */
export class EncryptionMode {
  /**
   * SSE-KMS: a KMS key, and with it a second permission, protects every object.
   *
   * Costs KMS requests, of which a Bucket Key saves up to 99 percent.
   *
   * @param key a symmetric encryption key in the bucket's region. Defaults to a `RotatingS3Key`
   * that the bucket makes
   */
  public static kms(key?: kms.IKey): EncryptionMode {
    return new EncryptionMode('aws:kms', key);
  }

  /**
   * DSSE-KMS: two independent layers of encryption, for those whose rules demand them.
   *
   * Costs more than SSE-KMS, by the gigabyte and by the request: S3 has no Bucket Keys for it. Objects
   * under it cannot be re-encrypted in place, only copied.
   *
   * @param key a symmetric encryption key in the bucket's region. Defaults to a `RotatingS3Key`
   * that the bucket makes
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
   */
  public static dsse(key?: kms.IKey): EncryptionMode {
    return new EncryptionMode('aws:kms:dsse', key);
  }

  /**
   * SSE-S3: keys that Amazon S3 owns. Whoever has the S3 permission can read.
   *
   * For what cannot be under a KMS key, such as the reports of S3 Batch Operations. Free.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html
   */
  public static s3Managed(): EncryptionMode {
    return new EncryptionMode('AES256', undefined);
  }

  /** @internal */
  public readonly _algorithm: Algorithm;

  /** @internal */
  public readonly _key?: kms.IKey;

  private constructor(algorithm: Algorithm, key: kms.IKey | undefined) {
    this._algorithm = algorithm;
    this._key = key;
  }

  /** @internal */
  public get _usesKms(): boolean {
    return this._algorithm !== 'AES256';
  }
}
