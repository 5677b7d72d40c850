export { EncryptionMode } from './encryption-mode';
export { SecureBucket } from './secure-bucket';
export { SecureBucketProps, UploadHeaders } from './secure-bucket-props';
