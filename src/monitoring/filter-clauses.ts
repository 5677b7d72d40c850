import type { WatchedNames } from './detection-spec';

/**
 * The clause about one key, for calls that only read.
 *
 * A denied call may come without `resources`, and then only its message names the key; so both places
 * are asked. By the id of the key, which also stands in a request that names no full ARN.
 * https://docs.aws.amazon.com/kms/latest/developerguide/ct-decrypt.html
 */
export function namedKey({ keyId }: WatchedNames): string {
  return `($.resources[0].ARN = "*${keyId}") || ($.errorMessage = "*${keyId}*")`;
}

/** The clause about one key, for calls that went through: their records always name it. */
export function usedKey({ keyId }: WatchedNames): string {
  return `($.resources[0].ARN = "*${keyId}")`;
}

/** The clause about one bucket. */
export function namedBucket({ bucketName }: WatchedNames): string {
  return `($.requestParameters.bucketName = "${bucketName}")`;
}
