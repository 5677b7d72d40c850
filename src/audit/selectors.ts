import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { AuditedEvents } from './audited-events';

/**
 * What the trail writes down: every management event, those of KMS among them, and calls on objects of
 * the given buckets.
 *
 * With the slash at its end the ARN means the objects of this bucket, and not also those of a bucket
 * whose name is longer.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 *
 * @param allBut the bucket whose objects alone are left out
 */
export function selectorsFor(bucketArns: readonly string[], events: AuditedEvents, allBut?: string): CfnTrail.AdvancedEventSelectorProperty[] {
  const management = { name: 'Management events, with those of KMS', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] };
  if (bucketArns.length === 0 && allBut === undefined) { return [management]; }
  return [management, {
    name: allBut === undefined ? 'Objects of the watched buckets' : 'Objects of every bucket but that of the trail',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
      { field: 'resources.ARN', ...allBut === undefined ? { startsWith: bucketArns.map((arn) => `${arn}/`) } : { notStartsWith: [`${allBut}/`] } },
      ...events === AuditedEvents.WRITES ? [{ field: 'readOnly', equalTo: ['false'] }] : [],
    ],
  }];
}
