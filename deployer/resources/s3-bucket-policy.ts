import { DeleteBucketPolicyCommand, GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { hasCode } from '../errors';
import { assertSame } from '../kept';
import type { ResourceHandler } from '../resource';

/** AWS::S3::BucketPolicy. */
export const s3BucketPolicy: ResourceHandler = (properties, { clients: { s3 } }) => {
  const bucket = properties.requiredString('Bucket');
  const document = properties.requiredDocument('PolicyDocument');
  return {
    create: async () => {
      await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(document) }));
      return { physicalId: bucket, attributes: {} };
    },
    configure: async () => {
      const { Policy: kept } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
      assertSame(properties, 'PolicyDocument', document, kept && JSON.parse(kept));
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
