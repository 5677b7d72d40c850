export { KeyAccess } from './key-access';
export { CloudTrailConsumerOptions, KeyConsumers, ReplicationConsumerOptions } from './key-consumers';
export { KeyRotation } from './key-rotation';
export { s3DeliveryStatement } from './key-statements';
export { RotatingS3Key, RotatingS3KeyProps } from './rotating-s3-key';
