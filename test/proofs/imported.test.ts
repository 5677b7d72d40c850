import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ANYTHING, NO_LOGS } from './fixtures';
import { ACCOUNT, bucketArn, keyArn, OTHER_ACCOUNT, role } from './names';
import { identity, service, through } from './request';
import { simulate } from './simulate';
import { worldOf } from './world';
import { KeyAccess, RotatingS3Key, SecureBucket } from '../../src';

const KEY = keyArn('Key');

/** Buckets and principals that the app does not own, where grants once reached too far or nowhere. */
describe('A bucket that was imported by its name', () => {
  const REPLICATOR = role('Replicator', OTHER_ACCOUNT);
  const world = () => worldOf('A key whose consumers work for imported buckets', (stack) => {
    const { consumers } = new RotatingS3Key(stack, 'Key');
    consumers.s3Inventory(s3.Bucket.fromBucketName(stack, 'Source', 'source'));
    consumers.replicationDestination({
      role: iam.Role.fromRoleArn(stack, 'Role', REPLICATOR),
      bucket: s3.Bucket.fromBucketName(stack, 'Right', 'right'),
    });
    return { [REPLICATOR]: [ANYTHING] };
  });

  test('is the only one whose inventory is encrypted', async () => {
    const other = service('s3.amazonaws.com', { account: ACCOUNT, arn: bucketArn('other') });
    expect(await simulate(world(), other, { kms: 'GenerateDataKey', keyArn: KEY })).toBe('denied');
  });

  test('is the only one that the role replicates to', async () => {
    const caller = identity(REPLICATOR);
    const context = { ...through('s3', caller), 'kms:EncryptionContext:aws:s3:arn': bucketArn('other') };
    expect(await simulate(world(), caller, { kms: 'Decrypt', keyArn: KEY, context })).toBe('denied');
  });
});

describe('A grant under a key of named principals', () => {
  const GRANTEE = role('Grantee');
  const FOREIGN = role('Grantee', OTHER_ACCOUNT);

  test.each<[string, string, iam.IPrincipal | undefined]>([
    ['an imported role of the account', GRANTEE, undefined],
    ['an imported role of another account', FOREIGN, undefined],
    ['an ARN of another account', FOREIGN, new iam.ArnPrincipal(FOREIGN)],
    ['another account', FOREIGN, new iam.AccountPrincipal(OTHER_ACCOUNT)],
  ])('lets %s read', async (_, arn, principal) => {
    const world = worldOf('A bucket under a key of named principals', (stack) => {
      const encryptionKey = new RotatingS3Key(stack, 'Key', { access: KeyAccess.namedPrincipals() });
      const bucket = new SecureBucket(stack, 'Data', { bucketName: 'data', encryptionKey, ...NO_LOGS });
      bucket.grantRead(principal ?? iam.Role.fromRoleArn(stack, 'Grantee', arn));
      return arn === FOREIGN ? { [FOREIGN]: [ANYTHING] } : undefined;
    });
    expect(await simulate(world, identity(arn), { s3: 'GetObject', bucket: 'data', object: 'a' })).toBe('allowed');
  });
});
