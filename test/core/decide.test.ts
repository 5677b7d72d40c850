import { KEY, object, OLD_KEY, TARGET, under } from './fake-store';
import { ALL_SOURCES, AWS_ABILITIES, decide, MAX_COPY_BYTES, type Sources } from '../../src/core/decide';
import { encryptionFrom } from '../../src/core/encryption';
import type { ObjectState } from '../../src/core/object';

const about = (state: Partial<ObjectState>, sources: Sources = ALL_SOURCES, abilities = AWS_ABILITIES) => {
  const decision = decide(object('k', state), TARGET, sources, abilities);
  return decision.kind === 'rewrite' ? decision.engine : decision.reason;
};
const NONE: Sources = { sseS3: false, kmsKeys: [], dsse: false, unencrypted: false, bucketKeyDiffers: false };
const sse = (status: 'NOT-SSE' | 'SSE-S3' | 'DSSE-KMS' | 'SSE-C' | 'OTHER') => ({ encryption: { status, bucketKey: false } });
const kms = (keyArn: string, bucketKey = true) => ({ encryption: { status: 'SSE-KMS' as const, keyArn, bucketKey } });

describe('the engine of an object', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/update-sse-encryption.html
  test.each<[string, Partial<ObjectState>, string]>([
    ['SSE-S3', sse('SSE-S3'), 'update'],
    ['another key', kms(OLD_KEY), 'update'],
    ['the right key without a Bucket Key', kms(KEY, false), 'update'],
    ['the target', { encryption: under(TARGET) }, 'already-encrypted'],
    ['unencrypted', sse('NOT-SSE'), 'copy'],
    ['two layers', sse('DSSE-KMS'), 'copy'],
    ['a customer-provided key', sse('SSE-C'), 'sse-c'],
    ['another service', sse('OTHER'), 'other-service'],
    ['SSE-S3 in an archive', { ...sse('SSE-S3'), storageClass: 'DEEP_ARCHIVE', archived: true }, 'update'],
    ['SSE-S3 of 50 TB', { ...sse('SSE-S3'), size: 50 * 1024 ** 4 }, 'update'],
    ['SSE-S3 under a lock', { ...sse('SSE-S3'), locked: true }, 'locked'],
    ['unencrypted under a lock', { ...sse('NOT-SSE'), locked: true }, 'locked'],
    ['unencrypted in an archive', { ...sse('NOT-SSE'), storageClass: 'GLACIER', archived: true }, 'archived'],
    ['unencrypted, restored from an archive', { ...sse('NOT-SSE'), storageClass: 'GLACIER' }, 'copy'],
    ['unencrypted of 5 GB', { ...sse('NOT-SSE'), size: MAX_COPY_BYTES }, 'copy'],
    ['unencrypted of 5 GB and a byte', { ...sse('NOT-SSE'), size: MAX_COPY_BYTES + 1 }, 'multipart-copy'],
    ['unencrypted of more than there can be', { ...sse('NOT-SSE'), size: 51 * 1024 ** 4 }, 'too-large'],
    ['unencrypted on an Outpost', { ...sse('NOT-SSE'), storageClass: 'OUTPOSTS' }, 'not-writable-class'],
    ['the target under a lock: nothing to report', { encryption: under(TARGET), locked: true }, 'already-encrypted'],
  ])('%s: %p -> %s', (_name, state, expected) => { expect(about(state)).toBe(expected); });

  test('without UpdateObjectEncryption everything is copied, and what cannot be copied is an exception', () => {
    const abilities = { ...AWS_ABILITIES, update: false };
    expect(about(sse('SSE-S3'), ALL_SOURCES, abilities)).toBe('copy');
    expect(about(kms(OLD_KEY), ALL_SOURCES, abilities)).toBe('copy');
    expect(about({ ...sse('SSE-S3'), archived: true, storageClass: 'GLACIER' }, ALL_SOURCES, abilities)).toBe('archived');
  });
});

describe('what a run is about', () => {
  test.each<[string, Partial<ObjectState>, Partial<Sources>, string]>([
    ['SSE-S3', sse('SSE-S3'), { sseS3: true }, 'update'],
    ['one key', kms(OLD_KEY), { kmsKeys: [OLD_KEY] }, 'update'],
    ['any key', kms(OLD_KEY), { kmsKeys: 'any' }, 'update'],
    ['any key is not the target', kms(KEY, false), { kmsKeys: 'any' }, 'not-a-source'],
    ['Bucket Keys', kms(KEY, false), { bucketKeyDiffers: true }, 'update'],
    ['two layers', sse('DSSE-KMS'), { dsse: true }, 'copy'],
    ['unencrypted', sse('NOT-SSE'), { unencrypted: true }, 'copy'],
  ])('%s', (_name, state, sources, expected) => {
    expect(about(state, { ...NONE, ...sources })).toBe(expected);
    if (expected !== 'not-a-source') { expect(about(state, NONE)).toBe('not-a-source'); }
  });

  test('customer-provided keys are reported whatever the run is about', () => { expect(about(sse('SSE-C'), NONE)).toBe('sse-c'); });
  test('a lock on what is no source is nobody\'s concern', () => { expect(about({ ...sse('SSE-S3'), locked: true }, NONE)).toBe('not-a-source'); });
});

test('the headers of S3 are read as what they say', () => {
  expect(encryptionFrom({})).toEqual({ status: 'NOT-SSE', bucketKey: false });
  expect(encryptionFrom({ ServerSideEncryption: 'AES256' })).toEqual({ status: 'SSE-S3', bucketKey: false });
  expect(encryptionFrom({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY, BucketKeyEnabled: true })).toEqual(under(TARGET));
  expect(encryptionFrom({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY })).toEqual(under({ ...TARGET, bucketKey: false }));
  expect(encryptionFrom({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: KEY }).status).toBe('DSSE-KMS');
  expect(encryptionFrom({ SSECustomerAlgorithm: 'AES256', ServerSideEncryption: 'AES256' }).status).toBe('SSE-C');
  expect(encryptionFrom({ ServerSideEncryption: 'aws:fsx' }).status).toBe('OTHER');
});
