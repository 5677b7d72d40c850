import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { BackfillSource, EncryptionBackfillJob, type EncryptionBackfillJobOptions, EVENT_SOURCE, EVENT_TYPE } from '../backfill';
import { DetectionSeverity, type EncryptionAlarms } from '../monitoring';
import type { ObjectEncryptionReport } from '../objects';
import { checkSameBucket, checkSameKey } from './checks';
import { ValidationError } from '../private/errors';
import type { Part } from './parts/part';
import { at, finalState } from '../private/final-state';

type Decided = Exclude<Part<EncryptionBackfillJob, EncryptionBackfillJobOptions>, { readonly kind: 'left-out' }> | undefined;

/** The backfill of a bucket, as it was asked for or as it is by default. */
export function backfillOf(
  scope: Construct, bucket: s3.IBucket, target: kms.IKey | undefined, part: Decided,
): EncryptionBackfillJob | undefined {
  if (part?.kind === 'given') {
    checkSameBucket(scope, 'backfill', bucket, part.given, part.given._bucketName);
    checkSameKey(scope, target ?? bucket.encryptionKey, part.given);
    return part.given;
  }
  if (part?.kind === 'made') { return new EncryptionBackfillJob(scope, 'Backfill', { encryptionKey: target, ...part.options, bucket }); }
  const key = target ?? bucket.encryptionKey;
  const rule = ruleOf(bucket);
  // S3 brings nothing under two layers, and without a key there is nothing to bring it under.
  if (key === undefined || at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm') === 'aws:kms:dsse') { return undefined; }
  const bucketKey = rule === undefined || at(rule, 'BucketKeyEnabled') === true;
  return new EncryptionBackfillJob(scope, 'Backfill', {
    bucket,
    encryptionKey: target,
    sources: [BackfillSource.sseS3(), BackfillSource.unencrypted(), ...bucketKey ? [BackfillSource.withoutBucketKey()] : []],
  });
}

/** A backfill of what the report of the same baseline lists. */
export function ofReport(scope: Construct, report: ObjectEncryptionReport | undefined, keys: readonly kms.IKey[]): Decided {
  if (report === undefined) {
    throw new ValidationError('NoReport', '\'backfill\' is of what the report of this baseline finds, and there is none, got BaselineBackfill.ofReport(): give objectReport: BaselineObjectReport.make(), or other sources', scope);
  }
  return { kind: 'made', options: { sources: [BackfillSource.listed(report.backfillList, ...keys)] } };
}

/**
 * Lets people hear of runs. By the event, and not by a topic: alarms in a stack that is deployed later have no topic yet.
 */
export function hearOfBackfill(scope: Construct, alarms: EncryptionAlarms, bucket: s3.IBucket): void {
  const suffix = scope.node.addr.slice(-8);
  const pattern = (detail: object) => () => ({ 'source': [EVENT_SOURCE], 'detail-type': [EVENT_TYPE], 'detail': { bucket: [bucket.bucketName], ...detail } });
  alarms._hear({
    id: 'backfill-ended',
    name: `backfill-ended-${suffix}`,
    severity: DetectionSeverity.MEDIUM,
    title: 'encryption backfill finished and verified',
    meaning: 'Objects of a watched bucket were brought under its key, and counted once more. If nobody here started it, ask who did.',
    pattern: pattern({ verified: [true] }),
    lines: ['Bucket: <bucket>', 'Rewritten: <rewritten>', 'Excepted: <exceptions>', 'Left: <remaining>', 'Report: <report>'],
    fields: {
      bucket: '$.detail.bucket', rewritten: '$.detail.rewritten', exceptions: '$.detail.exceptions', remaining: '$.detail.remaining', report: '$.detail.report',
    },
  });
  alarms._hear({
    id: 'backfill-failed',
    name: `backfill-failed-${suffix}`,
    severity: DetectionSeverity.HIGH,
    title: 'encryption backfill did not finish',
    meaning: 'Objects of a watched bucket may be under their old encryption still. Nothing is lost: a new plan goes on with what is left.',
    pattern: pattern({ verified: [false] }),
    lines: ['Bucket: <bucket>', 'Failed: <failed>', 'Left: <remaining>', 'Report: <report>', 'Error: <error>', 'Cause: <cause>'],
    fields: {
      bucket: '$.detail.bucket', failed: '$.detail.failed', remaining: '$.detail.remaining', report: '$.detail.report', error: '$.detail.error', cause: '$.detail.cause',
    },
  });
}

function ruleOf(bucket: s3.IBucket): unknown {
  const resource = bucket.node.defaultChild;
  return resource instanceof s3.CfnBucket ? at(finalState(resource).properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0) : undefined;
}
