import { CreateKeyCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand, HeadObjectCommand, ListObjectVersionsCommand, PutBucketVersioningCommand, PutObjectCommand, type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { Actor, Place } from './actors';

/** A key that only a client knows. */
const SSE_C = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 7).toString('base64') };
const ONE_YEAR_MILLISECONDS = 365 * 24 * 60 * 60 * 1000;

/** What a bucket from before holds: so many objects of each kind. */
export const KINDS = {
  'sse-s3': 400, 'old-key': 300, 'unencrypted': 60, 'dsse': 30, 'sse-c': 2, 'archived-sse-s3': 3, 'archived-unencrypted': 2, 'locked': 2, 'two-versions': 20,
} as const;

export interface Before {
  readonly bucket: string;
  readonly oldKeyArn: string;
}

/** Makes the bucket of somebody who never thought of encryption, or thought of it three times. */
export async function bucketFromBefore(place: Place, { s3, kms }: Actor, step: () => void): Promise<Before> {
  const bucket = 'orders-from-before';
  const { KeyMetadata: oldKey } = await kms.send(new CreateKeyCommand({ Description: 'the old key' }));
  const oldKeyArn = oldKey?.Arn ?? '';
  await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const put = async (key: string, more: Partial<PutObjectCommandInput> = {}): Promise<void> => {
    await s3.send(new PutObjectCommand({
      Bucket: bucket, Key: key, Body: `order ${key}`, Metadata: { team: 'orders' }, CacheControl: 'max-age=60', Tagging: 'class=order', ...more,
    }));
  };
  // Since 2023 nobody can upload such an object any more: the local AWS makes one of what was uploaded.
  const decrypt = async (key: string): Promise<void> => {
    const answer = await fetch(`${place.endpoint}/_s3truth/unencrypted`, { method: 'POST', body: JSON.stringify({ bucket, key }) });
    if (!answer.ok) { throw new Error(`${key} could not be made unencrypted: ${await answer.text()}`); }
  };
  const makers: Record<keyof typeof KINDS, (key: string) => Promise<void>> = {
    'sse-s3': async (key) => put(key),
    'old-key': async (key) => put(key, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: oldKeyArn }),
    'unencrypted': async (key) => { await put(key, { StorageClass: 'STANDARD_IA' }); await decrypt(key); },
    'dsse': async (key) => put(key, { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: oldKeyArn }),
    'sse-c': async (key) => put(key, SSE_C),
    'archived-sse-s3': async (key) => put(key, { StorageClass: 'DEEP_ARCHIVE' }),
    'archived-unencrypted': async (key) => { await put(key, { StorageClass: 'GLACIER' }); await decrypt(key); },
    'locked': async (key) => put(key, { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(Date.now() + ONE_YEAR_MILLISECONDS) }),
    'two-versions': async (key) => { await put(key, { Body: 'the old version' }); await put(key); },
  };
  for (const [kind, count] of Object.entries(KINDS) as [keyof typeof KINDS, number][]) {
    for (let index = 0; index < count; index += 1) {
      await makers[kind](`${kind}/${index}.json`);
      step();
    }
  }
  return { bucket, oldKeyArn };
}

/** What the objects of each kind are under now: `ALGORITHM of KEY`, with how many. Versions included. */
export async function underWhat({ s3 }: Actor, bucket: string): Promise<Map<string, Map<string, number>>> {
  const found = new Map<string, Map<string, number>>();
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  do {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, KeyMarker, VersionIdMarker }));
    for (const { Key: key = '', VersionId: versionId, IsLatest: latest } of page.Versions ?? []) {
      const kind = `${key.split('/')[0]}${latest ? '' : ', older version'}`;
      const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, ...key.startsWith('sse-c/') ? SSE_C : {} }));
      const under = head.SSEKMSKeyId === undefined ? head.ServerSideEncryption ?? (head.SSECustomerAlgorithm === undefined ? 'none' : 'SSE-C') : `${head.ServerSideEncryption} ${head.SSEKMSKeyId}`;
      const kinds = found.get(kind) ?? new Map<string, number>();
      kinds.set(under, (kinds.get(under) ?? 0) + 1);
      found.set(kind, kinds);
    }
    KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
    VersionIdMarker = page.NextVersionIdMarker;
  } while (KeyMarker !== undefined);
  return found;
}
