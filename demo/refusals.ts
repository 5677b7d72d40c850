import { randomBytes } from 'node:crypto';
import { CreateKeyCommand, DecryptCommand, GenerateDataKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand, UpdateObjectEncryptionCommand } from '@aws-sdk/client-s3';
import type { Actor } from './actors';

/** A request that must be refused, and by what. */
export interface Attempt {
  readonly what: string;
  /** The statement that must refuse, or `implicit` where nothing allows it. */
  readonly by: string;
  run(): Promise<unknown>;
}

/** How an attempt ended. */
export interface Refusal {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  readonly ok: boolean;
}

/** What the attempts are made on. */
export interface Target {
  readonly bucket: string;
  readonly keyArn: string;
  /** An object that exists. */
  readonly existing: string;
  readonly administrator: Actor;
  readonly uploader: Actor;
  readonly reader: Actor;
  readonly writeOnly: Actor;
}

/** Every upload that SecureBucket refuses, and every access that a grant withholds. */
export async function attempts(target: Target): Promise<Attempt[]> {
  const { bucket, keyArn, existing, administrator, uploader, reader, writeOnly } = target;
  const foreign = await administrator.kms.send(new CreateKeyCommand({ Description: 'a key that is not the bucket\'s' }));
  const foreignArn = foreign.KeyMetadata?.Arn ?? '';
  const put = (actor: Actor, input: Partial<PutObjectCommand['input']>, headers: Record<string, string> = {}) => async () => {
    const command = new PutObjectCommand({ Bucket: bucket, Key: 'attempt', Body: 'x', ...input });
    command.middlewareStack.add((next) => (args) => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers);
      return next(args);
    }, { step: 'build', name: 'demoHeaders' });
    return actor.s3.send(command);
  };
  return [
    { what: 'upload under another key', by: 'bucket-policy:DenyOtherKeys', run: put(uploader, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: foreignArn }) },
    { what: 'upload with aws:kms and no key', by: 'bucket-policy:DenyKmsWithoutKey', run: put(uploader, { ServerSideEncryption: 'aws:kms' }) },
    { what: 'upload with AES256', by: 'bucket-policy:DenyOtherAlgorithms', run: put(uploader, { ServerSideEncryption: 'AES256' }) },
    {
      what: 'upload with DSSE under the right key',
      by: 'bucket-policy:DenyOtherAlgorithms',
      run: put(uploader, { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: keyArn }),
    },
    {
      what: 'upload with a key of the client\'s (SSE-C)',
      by: 'bucket-policy:DenyCustomerProvidedKeys',
      run: put(uploader, { SSECustomerAlgorithm: 'AES256', SSECustomerKey: randomBytes(32).toString('base64') }),
    },
    {
      what: 'moving an object to another key',
      by: 'bucket-policy:DenyOtherKeys',
      run: () => administrator.s3.send(new UpdateObjectEncryptionCommand({
        Bucket: bucket, Key: existing, ObjectEncryption: { SSEKMS: { KMSKeyArn: foreignArn, BucketKeyEnabled: true } },
      })),
    },
    { what: 'upload over plain HTTP', by: 'bucket-policy:DenyInsecureTransport', run: put(uploader, {}, { 'x-testbed-plain-http': '1' }) },
    { what: 'upload over TLS 1.1', by: 'bucket-policy:DenyOldTls', run: put(uploader, {}, { 'x-testbed-tls-version': '1.1' }) },
    { what: 'reader: upload', by: 'identity-policy:implicit', run: put(reader, {}) },
    {
      what: 'write-only role: read',
      by: 'identity-policy:implicit',
      run: () => writeOnly.s3.send(new GetObjectCommand({ Bucket: bucket, Key: existing })),
    },
    {
      what: 'administrator: data key directly from KMS',
      by: 'key-policy:implicit',
      run: () => administrator.kms.send(new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256' })),
    },
    {
      what: 'administrator: decrypt directly with KMS',
      by: 'key-policy:implicit',
      run: () => administrator.kms.send(new DecryptCommand({ KeyId: keyArn, CiphertextBlob: randomBytes(64) })),
    },
    {
      what: 'administrator: delete the key in 7 days',
      by: 'key-policy:DenyShortDeletionWindow',
      run: () => administrator.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 7 })),
    },
    {
      what: 'administrator: delete a key in use',
      by: 'key-policy:DenyDestroyingKeyInUse',
      run: () => administrator.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 30 })),
    },
  ];
}

/** Makes an attempt and says who refused it. */
export async function tryIt(attempt: Attempt): Promise<Refusal> {
  const got = await attempt.run().then(() => 'allowed', refusedBy);
  return { what: attempt.what, expected: attempt.by, got, ok: got === attempt.by };
}

/**
 * The local AWS names the statement in a header. AWS itself does not, which is why "Access Denied"
 * is so hard to resolve there.
 */
function refusedBy(error: { name?: string; message?: string; $response?: { headers?: Record<string, string> } }): string {
  return error.$response?.headers?.['x-emulator-denied-by'] ?? `${error.name}: ${error.message}`;
}
