import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { AuditedEvents } from './audited-events';

/**
 * What the trail writes down: every management event, those of KMS among them, and calls on objects of
 * the given buckets.
 *
 * With the slash at its end the ARN means the objects of this bucket, and not also those of a bucket
 * whose name is longer.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
export function selectorsFor(bucketArns: readonly string[], events: AuditedEvents): CfnTrail.AdvancedEventSelectorProperty[] {
  const management = { name: 'Management events, with those of KMS', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] };
  if (bucketArns.length === 0) { return [management]; }
  return [management, {
    name: 'Objects of the watched buckets',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
      { field: 'resources.ARN', startsWith: bucketArns.map((arn) => `${arn}/`) },
      ...events === AuditedEvents.WRITES ? [{ field: 'readOnly', equalTo: ['false'] }] : [],
    ],
  }];
}
