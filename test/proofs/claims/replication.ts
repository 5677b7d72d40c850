import { ADMINISTRATOR, guarded } from './guards';
import { transportGuarded } from './transport';
import { RotatingS3Key, SecureBucket } from '../../../src';
import { ANYTHING, NO_LOGS } from '../fixtures';
import { bucketArn, keyArn, role } from '../names';
import { allowed, Claims, denied, Proof } from '../proof';
import { Context, identity, KmsRequest, S3Request, through } from '../request';
import { worldOf } from '../world';

const OWN = keyArn('Data-Key');
const COPY_KEY = keyArn('CopyKey');
/** The name that the CDK gives to the role. */
const REPLICATOR = identity(role('CDKReplicationRole'));

/** A bucket that replicates to another, each under its own key. */
export function replication(): Claims[] {
  return [{
    world: worldOf('A bucket that replicates', (stack) => {
      const kmsKey = new RotatingS3Key(stack, 'CopyKey');
      const destination = new SecureBucket(stack, 'Copy', { bucketName: 'copy', encryptionKey: kmsKey, ...NO_LOGS });
      new SecureBucket(stack, 'Data', {
        bucketName: 'data',
        replicationRules: [{ destination, kmsKey, priority: 1, sseKmsEncryptedObjects: true }],
        ...NO_LOGS,
      });
      return { [ADMINISTRATOR]: [ANYTHING] };
    }),
    proofs: [
      ...transportGuarded(identity(ADMINISTRATOR), OWN), ...guarded(OWN),
      ...transportGuarded(identity(ADMINISTRATOR), COPY_KEY, 'copy'),
      ...guarded(COPY_KEY).map((proof) => ({ ...proof, title: `Of the copies: ${proof.title}` })),
      ...throughS3(), ...onKeys(),
    ],
  }];
}

function throughS3(): Proof[] {
  const onBucket = (s3: string, bucket: string): S3Request => ({ s3, bucket });
  const onObject = (s3: string, bucket: string): S3Request => ({ s3, bucket, object: 'a' });
  return [
    allowed('The role reads the replication settings of the source', REPLICATOR, onBucket('GetReplicationConfiguration', 'data')),
    allowed('The role lists the source', REPLICATOR, onBucket('ListBucket', 'data')),
    allowed('The role reads a version of an object at the source', REPLICATOR, onObject('GetObjectVersionForReplication', 'data')),
    allowed('The role writes a replica', REPLICATOR, onObject('ReplicateObject', 'copy')),
    allowed('The role replicates a deletion', REPLICATOR, onObject('ReplicateDelete', 'copy')),
    denied('The role reads the source as a client would', REPLICATOR, onObject('GetObject', 'data')),
    denied('The role reads a replica', REPLICATOR, onObject('GetObject', 'copy')),
    denied('The role deletes at the source', REPLICATOR, onObject('DeleteObject', 'data')),
    denied('The role replicates into the source', REPLICATOR, onObject('ReplicateObject', 'data')),
  ];
}

function onKeys(): Proof[] {
  const call = (kms: string, key: string, context: Context): KmsRequest => ({ kms, keyArn: key, context });
  const via = (bucket: string): Context => ({ ...through('s3', REPLICATOR), 'kms:EncryptionContext:aws:s3:arn': bucketArn(bucket) });
  return [
    allowed('The role decrypts objects of the source', REPLICATOR, call('Decrypt', OWN, via('data'))),
    allowed('The role encrypts replicas', REPLICATOR, call('Encrypt', COPY_KEY, via('copy'))),
    allowed('The role makes data keys for replicas', REPLICATOR, call('GenerateDataKey', COPY_KEY, via('copy'))),
    allowed('The role verifies the Bucket Key of the replicas', REPLICATOR, call('Decrypt', COPY_KEY, via('copy'))),
    denied('The role decrypts objects of another bucket under the key of the source', REPLICATOR, call('Decrypt', OWN, via('other'))),
    denied('The role makes data keys under the key of the source', REPLICATOR, call('GenerateDataKey', OWN, via('data'))),
    denied('The role decrypts objects of the source directly', REPLICATOR, call('Decrypt', OWN, {})),
    ...['Decrypt', 'Encrypt', 'GenerateDataKey'].map((kms) => (
      denied(`The role calls ${kms} for another bucket under the key of the copies`, REPLICATOR, call(kms, COPY_KEY, via('other'))))),
    denied('The role encrypts replicas directly', REPLICATOR, call('Encrypt', COPY_KEY, {})),
    denied('The role decrypts replicas directly', REPLICATOR, call('Decrypt', COPY_KEY, {})),
  ];
}
