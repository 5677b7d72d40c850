export { EncryptionMode } from './encryption-mode';
export { SecureBucket } from './secure-bucket';
export { SecureBucketProps, UploadHeaders } from './secure-bucket-props';
// For the other areas of this library; src/index.ts does not publish them.
export { holdsAccessLogs } from './access-logs';
export { customerKeyStatement, MINIMUM_TLS, transportStatements, uploadStatements } from './bucket-statements';
export { Algorithm } from './encryption-mode';
export { grantThroughS3 } from './grant-through-s3';
export { sayWhySseS3, SSE_S3_REASON_TAG } from './sse-s3-reason';
export { assertUsableKey } from './usable-key';
