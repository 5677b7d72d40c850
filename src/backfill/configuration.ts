import { createHash } from 'crypto';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { BackfillCopies } from './backfill-copies';
import type { EncryptionBackfillJobProps } from './encryption-backfill-job-props';
import type { Target } from './target';

/**
 * What a plan was made for, in 32 hexadecimal digits: a plan of another configuration is not run, and
 * a deployment that changes none of it starts nothing.
 */
export function configurationOf(scope: Construct, props: EncryptionBackfillJobProps, target: Target): string {
  const { bucket, sources, prefix, noncurrentVersions, copies } = props;
  const stack = Stack.of(scope);
  const what = stack.resolve({
    bucket: bucket.bucketName,
    key: target.key.keyArn,
    bucketKey: target.bucketKey,
    sources: sources.map(({ _kind, _key, _list, _listedKeys }) => [
      _kind, _key?.keyArn ?? '', ..._list === undefined ? [] : [_list._list.listsBucketName, ..._listedKeys.map(({ keyArn }) => keyArn)],
    ]),
    prefix: prefix ?? '',
    noncurrent: noncurrentVersions === true,
    copies: copies ?? BackfillCopies.AUTOMATIC,
  }) as unknown;
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32);
}
