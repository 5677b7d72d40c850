import { PutBucketAccelerateConfigurationCommand, PutBucketWebsiteCommand, type BucketAccelerateStatus, type Protocol } from '@aws-sdk/client-s3';
import type { BucketFeature } from './feature';
import type { PropertyReader } from '../../property-reader';

export const acceleration: BucketFeature = {
  property: 'AccelerateConfiguration',
  read: (properties) => {
    const status = properties.requiredObject('AccelerateConfiguration').requiredString('AccelerationStatus') as BucketAccelerateStatus;
    return (s3, Bucket) => s3.send(new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: { Status: status } }));
  },
};

/** Routing rules stay unread and so are refused. */
export const website: BucketFeature = {
  property: 'WebsiteConfiguration',
  read: (properties) => {
    const site = properties.requiredObject('WebsiteConfiguration');
    const index = site.string('IndexDocument');
    const error = site.string('ErrorDocument');
    const configuration = {
      IndexDocument: index === undefined ? undefined : { Suffix: index },
      ErrorDocument: error === undefined ? undefined : { Key: error },
      RedirectAllRequestsTo: readRedirect(site.object('RedirectAllRequestsTo')),
    };
    return (s3, Bucket) => s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: configuration }));
  },
};

function readRedirect(redirect: PropertyReader | undefined) {
  return redirect && { HostName: redirect.requiredString('HostName'), Protocol: redirect.string('Protocol') as Protocol | undefined };
}
