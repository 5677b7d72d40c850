import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ValidationError } from '../private/errors';
import { at, finalState } from '../private/final-state';

/** The default encryption of a bucket. */
export interface DefaultOfBucket {
  readonly algorithm?: string;
  /** Nothing where the bucket has no rule. */
  readonly bucketKey?: boolean;
}

/** What a bucket of this app encrypts new objects with, if it says so. */
export function algorithmOf(bucket: s3.IBucket): string | undefined {
  return defaultOf(bucket)?.algorithm;
}

/** The default encryption of a bucket of this app; undefined for an imported one. */
export function defaultOf(bucket: s3.IBucket): DefaultOfBucket | undefined {
  const resource = bucket.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource)) { return undefined; }
  const settings = Stack.of(bucket).resolve(resource.bucketEncryption) as s3.CfnBucket.BucketEncryptionProperty | undefined;
  const rule = (settings?.serverSideEncryptionConfiguration as s3.CfnBucket.ServerSideEncryptionRuleProperty[] | undefined)?.[0];
  const byDefault = rule?.serverSideEncryptionByDefault as s3.CfnBucket.ServerSideEncryptionByDefaultProperty | undefined;
  return { algorithm: byDefault?.sseAlgorithm, ...rule === undefined ? {} : { bucketKey: rule.bucketKeyEnabled === true } };
}

/**
 * Holds the template to what was read of it: the findings of a report follow from the default of the bucket, and one that is changed
 * afterwards, by a mixin, an override or an aspect, would have objects counted as good that are not.
 */
export function holdToDefault(scope: Construct, bucket: s3.IBucket): void {
  const resource = bucket.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource)) { return; }
  const read = said(defaultOf(bucket));
  scope.node.addValidation({
    validate: () => {
      const rule = at(finalState(resource).properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0);
      const algorithm = at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm') as string | undefined;
      const found = said({ algorithm, bucketKey: at(rule, 'BucketKeyEnabled') === true });
      return found === read ? [] : [new ValidationError('ReportedTooEarly',
        `the default encryption of ${bucket.node.path} must be what it was when the ObjectEncryptionReport was made, ${read}, got ${found} in the template: set it by the props of the bucket or by a mixin before the report, and not by an override or an aspect`, scope).message];
    },
  });
}

/** What a person reads, and what the findings depend on. */
function said({ algorithm = 'AES256', bucketKey = false }: DefaultOfBucket = {}): string {
  return `${algorithm}${algorithm.startsWith('aws:kms') ? bucketKey ? ' with a Bucket Key' : ' without a Bucket Key' : ''}`;
}
