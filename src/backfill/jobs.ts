import type { BackfillSource } from './backfill-source';
import type { JobTemplate } from './machine/settings';

/** CopyObject ends at 5 GB. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const MAX_COPY_BYTES = 5 * 1024 ** 3;

/**
 * Classes that can be read as they are, and written to by a copy of S3 Batch Operations.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3CopyObjectOperation.html
 */
const READABLE_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];
const ARCHIVE_CLASSES = ['GLACIER', 'DEEP_ARCHIVE'];

export interface JobContext {
  readonly bucketArn: string;
  readonly keyArn: string;
  readonly bucketKey: boolean;
  readonly reencryptArn: string;
  readonly prefix?: string;
}

/**
 * The jobs of a backfill, with the parameters as Step Functions names them.
 *
 * A manifest filter takes exactly one type of encryption, so each source has a job of its own, and
 * copies have one for each storage class, because the class is part of the operation.
 */
export function jobsOf(context: JobContext, sources: readonly BackfillSource[], copiesByS3: boolean): JobTemplate[] {
  return [
    ...sources.flatMap((source, index) => jobsOfSource(context, source, `${source._kind}${source._kind === 'kms' ? `-${index + 1}` : ''}`, copiesByS3)),
    // Nobody but the client can change these; they are counted so that nobody takes them for done.
    { ...update(context), name: 'sse-c', source: 'sse-c', engine: 'count', filter: filter(context, { Ssec: {} }) },
  ];
}

function jobsOfSource(context: JobContext, source: BackfillSource, name: string, copiesByS3: boolean): JobTemplate[] {
  const KmsKeyArn = source._key?.keyArn;
  switch (source._kind) {
    case 'sse-s3': return [{ ...update(context), name, source: 'sse-s3', filter: filter(context, { Sses3: {} }) }];
    case 'kms': return [{ ...update(context), name, source: 'kms', filter: filter(context, { Ssekms: { KmsKeyArn } }) }];
    case 'bucket-key': return [{
      ...update(context), name, source: 'bucket-key', filter: filter(context, { Ssekms: { KmsKeyArn: context.keyArn, BucketKeyEnabled: false } }),
    }];
    case 'listed': return []; // of the list, once there is a plan: machine/work.ts
    case 'dsse': return copies(context, name, 'dsse', { Dssekms: KmsKeyArn === undefined ? {} : { KmsKeyArn } }, copiesByS3);
    case 'unencrypted': return copies(context, name, 'unencrypted', { Notsse: {} }, copiesByS3);
  }
}

function update({ keyArn, bucketKey }: JobContext): Omit<JobTemplate, 'name' | 'source' | 'filter'> {
  return {
    engine: 'update',
    large: false,
    // A Bucket Key is off unless it is asked for, whatever the bucket's default says.
    operation: { S3UpdateObjectEncryption: { ObjectEncryption: { Ssekms: { KmsKeyArn: keyArn, BucketKeyEnabled: bucketKey } } } },
    reportScope: 'FailedTasksOnly',
  };
}

function copies(context: JobContext, name: string, source: string, encryption: object, copiesByS3: boolean): JobTemplate[] {
  const byFunction = {
    source, engine: 'lambda' as const, operation: { LambdaInvoke: { FunctionArn: context.reencryptArn, InvocationSchemaVersion: '2.0' } }, reportScope: 'AllTasks' as const,
  };
  // The function sees for itself what is archived, restored or too large.
  if (!copiesByS3) { return [{ ...byFunction, name, large: false, filter: filter(context, encryption) }]; }
  return [
    ...READABLE_CLASSES.map((StorageClass): JobTemplate => ({
      name: `${name}-${StorageClass.toLowerCase().replace(/_/g, '-')}`,
      source,
      engine: 'copy',
      large: false,
      // No encryption is named: it is not documented without doubt that metadata stays if it is. The
      // preflight has found that the bucket's default is the target.
      operation: { S3PutObjectCopy: { TargetResource: context.bucketArn, MetadataDirective: 'COPY', StorageClass } },
      filter: filter(context, encryption, { MatchAnyStorageClass: [StorageClass], ObjectSizeLessThanBytes: MAX_COPY_BYTES + 1 }),
      reportScope: 'FailedTasksOnly',
    })),
    { ...byFunction, name: `${name}-large`, large: true, filter: filter(context, encryption, { MatchAnyStorageClass: READABLE_CLASSES, ObjectSizeGreaterThanBytes: MAX_COPY_BYTES }) },
    { ...update(context), name: `${name}-archived`, source: 'archived', engine: 'count', filter: filter(context, encryption, { MatchAnyStorageClass: ARCHIVE_CLASSES }) },
  ];
}

function filter({ prefix }: JobContext, encryption: object, rest: object = {}): object {
  return { MatchAnyObjectEncryption: [encryption], ...prefix === undefined ? {} : { KeyNameConstraint: { MatchAnyPrefix: [prefix] } }, ...rest };
}
