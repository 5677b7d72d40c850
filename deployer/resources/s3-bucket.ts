import { CreateBucketCommand, DeleteBucketCommand, PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import { hasCode } from '../errors';
import type { ResourceContext, ResourceHandler } from '../resource';
import { readTags } from '../tags';
import { accessControl, cors, ownershipControls, publicAccessBlock } from './bucket/access';
import { encryption } from './bucket/encryption';
import type { Apply, BucketFeature } from './bucket/feature';
import { lifecycle } from './bucket/lifecycle';
import { metadata } from './bucket/metadata';
import { objectLock, versioning } from './bucket/objects';
import { inventories, logging, notification } from './bucket/reports';
import { acceleration, website } from './bucket/web';

const MAX_NAME_LENGTH = 63;

// An ACL needs the ownership that allows it, and a lifecycle of noncurrent versions needs versioning.
const FEATURES: readonly BucketFeature[] = [
  ownershipControls, accessControl, publicAccessBlock, encryption, versioning, objectLock,
  lifecycle, notification, cors, inventories, metadata, acceleration, website,
];

/** AWS::S3::Bucket. */
export const s3Bucket: ResourceHandler = (properties, context) => {
  const { s3 } = context.clients;
  const name = properties.string('BucketName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH, lowerCase: true });
  const objectLockEnabled = properties.boolean('ObjectLockEnabled');
  const tags = readTags(properties, context);
  const calls = FEATURES.flatMap((feature) => (properties.has(feature.property) ? [feature.read(properties)].flat() : []));
  const logCalls: Apply[] = properties.has(logging.property) ? [logging.read(properties)].flat() : [];
  return {
    create: async () => {
      // The SDK adds the location of its region, which CreateBucket wants everywhere but in us-east-1.
      await s3.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: objectLockEnabled }));
      return { physicalId: name, attributes: attributes(name, context) };
    },
    configure: async () => {
      if (tags.length > 0) await s3.send(new PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet: tags } }));
      for (const call of calls) await call(s3, name);
    },
    complete: async () => {
      for (const call of logCalls) await call(s3, name);
    },
    destroy: async () => {
      try {
        await s3.send(new DeleteBucketCommand({ Bucket: name }));
      } catch (error) {
        if (!hasCode(error, 'BucketNotEmpty')) throw error;
        throw new Error(`the bucket ${name} is not empty, and CloudFormation deletes empty buckets only: empty it first`, { cause: error });
      }
    },
  };
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
function attributes(name: string, { env }: ResourceContext): Record<string, string> {
  return {
    Arn: `arn:${env.partition}:s3:::${name}`,
    DomainName: `${name}.s3.${env.urlSuffix}`,
    DualStackDomainName: `${name}.s3.dualstack.${env.region}.${env.urlSuffix}`,
    RegionalDomainName: `${name}.s3.${env.region}.${env.urlSuffix}`,
    WebsiteURL: `http://${name}.s3-website-${env.region}.${env.urlSuffix}`,
  };
}
