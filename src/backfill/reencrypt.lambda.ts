import { GetBucketOwnershipControlsCommand, GetObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { AWS_ABILITIES, SdkStore, type Sources } from '../core';
import { CLIENT, needed, SYSTEM_CLOCK } from '../runtime/aws';
import { until } from '../runtime/deadline';
import { answerTo, type BatchAnswer, type BatchEvent } from '../runtime/reencrypt';

const s3 = new S3Client(CLIENT);

/** What one invocation copies with certainty in its 15 minutes; the command copies the rest. */
const MAX_BYTES = 500 * 1024 ** 3;
const PARTS_AT_ONCE = 32;
/** So long before its time is over the function gives up what it is at. */
const RESERVE_MILLISECONDS = 60_000;

/** What the bucket has does not change during a job; asked once in the life of a process. */
let known: Promise<{ acls: boolean; objectLock: boolean }> | undefined;

export async function handler(event: BatchEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<BatchAnswer> {
  const bucket = needed(process.env, 'BUCKET');
  const account = needed(process.env, 'ACCOUNT');
  known ??= settingsOf(bucket, account);
  const settings = await known;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MILLISECONDS));
  try {
    const store = new SdkStore({
      client: until(s3, deadline.signal), bucket, clock: SYSTEM_CLOCK, expectedBucketOwner: account, partConcurrency: PARTS_AT_ONCE,
    });
    return await answerTo(event, {
      bucket,
      noncurrent: process.env.NONCURRENT === 'true',
      job: {
        store,
        target: { keyArn: needed(process.env, 'KEY_ARN'), bucketKey: process.env.BUCKET_KEY === 'true' },
        sources: JSON.parse(needed(process.env, 'SOURCES')) as Sources,
        abilities: { ...AWS_ABILITIES, maxMultipartBytes: MAX_BYTES },
        ...settings,
      },
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Whoever may not be asked is taken for one that has it: that costs a request an object, and loses nothing. */
async function settingsOf(bucket: string, account: string): Promise<{ acls: boolean; objectLock: boolean }> {
  const at = { Bucket: bucket, ExpectedBucketOwner: account };
  const [ownership, lock] = await Promise.all([
    s3.send(new GetBucketOwnershipControlsCommand(at)).catch(() => undefined),
    s3.send(new GetObjectLockConfigurationCommand(at)).catch((error: Error) => (error.name === 'ObjectLockConfigurationNotFoundError' ? {} : undefined)),
  ]);
  return {
    acls: ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership !== 'BucketOwnerEnforced',
    objectLock: lock === undefined || 'ObjectLockConfiguration' in lock && lock.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled',
  };
}
