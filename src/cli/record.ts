import type { Outcome } from '../core/outcome';

/**
 * One object that needs somebody, as a line of the failures file has it. JSON writes every key in one line, whatever it
 * holds, and gives it back as it was.
 */
export interface FailureRecord {
  readonly key: string;
  readonly versionId?: string;
  readonly size: number;
  readonly kind: 'failed' | 'exception';
  /** Of a failure: the error code of S3 or KMS. */
  readonly code?: string;
  /** Of an exception: why no engine may touch it. */
  readonly reason?: string;
  readonly message: string;
  /** The same command may succeed later without anything being changed. */
  readonly retryable: boolean;
}

export function recordOf(outcome: Outcome): FailureRecord | undefined {
  const { key, versionId, size } = outcome;
  switch (outcome.kind) {
    case 'failed': return { key, versionId, size, kind: 'failed', code: outcome.code, message: outcome.message, retryable: outcome.retryable };
    case 'exception': return { key, versionId, size, kind: 'exception', reason: outcome.reason, message: outcome.detail, retryable: false };
    default: return undefined;
  }
}

/** What is needed to take up an object again. The rest of a line is for people. */
export interface Listed { readonly key: string; readonly versionId?: string; readonly size: number }

/** @returns what is wrong with the line, if it is not one */
export function listedIn(line: string): Listed | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'it is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) { return 'it is not a JSON object'; }
  const { key, versionId, size } = value as Record<string, unknown>;
  if (typeof key !== 'string' || key === '') { return 'it has no "key"'; }
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
  if (Buffer.byteLength(key) > 1024) { return 'its "key" is longer than the 1,024 bytes that S3 allows'; }
  if (versionId !== undefined && (typeof versionId !== 'string' || versionId === '')) { return 'its "versionId" is not a text'; }
  if (size !== undefined && (typeof size !== 'number' || !Number.isInteger(size) || size < 0)) { return 'its "size" is not a number of bytes'; }
  return { key, versionId, size: size ?? 0 };
}
