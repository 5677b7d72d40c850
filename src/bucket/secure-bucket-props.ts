import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { EncryptionMode } from './encryption-mode';

/** Whether uploads must say how they are to be encrypted. */
export enum UploadHeaders {
  /**
   * An upload without encryption headers is encrypted by the bucket's default; one with headers
   * must name the bucket's own key and algorithm.
   */
  OPTIONAL = 'OPTIONAL',

  /**
   * Every upload must name the bucket's key in its headers, except those that AWS services make.
   *
   * It protects nothing that the default does not: it is for auditors who want to see it. It
   * breaks clients that send no headers, presigned URLs without them, and services that write
   * with the credentials of a role (Athena, Glue, S3 Batch Operations without an explicit key).
   */
  REQUIRED = 'REQUIRED',
}

/**
 * Properties of a `SecureBucket`: all those of `s3.Bucket`, with defaults that are safe.
 *
 * A value that would weaken the bucket is refused with an error that names the remedy. What may be
 * weakened on purpose has a property whose name ends in `Because`, and takes the reason.
 */
export interface SecureBucketProps extends s3.BucketProps {
  /**
   * How S3 encrypts what is uploaded.
   *
   * Takes the place of `encryption`; giving both is refused, and so is a key both here and in
   * `encryptionKey`.
   *
   * @default - EncryptionMode.kms() under `encryptionKey`, or under a RotatingS3Key that the
   * bucket makes
   */
  readonly encryptionMode?: EncryptionMode;

  /**
   * Whether uploads must carry encryption headers.
   *
   * @default UploadHeaders.OPTIONAL
   */
  readonly uploadHeaders?: UploadHeaders;

  /**
   * Why uploads may be encrypted with a key that the client provides (SSE-C).
   *
   * S3 and this library cannot read, re-encrypt or recover such objects, and ransomware uses SSE-C
   * to lock data. The text is shown in a warning that can be acknowledged.
   *
   * @default - SSE-C is blocked in the bucket's encryption settings and denied by its policy
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
   */
  readonly allowSseCBecause?: string;

  /**
   * Why an upload may choose another key, or a weaker algorithm, than the bucket's own.
   *
   * The text is shown in a warning that can be acknowledged.
   *
   * @default - the bucket's policy refuses such uploads
   */
  readonly allowAnyUploadEncryptionBecause?: string;

  /**
   * Why overwritten and deleted objects may be gone for good.
   *
   * The text is shown in a warning that can be acknowledged.
   *
   * @default - the bucket is versioned
   */
  readonly allowUnversionedBecause?: string;

  /**
   * Why nobody needs to know who accessed the bucket.
   *
   * The text is shown in a warning that can be acknowledged.
   *
   * @default - server access logs go to `serverAccessLogsBucket`, or to one log bucket shared by
   * the SecureBuckets of the stack, which costs the storage of the logs
   */
  readonly allowNoAccessLogsBecause?: string;
}
