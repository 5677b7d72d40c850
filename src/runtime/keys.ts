import { encodeKey } from '../core/wire';

export { decodeKey } from '../core/wire';

/**
 * A key as manifests of S3 Batch Operations want it: URL-encoded, with `+` for nothing but a plus sign that was encoded.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/specify-batchjob-manifest.html
 */
export const manifestKey = encodeKey;
