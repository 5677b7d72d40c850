import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { AuditedEvents } from './audited-events';

const KMS = 'kms.amazonaws.com';

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

/** A trail as CloudFormation gets it, as far as it decides what alarms can see. */
export interface RenderedTrail {
  readonly isLogging?: boolean;
  readonly isMultiRegionTrail?: boolean;
  readonly enableLogFileValidation?: boolean;
  readonly eventSelectors?: readonly {
    readonly includeManagementEvents?: boolean; readonly readWriteType?: string; readonly excludeManagementEventSources?: readonly string[];
  }[];
  readonly advancedEventSelectors?: readonly {
    readonly fieldSelectors: readonly {
      readonly field: string; readonly equalTo?: readonly string[]; readonly notEquals?: readonly string[];
    }[];
  }[];
}

/**
 * Why the alarms would be blind with this trail; nothing if it has every management event.
 *
 * Excluding KMS excludes all of it, the deletion of keys included:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 */
export function blindness(trail: RenderedTrail): string[] {
  const found: string[] = [];
  if (trail.isLogging === false) { found.push('it does not log (\'isLogging\' is false)'); }
  const advanced = trail.advancedEventSelectors;
  if (advanced !== undefined) {
    const management = advanced.filter(({ fieldSelectors }) => fieldSelectors.some(({ field, equalTo }) => field === 'eventCategory' && equalTo?.includes('Management')));
    const withKms = management.filter(({ fieldSelectors }) => !fieldSelectors.some(({ field, notEquals }) => field === 'eventSource' && notEquals?.includes(KMS)));
    if (management.length === 0) { found.push('it has no management events'); } else if (withKms.length === 0) { found.push(`it excludes the events of ${KMS}`); }
    return found;
  }
  const basic = trail.eventSelectors;
  // Without any selector a trail has all management events.
  if (basic === undefined || basic.length === 0) { return found; }
  const management = basic.filter(({ includeManagementEvents }) => includeManagementEvents !== false);
  if (management.length === 0) { found.push('it has no management events'); } else if (management.every(({ excludeManagementEventSources: sources }) => sources?.includes(KMS) === true)) {
    found.push(`it excludes the events of ${KMS}`);
  }
  if (management.length > 0 && management.every(({ readWriteType }) => readWriteType === 'WriteOnly')) { found.push('it has no calls that read, such as Decrypt'); }
  return found;
}
