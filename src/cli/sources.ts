import { UsageError } from './usage';
import { ALL_SOURCES, type Sources } from '../core/decide';
import { isFullKeyArn } from '../core/preflight';

const NAMES = 'sse-s3, kms, kms:KEY-ARN, dsse, unencrypted or bucket-key';

/** What `--source` selects; without one, everything that is not under the target. */
export function sourcesFrom(given: readonly string[] | undefined, targetArn: string): Sources {
  if (given === undefined || given.length === 0) { return ALL_SOURCES; }
  const keys = given.filter((each) => each.startsWith('kms:')).map((each) => sourceKey(each, targetArn));
  const unknown = given.find((each) => !each.startsWith('kms:') && !['sse-s3', 'kms', 'dsse', 'unencrypted', 'bucket-key'].includes(each));
  if (unknown !== undefined) { throw new UsageError(`--source is "${unknown}", and must be ${NAMES}; repeat the flag for several`); }
  if (keys.length > 0 && given.includes('kms')) {
    throw new UsageError('--source kms takes the objects of every key: leave out --source kms:KEY-ARN, or --source kms');
  }
  return {
    sseS3: given.includes('sse-s3'),
    kmsKeys: given.includes('kms') ? 'any' : keys,
    dsse: given.includes('dsse'),
    unencrypted: given.includes('unencrypted'),
    bucketKeyDiffers: given.includes('bucket-key'),
  };
}

function sourceKey(source: string, targetArn: string): string {
  const arn = source.slice('kms:'.length);
  if (!isFullKeyArn(arn)) {
    throw new UsageError(`--source is "${source}", and after "kms:" must come the full ARN of a key (arn:aws:kms:REGION:ACCOUNT:key/ID): objects carry no alias`);
  }
  if (arn === targetArn) {
    throw new UsageError(`--source is "${source}", the target itself: --source bucket-key takes its objects that differ in the Bucket Key`);
  }
  return arn;
}
