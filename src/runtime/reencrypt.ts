import { type Job, type Outcome, rewrite } from '../core';
import { decodeKey } from './keys';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html */
export interface BatchEvent {
  readonly invocationSchemaVersion: string;
  readonly invocationId: string;
  readonly tasks: readonly BatchTask[];
}

export interface BatchTask {
  readonly taskId: string;
  readonly s3Key: string;
  readonly s3VersionId?: string | null;
  /** Schema 2.0. */
  readonly s3Bucket?: string;
  /** Schema 1.0. */
  readonly s3BucketArn?: string;
}

export interface BatchAnswer {
  readonly invocationSchemaVersion: string;
  readonly treatMissingKeysAs: 'PermanentFailure';
  readonly invocationId: string;
  readonly results: readonly TaskAnswer[];
}

export interface TaskAnswer {
  readonly taskId: string;
  readonly resultCode: 'Succeeded' | 'TemporaryFailure' | 'PermanentFailure';
  readonly resultString: string;
}

/** S3 keeps so much of an answer in its report. */
const MESSAGE_LENGTH = 600;

export interface Copier {
  readonly bucket: string;
  /** Whether noncurrent versions were asked for; otherwise one that became noncurrent is nobody's business. */
  readonly noncurrent: boolean;
  readonly job: Job;
}

export async function answerTo(event: BatchEvent, copier: Copier): Promise<BatchAnswer> {
  const results: TaskAnswer[] = [];
  for (const task of event.tasks) { results.push({ taskId: task.taskId, ...await one(task, copier) }); }
  return { invocationSchemaVersion: event.invocationSchemaVersion, treatMissingKeysAs: 'PermanentFailure', invocationId: event.invocationId, results };
}

async function one(task: BatchTask, { bucket, noncurrent, job }: Copier): Promise<Omit<TaskAnswer, 'taskId'>> {
  const asked = task.s3Bucket ?? task.s3BucketArn?.split(':::')[1];
  if (asked !== bucket) {
    return failure('PermanentFailure', 'OtherBucket', `this function was made for the bucket ${bucket}, and was asked for ${asked}`, false);
  }
  let key: string;
  try {
    key = decodeKey(task.s3Key);
  } catch {
    return failure('PermanentFailure', 'KeyNotEncoded', `the key of the task is not URL-encoded: ${task.s3Key}`, false);
  }
  const versionId = task.s3VersionId === null || task.s3VersionId === undefined || task.s3VersionId === '' ? undefined : task.s3VersionId;
  return answer(await rewrite(job, { key, versionId }), noncurrent);
}

function answer(outcome: Outcome, noncurrent: boolean): Omit<TaskAnswer, 'taskId'> {
  switch (outcome.kind) {
    case 'rewritten': return text('Succeeded', { kind: 'rewritten', engine: outcome.engine, size: outcome.size, leftVersion: outcome.leftVersion !== undefined });
    case 'skipped': return text('Succeeded', { kind: 'skipped', reason: outcome.reason });
    case 'gone': return text('Succeeded', { kind: 'gone' });
    case 'exception':
      // It was overwritten after it was listed: whatever is current now was encrypted when it came.
      if (outcome.reason === 'noncurrent-needs-copy' && !noncurrent) { return text('Succeeded', { kind: 'skipped', reason: 'superseded' }); }
      return text('PermanentFailure', { kind: 'exception', reason: outcome.reason, detail: short(outcome.detail) });
    case 'failed': return failure(outcome.retryable ? 'TemporaryFailure' : 'PermanentFailure', outcome.code, outcome.message, outcome.retryable);
  }
}

function failure(resultCode: TaskAnswer['resultCode'], code: string, message: string, retryable: boolean): Omit<TaskAnswer, 'taskId'> {
  return text(resultCode, { kind: 'failed', code, message: short(message), retryable });
}

function text(resultCode: TaskAnswer['resultCode'], value: object): Omit<TaskAnswer, 'taskId'> {
  return { resultCode, resultString: JSON.stringify(value) };
}

function short(message: string): string { return message.slice(0, MESSAGE_LENGTH); }

