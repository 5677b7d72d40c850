import type { S3Client } from '@aws-sdk/client-s3';
import { assertSame, firstLost } from '../../deployer/kept';
import { PropertyReader } from '../../deployer/property-reader';
import { applyAndCheck } from '../../deployer/resources/bucket/feature';

describe('firstLost', () => {
  test.each<[string, unknown, unknown, string | undefined]>([
    ['the same', { a: [{ b: 1 }] }, { a: [{ b: 1 }] }, undefined],
    ['more than was sent', { a: 1 }, { a: 1, more: 2 }, undefined],
    ['nothing where nothing was sent', { a: undefined }, {}, undefined],
    ['nothing at all', { a: 1 }, undefined, 'X'],
    ['another value', { a: { b: true } }, { a: { b: false } }, 'X.a.b'],
    ['no value', { a: { b: 0 } }, { a: {} }, 'X.a.b'],
    ['no empty object', { a: {} }, {}, 'X.a'],
    ['a shorter list', [1, 2], [1], 'X'],
    ['a longer list', [1], [1, 2], 'X'],
    ['another element', [{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }], 'X[1].a'],
    ['the same date', new Date(5), new Date(5), undefined],
    ['another date', new Date(5), new Date(6), 'X'],
  ])('finds what was lost: %s', (_, sent, kept, expected) => {
    expect(firstLost(sent, kept, 'X')).toBe(expected);
  });
});

test.each<[string, unknown, string | undefined]>([
  ['the same', { a: [1], b: {} }, undefined],
  ['another', { a: [2], b: {} }, 'does not keep X.a[0]'],
  ['one with more', { a: [1], b: { c: 1 } }, 'keeps X.b.c, which is not in it'],
])('assertSame takes nothing but the same document: %s', (_, kept, message) => {
  const check = () => assertSame(new PropertyReader({}, { logicalId: 'It', type: 'T' }), 'X', { a: [1], b: {} }, kept);
  if (message === undefined) { expect(check).not.toThrow(); } else { expect(check).toThrow(message); }
});

describe('applyAndCheck', () => {
  const apply = (kept: unknown) => applyAndCheck(
    new PropertyReader({}, { logicalId: 'Bucket', type: 'AWS::S3::Bucket' }), 'BucketEncryption', [{ BucketKeyEnabled: true }], async () => ({}), async () => kept,
  )({} as S3Client, 'name');

  test('accepts what the endpoint keeps', async () => {
    await expect(apply([{ BucketKeyEnabled: true }])).resolves.toBeUndefined();
  });

  test('refuses what the endpoint drops without an error', async () => {
    await expect(apply([{}])).rejects.toThrow(
      "Bucket (AWS::S3::Bucket): the deployer does not apply 'BucketEncryption' and so refuses it: " +
      'the endpoint took it without an error, but does not keep BucketEncryption[0].BucketKeyEnabled',
    );
  });
});
