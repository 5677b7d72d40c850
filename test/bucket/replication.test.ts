import { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionMode, RotatingS3Key, SecureBucket } from '../../src';
import { FLAG_SETS, OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { aboutService, actionsOf, identityStatements, propertiesOf, Statement, warningIds } from '../helpers/template';

function actionsOn(statements: Statement[], resource: unknown): string[] {
  return statements.filter(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(resource)).flatMap(actionsOf).sort();
}

describe.each(FLAG_SETS)('replication of a SecureBucket, %s', (_, context) => {
  const replicated = () => {
    const stack = testStack({ context });
    const destination = new SecureBucket(stack, 'Destination');
    const source = new SecureBucket(stack, 'Source', {
      replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey: destination.encryptionKey }],
    });
    return { stack, source, destination, kmsStatements: aboutService(identityStatements(stack), 'kms') };
  };

  test('lets its role decrypt under the key of the source, through S3 and for the bucket', () => {
    const { source, kmsStatements, stack } = replicated();
    const sourceKey = stack.resolve(source.encryptionKey!.keyArn);
    const [decrypt, ...others] = kmsStatements.filter(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(sourceKey));
    expect(others).toEqual([]);
    expect(decrypt).toMatchObject({
      Action: 'kms:Decrypt',
      Condition: {
        StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
        StringLike: { 'kms:EncryptionContext:aws:s3:arn': [stack.resolve(source.bucketArn), stack.resolve(source.arnForObjects('*'))] },
      },
    });
  });

  test('lets its role encrypt under the key of the destination, and decrypt to verify the Bucket Key', () => {
    const { destination, kmsStatements, stack } = replicated();
    expect(actionsOn(kmsStatements, stack.resolve(destination.encryptionKey!.keyArn)))
      .toEqual(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
  });

  test('asks S3 to replicate objects under KMS, under the key of the destination', () => {
    const { source, destination, stack } = replicated();
    const [rule] = propertiesOf(source).ReplicationConfiguration.Rules;
    expect(rule.SourceSelectionCriteria.SseKmsEncryptedObjects).toEqual({ Status: 'Enabled' });
    expect(rule.Destination.EncryptionConfiguration.ReplicaKmsKeyID).toEqual(stack.resolve(destination.encryptionKey!.keyArn));
  });

  test('goes to an imported bucket under an imported key', () => {
    const stack = testStack({ context });
    const kmsKey = kms.Key.fromKeyArn(stack, 'There', 'arn:aws:kms:us-east-1:111111111111:key/there');
    const destination = s3.Bucket.fromBucketName(stack, 'Destination', 'destination');
    new SecureBucket(stack, 'Source', { replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey }] });
    expect(actionsOn(identityStatements(stack), kmsKey.keyArn)).toEqual(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
    expect(warningIds(stack)).toEqual([]);
  });

  test('keeps the role that the user brings, and grants it nothing, as s3.Bucket does', () => {
    const stack = testStack({ context });
    const destination = s3.Bucket.fromBucketName(stack, 'Destination', 'destination');
    const replicationRole = role(stack);
    const source = new SecureBucket(stack, 'Source', {
      replicationRole, replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey: new RotatingS3Key(stack, 'There') }],
    });
    expect(propertiesOf(source).ReplicationConfiguration.Role).toEqual(stack.resolve(replicationRole.roleArn));
    expect(identityStatements(stack)).toEqual([]);
  });
});

describe('replication of a SecureBucket', () => {
  test.each<[string, (stack: Stack) => Partial<s3.ReplicationRule>]>([
    ['sseKmsEncryptedObjects and kmsKey', () => ({})],
    ['kmsKey', () => ({ sseKmsEncryptedObjects: true })],
    ['sseKmsEncryptedObjects', (stack) => ({ kmsKey: new RotatingS3Key(stack, 'There') })],
    ['sseKmsEncryptedObjects on', (stack) => ({ sseKmsEncryptedObjects: false, kmsKey: new RotatingS3Key(stack, 'There') })],
  ])('is refused without %s, since S3 would replicate nothing', (_, rule) => {
    const stack = testStack();
    const destination = s3.Bucket.fromBucketName(stack, 'Destination', 'destination');
    expect(() => new SecureBucket(stack, 'Source', { replicationRules: [{ destination, ...rule(stack) }] })).toThrow(
      "'replicationRules' must set 'sseKmsEncryptedObjects' and 'kmsKey' in each rule, got a rule without: S3 would not replicate the objects of this bucket");
  });

  test('is refused for one rule among others, by its id', () => {
    const stack = testStack();
    const destination = s3.Bucket.fromBucketName(stack, 'Destination', 'destination');
    const kmsKey = new RotatingS3Key(stack, 'There');
    expect(() => new SecureBucket(stack, 'Source', {
      replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey, id: 'Good', priority: 1 }, { destination, id: 'Bad', priority: 2 }],
    })).toThrow("got rule 'Bad' without");
  });

  test('under SSE-S3 needs no key', () => {
    const stack = testStack();
    const destination = s3.Bucket.fromBucketName(stack, 'Destination', 'destination');
    new SecureBucket(stack, 'Source', { encryptionMode: EncryptionMode.s3Managed(), replicationRules: [{ destination }] });
    expect(aboutService(identityStatements(stack), 'kms')).toEqual([]);
  });

  // The key's owner has to admit the role; the grants of the CDK on the imported key are silent.
  test('to another account under an imported key prints what its owner must add', () => {
    const stack = testStack();
    const kmsKey = kms.Key.fromKeyArn(stack, 'There', `arn:aws:kms:us-east-1:${OTHER_ACCOUNT}:key/there`);
    const destination = s3.Bucket.fromBucketAttributes(stack, 'Destination', { bucketName: 'destination', account: OTHER_ACCOUNT });
    new SecureBucket(stack, 'Source', { replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey }] });
    expect(warningIds(stack)).toContain('cdk-s3-encryption:ImportedKey.ownerMustAddStatement');
  });

  test('to another account under a watched imported key prints what its owner must add', () => {
    const stack = testStack();
    const kmsKey = RotatingS3Key.fromKeyArn(stack, 'There', `arn:aws:kms:us-east-1:${OTHER_ACCOUNT}:key/there`);
    const destination = s3.Bucket.fromBucketAttributes(stack, 'Destination', { bucketName: 'destination', account: OTHER_ACCOUNT });
    new SecureBucket(stack, 'Source', { replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey }] });
    expect(warningIds(stack)).toContain('cdk-s3-encryption:ImportedKey.ownerMustAddStatement');
  });
});

test('a replica cannot be under a key that does not encrypt, or in another region than its bucket', () => {
  const stack = testStack();
  const destination = new s3.Bucket(stack, 'There');
  const to = (kmsKey: kms.IKey) => () => new SecureBucket(stack, 'Source', { replicationRules: [{ destination, sseKmsEncryptedObjects: true, kmsKey }] });
  const rsa = new kms.Key(stack, 'Rsa', { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.ENCRYPT_DECRYPT });
  expect(to(rsa)).toThrow("'replicationRules' must be a symmetric encryption key, got key spec RSA_2048");
  expect(to(kms.Key.fromKeyArn(stack, 'Far', 'arn:aws:kms:us-east-1:111111111111:key/1234abcd')))
    .toThrow("'replicationRules' must be in the bucket's region eu-west-1, got a key in us-east-1");
});
