import { grantsFrom } from '../../src/core/grants';
import { stateFrom } from '../../src/core/object-state';
import { inParallel } from '../../src/core/pool';
import { costOf, PRICES } from '../../src/core/prices';
import { rangesOf } from '../../src/core/ranges';
import { storeErrorFrom } from '../../src/core/sdk-errors';
import { type Meaning, meaningOf, StoreError } from '../../src/core/store-error';
import { noTotals } from '../../src/core/totals';
import { copySource, decodeKey, encodeKey, taggingFrom } from '../../src/core/wire';

const GB = 1024 ** 3;

describe('the meaning of an error', () => {
  test.each<[string, string, number | undefined, Meaning]>([
    ['NoSuchKey', '', 404, 'gone'],
    ['NotFound', '', 404, 'gone'],
    ['NoSuchVersion', '', 404, 'gone'],
    ['PreconditionFailed', '', 412, 'changed'],
    ['ConditionalRequestConflict', '', 409, 'changed'],
    ['OperationAborted', '', 409, 'retryable'],
    ['SlowDown', '', 503, 'retryable'],
    ['InternalError', '', 500, 'retryable'],
    ['ECONNRESET', '', undefined, 'retryable'],
    ['AnythingNew', '', 502, 'retryable'],
    ['KMS.ThrottlingException', '', 400, 'retryable'],
    ['KMS.DisabledException', '', 400, 'fatal'],
    ['KMS.KMSInvalidStateException', '', 400, 'fatal'],
    ['ExpiredToken', '', 400, 'fatal'],
    ['NoSuchBucket', '', 404, 'fatal'],
    ['NotImplemented', '', 501, 'unsupported'],
    ['InvalidObjectState', '', 403, 'archived'],
    ['AccessDenied', 'Access Denied because object protected by object lock.', 403, 'locked'],
    ['AccessDenied', 'not authorized to perform: kms:GenerateDataKey', 403, 'refused'],
    ['InvalidRequest', 'The object was stored using a form of Server Side Encryption.', 400, 'sse-c'],
    ['InvalidRequest', 'UpdateObjectEncryption does not support unencrypted objects', 400, 'needs-copy'],
    ['InvalidRequest', 'something else', 400, 'refused'],
    ['AccessDenied', '', 403, 'refused'],
  ])('%s "%s" %p is %s', (code, message, status, meaning) => { expect(meaningOf(code, message, status)).toBe(meaning); });

  test('an exception of our own stays what it is', () => {
    const defect = new TypeError('x is not a function');
    expect(storeErrorFrom(defect)).toBe(defect);
  });
  test('an answer of S3, the network and a body that was cut off are StoreErrors', () => {
    const answer = Object.assign(new Error('slow'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    expect(storeErrorFrom(answer)).toMatchObject({ code: 'SlowDown', meaning: 'retryable', status: 503, cause: answer });
    expect(storeErrorFrom(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))).toMatchObject({ code: 'ECONNRESET', meaning: 'retryable' });
    expect(storeErrorFrom(Object.assign(new Error('timed out'), { name: 'TimeoutError' }))).toMatchObject({ meaning: 'retryable' });
    expect(storeErrorFrom(answer)).toBeInstanceOf(StoreError);
  });
});

describe('the parts of a copy', () => {
  test.each([5 * GB + 1, 100 * GB, 5 * 1024 * GB, 10_000 * 5 * GB])('%p bytes: no gap, no overlap, within the limits of S3', (size) => {
    const ranges = rangesOf(size);
    expect(ranges[0].first).toBe(0);
    expect(ranges.at(-1)?.last).toBe(size - 1);
    ranges.slice(1).forEach((range, index) => { expect(range.first).toBe(ranges[index].last + 1); });
    expect(ranges.length).toBeLessThanOrEqual(10_000);
    expect(Math.max(...ranges.map(({ first, last }) => last - first + 1))).toBeLessThanOrEqual(5 * GB);
  });
  test('as it was uploaded, when that is known', () => {
    expect(rangesOf(25, [10, 10, 5])).toEqual([{ first: 0, last: 9 }, { first: 10, last: 19 }, { first: 20, last: 24 }]);
  });
  test('not when the parts are of something else', () => { expect(rangesOf(25, [10, 10])).toEqual([{ first: 0, last: 24 }]); });
});

describe('names on the wire', () => {
  test.each(['a b+c', 'ä/ö ü', 'a%2Fb', '(1)!*\'.txt', 'a?b#c&d', 'emoji 🗝', '//double', './dot'])('%s', (key) => {
    expect(decodeURIComponent(encodeKey(key))).toBe(key);
    expect(decodeKey(encodeURIComponent(key).replace(/%20/g, '+'))).toBe(key);
    expect(copySource('b', key, 'v+1/=')).toBe(`b/${encodeKey(key)}?versionId=v%2B1%2F%3D`);
    expect(encodeKey(key)).toMatch(/^[A-Za-z0-9%/._~-]*$/);
  });
  test('tags', () => {
    expect(taggingFrom([{ Key: 'a b', Value: 'c&d=e' }, { Key: 'x', Value: '' }])).toBe('a%20b=c%26d%3De&x=');
    expect(taggingFrom([])).toBeUndefined();
  });
});

describe('the state of an object', () => {
  const now = new Date('2026-01-01');
  const state = (answer: object) => stateFrom({ key: 'k' }, { $metadata: {}, ...answer }, now);
  test('STANDARD is what S3 does not say', () => { expect(state({}).storageClass).toBe('STANDARD'); });
  test.each<[object, boolean]>([
    [{ ObjectLockRetainUntilDate: new Date('2026-01-02') }, true],
    [{ ObjectLockRetainUntilDate: new Date('2025-12-31') }, false],
    [{ ObjectLockLegalHoldStatus: 'ON' }, true],
    [{ ObjectLockLegalHoldStatus: 'OFF' }, false],
  ])('locked: %p', (answer, locked) => { expect(state(answer).locked).toBe(locked); });
  test.each<[object, boolean]>([
    [{ StorageClass: 'GLACIER' }, true],
    [{ StorageClass: 'GLACIER', Restore: 'ongoing-request="true"' }, true],
    [{ StorageClass: 'GLACIER', Restore: 'ongoing-request="false", expiry-date="x"' }, false],
    [{ StorageClass: 'GLACIER_IR' }, false],
    [{ StorageClass: 'INTELLIGENT_TIERING', ArchiveStatus: 'DEEP_ARCHIVE_ACCESS' }, true],
    [{ StorageClass: 'INTELLIGENT_TIERING' }, false],
  ])('archived: %p', (answer, archived) => { expect(state(answer).archived).toBe(archived); });
  test('metadata that S3 could not put into headers, and an Expires that is no date', () => {
    expect(state({ MissingMeta: 1 }).unreadableMetadata).toBe(true);
    expect(state({ ExpiresString: 'never' }).unreadableMetadata).toBe(true);
    expect(state({ ExpiresString: 'Thu, 01 Jan 2026 00:00:00 GMT' }).unreadableMetadata).toBe(false);
  });
});

describe('grants', () => {
  const Owner = { ID: 'me' };
  test('the owner alone is the default', () => {
    expect(grantsFrom({ Owner, Grants: [{ Grantee: { ID: 'me', Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] })).toBeUndefined();
  });
  test('everybody else is named again, and so is the owner', () => {
    expect(grantsFrom({
      Owner,
      Grants: [
        { Grantee: { ID: 'me', Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' },
        { Grantee: { URI: 'http://acs.amazonaws.com/groups/global/AllUsers', Type: 'Group' }, Permission: 'READ' },
        { Grantee: { ID: 'friend', Type: 'CanonicalUser' }, Permission: 'READ' },
      ],
    })).toEqual({ fullControl: 'id="me"', read: 'uri="http://acs.amazonaws.com/groups/global/AllUsers", id="friend"', readAcp: undefined, writeAcp: undefined });
  });
});

describe('the pool', () => {
  test('pulls an item only when a worker is free, and stops at the first error after what has begun', async () => {
    let pulled = 0;
    let finished = 0;
    function* items() { for (;;) { pulled++; yield pulled; } }
    await expect(inParallel(items(), 4, async (item) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (item === 10) { throw new Error('ten'); }
      finished++;
    })).rejects.toThrow('ten');
    expect(pulled).toBeLessThanOrEqual(14);
    expect(finished).toBe(pulled - 1);
  });
});

describe('the cost', () => {
  const totals = { ...noTotals(), objects: 1_000_000, rewritten: { 'update': 900_000, 'copy': 100_000, 'multipart-copy': 0 }, bytesCopied: 100 * GB };
  test('requests, KMS and the versions that stay', () => {
    const cost = costOf(totals, { bucketKey: false, versioned: true });
    expect(cost.requests).toBeCloseTo(1_000_000 * PRICES.perGet + 1000 * PRICES.perList + 1_000_000 * PRICES.perPut + 100_000 * PRICES.perGet, 6);
    expect(cost.kms).toBeCloseTo(6, 6); // two million requests at 0.03 for ten thousand
    expect(cost.leftVersionsPerMonth).toBeCloseTo(2.3, 6);
  });
  test('Bucket Keys take 99 percent off KMS, and an unversioned bucket keeps nothing', () => {
    expect(costOf(totals, { bucketKey: true, versioned: false })).toMatchObject({ kms: expect.closeTo(0.06, 6), leftVersionsPerMonth: 0 });
  });
});
