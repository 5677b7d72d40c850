import {
  GetBucketLifecycleConfigurationCommand, PutBucketLifecycleConfigurationCommand,
  type LifecycleRule, type LifecycleRuleFilter, type TransitionDefaultMinimumObjectSize, type TransitionStorageClass,
} from '@aws-sdk/client-s3';
import { applyAndCheck, type BucketFeature } from './feature';
import type { PropertyReader } from '../../property-reader';
import { readTagList } from '../../tags';

export const lifecycle: BucketFeature = {
  property: 'LifecycleConfiguration',
  read: (properties) => {
    const configuration = properties.requiredObject('LifecycleConfiguration');
    const rules = configuration.requiredObjects('Rules').map(readRule);
    const minimum = configuration.string('TransitionDefaultMinimumObjectSize') as TransitionDefaultMinimumObjectSize | undefined;
    return applyAndCheck(
      properties, 'LifecycleConfiguration', { Rules: rules, TransitionDefaultMinimumObjectSize: minimum },
      (s3, Bucket) => s3.send(new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: rules },
        TransitionDefaultMinimumObjectSize: minimum,
      })),
      (s3, Bucket) => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
    );
  },
};

function readRule(rule: PropertyReader): LifecycleRule {
  return {
    ID: rule.string('Id'),
    Status: rule.requiredString('Status') as LifecycleRule['Status'],
    Filter: readFilter(rule),
    Expiration: readExpiration(rule),
    AbortIncompleteMultipartUpload: readAbort(rule),
    NoncurrentVersionExpiration: readNoncurrentExpiration(rule),
    Transitions: rule.objects('Transitions')?.map((transition) => ({
      StorageClass: transition.requiredString('StorageClass') as TransitionStorageClass,
      Days: transition.number('TransitionInDays'),
      Date: transition.date('TransitionDate'),
    })),
    NoncurrentVersionTransitions: rule.objects('NoncurrentVersionTransitions')?.map((transition) => ({
      StorageClass: transition.requiredString('StorageClass') as TransitionStorageClass,
      NoncurrentDays: transition.number('TransitionInDays'),
      NewerNoncurrentVersions: transition.number('NewerNoncurrentVersions'),
    })),
  };
}

function readExpiration(rule: PropertyReader): LifecycleRule['Expiration'] {
  const expiration = {
    Days: rule.number('ExpirationInDays'),
    Date: rule.date('ExpirationDate'),
    ExpiredObjectDeleteMarker: rule.boolean('ExpiredObjectDeleteMarker'),
  };
  return Object.values(expiration).some((value) => value !== undefined) ? expiration : undefined;
}

function readAbort(rule: PropertyReader): LifecycleRule['AbortIncompleteMultipartUpload'] {
  const abort = rule.object('AbortIncompleteMultipartUpload');
  return abort && { DaysAfterInitiation: abort.number('DaysAfterInitiation') };
}

function readNoncurrentExpiration(rule: PropertyReader): LifecycleRule['NoncurrentVersionExpiration'] {
  const expiration = rule.object('NoncurrentVersionExpiration');
  return expiration && {
    NoncurrentDays: expiration.number('NoncurrentDays'),
    NewerNoncurrentVersions: expiration.number('NewerNoncurrentVersions'),
  };
}

/** S3 takes one condition plainly, and several only inside `And`. A rule for all objects has an empty prefix. */
function readFilter(rule: PropertyReader): LifecycleRuleFilter {
  const prefix = rule.string('Prefix');
  const tags = readTagList(rule, 'TagFilters') ?? [];
  const greater = rule.number('ObjectSizeGreaterThan');
  const less = rule.number('ObjectSizeLessThan');
  const conditions = [prefix, ...tags, greater, less].filter((condition) => condition !== undefined);
  const sizes = { ObjectSizeGreaterThan: greater, ObjectSizeLessThan: less };
  if (conditions.length > 1) return { And: { Prefix: prefix, Tags: tags.length > 0 ? tags : undefined, ...sizes } };
  if (tags.length === 1) return { Tag: tags[0] };
  return conditions.length === 0 ? { Prefix: '' } : { Prefix: prefix, ...sizes };
}
