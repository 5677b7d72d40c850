import {
  PutBucketAclCommand, PutBucketCorsCommand, PutBucketOwnershipControlsCommand, PutPublicAccessBlockCommand,
  type BucketCannedACL, type ObjectOwnership,
} from '@aws-sdk/client-s3';
import type { BucketFeature } from './feature';

export const publicAccessBlock: BucketFeature = {
  property: 'PublicAccessBlockConfiguration',
  read: (properties) => {
    const block = properties.requiredObject('PublicAccessBlockConfiguration');
    const configuration = {
      BlockPublicAcls: block.boolean('BlockPublicAcls') ?? false,
      BlockPublicPolicy: block.boolean('BlockPublicPolicy') ?? false,
      IgnorePublicAcls: block.boolean('IgnorePublicAcls') ?? false,
      RestrictPublicBuckets: block.boolean('RestrictPublicBuckets') ?? false,
    };
    return (s3, Bucket) => s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: configuration }));
  },
};

export const ownershipControls: BucketFeature = {
  property: 'OwnershipControls',
  read: (properties) => {
    const rules = properties.requiredObject('OwnershipControls').requiredObjects('Rules')
      .map((rule) => ({ ObjectOwnership: rule.requiredString('ObjectOwnership') as ObjectOwnership }));
    return (s3, Bucket) => s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: rules } }));
  },
};

/** CloudFormation writes `LogDeliveryWrite` for what the API calls `log-delivery-write`. */
export const accessControl: BucketFeature = {
  property: 'AccessControl',
  read: (properties) => {
    const acl = properties.requiredString('AccessControl').replace(/(?!^)[A-Z]/g, '-$&').toLowerCase() as BucketCannedACL;
    return (s3, Bucket) => s3.send(new PutBucketAclCommand({ Bucket, ACL: acl }));
  },
};

export const cors: BucketFeature = {
  property: 'CorsConfiguration',
  read: (properties) => {
    const rules = properties.requiredObject('CorsConfiguration').requiredObjects('CorsRules').map((rule) => ({
      ID: rule.string('Id'),
      AllowedHeaders: rule.strings('AllowedHeaders'),
      AllowedMethods: rule.strings('AllowedMethods'),
      AllowedOrigins: rule.strings('AllowedOrigins'),
      ExposeHeaders: rule.strings('ExposedHeaders'),
      MaxAgeSeconds: rule.number('MaxAge'),
    }));
    return (s3, Bucket) => s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: rules } }));
  },
};
