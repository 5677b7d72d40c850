import { DeleteBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { hasCode } from '../errors';
import type { ResourceHandler } from '../resource';

/** AWS::S3::BucketPolicy. */
export const s3BucketPolicy: ResourceHandler = (properties, { clients: { s3 } }) => {
  const bucket = properties.requiredString('Bucket');
  const policy = JSON.stringify(properties.requiredDocument('PolicyDocument'));
  return {
    create: async () => {
      await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
      return { physicalId: bucket, attributes: {} };
    },
    destroy: async () => {
      try {
        await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
      } catch (error) {
        if (!hasCode(error, 'NoSuchBucket', 'NoSuchBucketPolicy')) throw error;
      }
    },
  };
};
