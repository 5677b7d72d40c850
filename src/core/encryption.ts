/**
 * How S3 stores an object. The names are those of the S3 Inventory field `EncryptionStatus`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html
 */
export type EncryptionStatus = 'NOT-SSE' | 'SSE-S3' | 'SSE-KMS' | 'DSSE-KMS' | 'SSE-C' | 'OTHER';

export interface Encryption {
  readonly status: EncryptionStatus;
  /** ARN of the KMS key, with SSE-KMS and DSSE-KMS. */
  readonly keyArn?: string;
  /** Whether the data key was wrapped under an S3 Bucket Key. Always false without SSE-KMS. */
  readonly bucketKey: boolean;
}

/** What every object shall be stored as. SSE-KMS only: UpdateObjectEncryption knows no other target. */
export interface Target {
  /** Full ARN of the key; S3 refuses key ids and aliases. */
  readonly keyArn: string;
  readonly bucketKey: boolean;
}

export function isUnder(encryption: Encryption, target: Target): boolean {
  return encryption.status === 'SSE-KMS' && encryption.keyArn === target.keyArn && encryption.bucketKey === target.bucketKey;
}

/** From the headers of HeadObject, GetObject and CopyObject. */
export function encryptionFrom(answer: {
  ServerSideEncryption?: string; SSEKMSKeyId?: string; BucketKeyEnabled?: boolean; SSECustomerAlgorithm?: string;
}): Encryption {
  if (answer.SSECustomerAlgorithm !== undefined) { return { status: 'SSE-C', bucketKey: false }; }
  switch (answer.ServerSideEncryption) {
    case undefined: case '': return { status: 'NOT-SSE', bucketKey: false };
    case 'AES256': return { status: 'SSE-S3', bucketKey: false };
    case 'aws:kms': return { status: 'SSE-KMS', keyArn: answer.SSEKMSKeyId, bucketKey: answer.BucketKeyEnabled ?? false };
    case 'aws:kms:dsse': return { status: 'DSSE-KMS', keyArn: answer.SSEKMSKeyId, bucketKey: false };
    default: return { status: 'OTHER', bucketKey: false }; // aws:fsx, aws:backup: another service's
  }
}
