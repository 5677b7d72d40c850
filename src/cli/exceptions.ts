import type { ExceptionReason } from '../core/outcome';

/** Why an object was not touched, and what its owner can do about it. */
export const EXCEPTIONS: Readonly<Record<ExceptionReason, { readonly why: string; readonly remedy: string }>> = {
  'sse-c': {
    why: 'under a customer-provided key (SSE-C), which S3 does not have',
    remedy: 'who holds that key has to read and write them again',
  },
  'locked': {
    why: 'protected by Object Lock',
    remedy: 'repeat with --only when the retention has ended or the legal hold is off',
  },
  'archived': {
    why: 'archived, and only a copy could encrypt them',
    remedy: 'restore them (aws s3api restore-object), then repeat with --only',
  },
  'other-service': {
    why: 'encrypted by another AWS service in a way of its own',
    remedy: 'leave them to that service',
  },
  'too-large': {
    why: 'larger than this endpoint can copy',
    remedy: 'upload them again',
  },
  'metadata': {
    why: 'with metadata that is not readable text, which a multipart copy cannot write again',
    remedy: 'correct their metadata, then repeat with --only',
  },
  'foreign-owner': {
    why: 'owned by another account',
    remedy: 'that account has to copy them, or to give them away with bucket-owner-full-control',
  },
  'noncurrent-needs-copy': {
    why: 'old versions that only a copy could encrypt, and a copy would become the current one',
    remedy: 'let a lifecycle rule expire them (NoncurrentVersionExpiration)',
  },
  'not-writable-class': {
    why: 'in a storage class that a copy cannot be written to',
    remedy: 'move them to another class, then repeat with --only',
  },
  'not-admitted': {
    why: 'listed by a report, under a key or a type of encryption that is none of the sources',
    remedy: 'pass their keys to BackfillSource.listed(), or add BackfillSource.dsse(), and deploy',
  },
  'region-or-account': {
    why: 'S3 refuses this key for them, because of its region or account',
    remedy: 'choose a key in the region and account of the bucket',
  },
};
