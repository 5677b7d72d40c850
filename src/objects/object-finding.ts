/**
 * What is wrong with an object. Each object has at most one of these: the first that applies.
 *
 * Delete markers have no content and are not counted.
 */
export enum ObjectFinding {
  /** Not encrypted at rest: uploaded before 2023, or under a type of encryption that this version does not know. */
  UNENCRYPTED = 'unencrypted',

  /** Under a key of the client (SSE-C): whoever loses that key loses the object, and AWS cannot help. */
  SSE_C = 'sse-c',

  /** Under SSE-S3, where a KMS key is expected: no key policy protects it. */
  SSE_S3 = 'sse-s3',

  /**
   * Under a KMS key that is not expected: whoever owns that key decides who reads.
   *
   * Only the tables of S3 Metadata know the keys of objects; S3 Inventory does not.
   */
  OTHER_KEY = 'other-key',

  /** Under SSE-KMS without a Bucket Key: each read is a KMS request of its own. DSSE-KMS has none, and is not meant. */
  WITHOUT_BUCKET_KEY = 'without-bucket-key',
}
