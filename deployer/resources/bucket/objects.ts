import {
  PutBucketVersioningCommand, PutObjectLockConfigurationCommand, type BucketVersioningStatus, type ObjectLockEnabled, type ObjectLockRetentionMode,
} from '@aws-sdk/client-s3';
import type { BucketFeature } from './feature';

export const versioning: BucketFeature = {
  property: 'VersioningConfiguration',
  read: (properties) => {
    const status = properties.requiredObject('VersioningConfiguration').requiredString('Status') as BucketVersioningStatus;
    return (s3, Bucket) => s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: status } }));
  },
};

/** `ObjectLockEnabled` of the bucket itself is part of its creation; this is the default retention. */
export const objectLock: BucketFeature = {
  property: 'ObjectLockConfiguration',
  read: (properties) => {
    const lock = properties.requiredObject('ObjectLockConfiguration');
    const retention = lock.object('Rule')?.requiredObject('DefaultRetention');
    const configuration = {
      ObjectLockEnabled: lock.string('ObjectLockEnabled') as ObjectLockEnabled | undefined,
      Rule: retention && {
        DefaultRetention: {
          Mode: retention.requiredString('Mode') as ObjectLockRetentionMode,
          Days: retention.number('Days'),
          Years: retention.number('Years'),
        },
      },
    };
    return (s3, Bucket) => s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: configuration }));
  },
};
