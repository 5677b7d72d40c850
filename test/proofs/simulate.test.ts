import { allow } from './fixtures';
import { bucketArn, keyArn, role } from './names';
import { identity, through } from './request';
import { simulate } from './simulate';
import { simulatableKey, Statement } from './statement';
import type { World } from './world';

const KEY = keyArn('Key');
const READER = identity(role('Reader'));

function world(conditions: Statement['Condition']): World {
  return {
    name: 'A key and a reader',
    policies: [
      { kind: 'identity', attachedTo: [role('Reader')], document: { Version: '2012-10-17', Statement: [allow(['kms:*', 's3:*'])] } },
      {
        kind: 'key',
        attachedTo: [KEY],
        document: { Version: '2012-10-17', Statement: [{ ...allow(['kms:*']), Principal: { AWS: role('Reader') }, Condition: conditions }] },
      },
    ],
    buckets: { data: { algorithm: 'aws:kms', keyArn: KEY, bucketKey: true } },
  };
}

const boundTo = (context: string): World => world({ StringLike: { [simulatableKey('kms:EncryptionContext:aws:s3:arn')]: context } });

describe('The simulation', () => {
  test.each([
    [bucketArn('data'), { s3: 'GetObject', bucket: 'data', object: 'a' }],
    [`${bucketArn('data')}/*`, { s3: 'GetObject', bucket: 'data', object: 'a', writtenBefore: true }],
    [`${bucketArn('data')}/*`, { s3: 'PutObject', bucket: 'data', object: 'a', headers: { bucketKey: false } }],
  ])('tells KMS the encryption context %s', async (context, request) => {
    expect(await simulate(boundTo(context), READER, request)).toBe('allowed');
    expect(await simulate(boundTo(bucketArn('other')), READER, request)).toBe('denied');
  });

  test('asks KMS as S3, with the account of the caller', async () => {
    const viaS3 = world({ StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com', 'kms:CallerAccount': '111122223333' } });
    expect(await simulate(viaS3, READER, { s3: 'GetObject', bucket: 'data', object: 'a' })).toBe('allowed');
    expect(await simulate(viaS3, READER, { kms: 'Decrypt', keyArn: KEY })).toBe('denied');
    expect(await simulate(viaS3, READER, { kms: 'Decrypt', keyArn: KEY, context: through('sqs', READER) })).toBe('denied');
  });

  test('asks KMS for all that S3 calls', async () => {
    const { policies: [identityPolicy, keyPolicy], ...rest } = world(undefined);
    const document = (...statements: Statement[]) => ({ Version: '2012-10-17', Statement: statements });
    // A role that the key policy names needs no other policy for KMS, and here has none.
    const bare = (actions: string[]): World => ({
      ...rest,
      policies: [
        { ...identityPolicy, document: document(allow(['s3:*'])) },
        { ...keyPolicy, document: document({ ...allow(actions), Principal: { AWS: role('Reader') } }) },
      ],
    });
    const parts = { s3: 'PutObject', bucket: 'data', object: 'a', decryptsToo: true };
    const update = { s3: 'UpdateObjectEncryption', bucket: 'data', object: 'a' };
    expect(await simulate(bare(['kms:GenerateDataKey']), READER, { ...parts, decryptsToo: false })).toBe('allowed');
    expect(await simulate(bare(['kms:GenerateDataKey']), READER, parts)).toBe('denied');
    expect(await simulate(bare(['kms:GenerateDataKey', 'kms:Decrypt']), READER, parts)).toBe('allowed');
    expect(await simulate(bare(['kms:GenerateDataKey', 'kms:Decrypt']), READER, update)).toBe('denied');
    expect(await simulate(bare(['kms:GenerateDataKey', 'kms:Decrypt', 'kms:Encrypt']), READER, update)).toBe('denied');
    expect(await simulate(bare(['kms:GenerateDataKey', 'kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*']), READER, update)).toBe('allowed');
  });

  test('refuses to answer where the simulator drops a condition key that a policy uses', async () => {
    const dropped = world({ StringEquals: { 'kms:GrantIsForAWSResource': 'true' } });
    await expect(simulate(dropped, READER, { kms: 'Decrypt', keyArn: KEY, context: { 'kms:GrantIsForAWSResource': 'true' } }))
      .rejects.toThrow('the simulator dropped kms:GrantIsForAWSResource from kms:Decrypt');
  });
});
