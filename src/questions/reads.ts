import type { Asked } from './question';
import { bucketIn, bucketsOf, type EventRecord, isOf, isWithin, textAt } from './record';

/** As the fragments for the query languages say it. */
export function readsBucket(record: EventRecord, { bucket, from, to }: Asked): boolean {
  if (!isWithin(record, from, to)) { return false; }
  if (isOf(record, 'kms', ['Decrypt'])) { return bucketIn(textAt(record, 'requestParameters', 'encryptionContext', 'aws:s3:arn')) === bucket; }
  if (isOf(record, 's3', ['GetObject', 'SelectObjectContent'])) { return bucketsOf(record).includes(bucket); }
  return isOf(record, 's3', ['CopyObject', 'UploadPartCopy'])
    && textAt(record, 'requestParameters', 'x-amz-copy-source')?.replace(/^\/+/, '').split('/')[0] === bucket;
}
