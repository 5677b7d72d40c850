import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand, GetBucketEncryptionCommand, GetBucketLocationCommand, GetBucketOwnershipControlsCommand, GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand, HeadBucketCommand, type S3Client, UpdateObjectEncryptionCommand,
} from '@aws-sdk/client-s3';
import { type Abilities, AWS_ABILITIES } from './decide';
import type { Target } from './encryption';
import { storeErrorFrom } from './sdk-errors';
import { StoreError } from './store-error';

export interface PreflightOptions {
  readonly s3: Pick<S3Client, 'send'>;
  /** Absent at an endpoint that has no KMS of its own: the key is then not looked at. */
  readonly kms?: Pick<KMSClient, 'send'>;
  readonly bucket: string;
  readonly target: Target;
  readonly expectedBucketOwner?: string;
  /** The endpoint is not AWS: what it does with UpdateObjectEncryption is found out with a key that nobody has. */
  readonly foreignEndpoint: boolean;
  /** A key under the prefix of the run that no object has. */
  readonly probeKey: string;
}

/** What a run has to know about the bucket, and whether it may begin. */
export interface Preflight {
  readonly region?: string;
  readonly versioned: boolean;
  readonly objectLock: boolean;
  readonly acls: boolean;
  readonly abilities: Abilities;
  /** What stops the run, each with its remedy. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Full ARNs only: UpdateObjectEncryption refuses ids and aliases. */
const KEY_ARN = /^arn:aws[a-zA-Z0-9-]*:kms:([a-z0-9-]+):([0-9]{12}):key\/[a-zA-Z0-9-]+$/;

export function isFullKeyArn(arn: string): boolean { return KEY_ARN.test(arn); }

export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const { s3, bucket } = options;
  const at = { Bucket: bucket, ExpectedBucketOwner: options.expectedBucketOwner };
  const problems: string[] = [];
  const warnings: string[] = [];

  await send(() => s3.send(new HeadBucketCommand(at)));
  const [location, versioning, lock, ownership, encryption] = await Promise.all([
    optional(() => s3.send(new GetBucketLocationCommand(at))),
    send(() => s3.send(new GetBucketVersioningCommand(at))),
    optional(() => s3.send(new GetObjectLockConfigurationCommand(at)), 'ObjectLockConfigurationNotFoundError'),
    optional(() => s3.send(new GetBucketOwnershipControlsCommand(at)), 'OwnershipControlsNotFoundError'),
    optional(() => s3.send(new GetBucketEncryptionCommand(at)), 'ServerSideEncryptionConfigurationNotFoundError'),
  ]);
  // Before 2014 eu-west-1 was called EU, and us-east-1 has no name there.
  const region = location.value === undefined ? undefined : regionOf(location.value.LocationConstraint);
  for (const [what, answer] of [['GetBucketLocation', location], ['GetObjectLockConfiguration', lock], ['GetBucketOwnershipControls', ownership]] as const) {
    if (answer.refused !== undefined) { warnings.push(`${what} was refused (${answer.refused}): objects are asked one by one instead, which costs requests`); }
  }

  const defaults = encryption.value?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  if (defaults !== undefined && defaults.KMSMasterKeyID !== options.target.keyArn) {
    warnings.push(`the default encryption of the bucket is ${defaults.SSEAlgorithm}${defaults.KMSMasterKeyID === undefined ? '' : ` under ${defaults.KMSMasterKeyID}`}, ` +
      'not the target key: what is written from now on needs another run. Change the default first.');
  }
  problems.push(...await keyProblems(options, options.foreignEndpoint ? undefined : region));

  return {
    region,
    versioned: versioning.Status === 'Enabled' || versioning.Status === 'Suspended',
    // Not known counts as yes: the objects are asked.
    objectLock: lock.refused !== undefined || lock.value?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled',
    acls: ownership.value?.OwnershipControls?.Rules?.[0]?.ObjectOwnership !== 'BucketOwnerEnforced',
    abilities: { ...AWS_ABILITIES, update: problems.length > 0 || !options.foreignEndpoint || await knowsUpdate(options) },
    problems,
    warnings,
  };
}

async function keyProblems({ kms, target }: PreflightOptions, region: string | undefined): Promise<string[]> {
  const parsed = KEY_ARN.exec(target.keyArn);
  if (parsed === null) { return [`--key must be the full ARN of a key (arn:aws:kms:REGION:ACCOUNT:key/ID), and is "${target.keyArn}"`]; }
  const problems: string[] = [];
  if (region !== undefined && parsed[1] !== region) {
    problems.push(`the key is in ${parsed[1]} and the bucket in ${region}: S3 encrypts with keys of its own region only; give a key of ${region}`);
  }
  if (kms === undefined) { return problems; }
  const described = await optional(() => kms.send(new DescribeKeyCommand({ KeyId: target.keyArn })));
  const key = described.value?.KeyMetadata;
  if (described.refused === 'NotFoundException') { problems.push(`there is no key ${target.keyArn}: look in the KMS console of its region and account`); }
  if (key === undefined) { return problems; }
  if (key.KeyState !== 'Enabled') {
    problems.push(`the key is ${key.KeyState}: nothing can be written under it, and nothing read; enable it (or cancel its deletion), or choose another`);
  }
  if (key.KeySpec !== undefined && key.KeySpec !== 'SYMMETRIC_DEFAULT') { problems.push(`the key is ${key.KeySpec}: S3 takes symmetric keys only`); }
  if (key.KeyManager === 'AWS') { problems.push('the key is managed by AWS (aws/s3): UpdateObjectEncryption takes customer managed keys only'); }
  return problems;
}

/**
 * A server that does not know UpdateObjectEncryption takes it for an upload, and the object's bytes are then those of our
 * request. So it is asked for a key that nobody has: who knows the operation says that there is no such key.
 */
async function knowsUpdate(options: PreflightOptions): Promise<boolean> {
  const at = { Bucket: options.bucket, Key: options.probeKey };
  try {
    await send(() => options.s3.send(new UpdateObjectEncryptionCommand({
      ...at, ObjectEncryption: { SSEKMS: { KMSKeyArn: options.target.keyArn, BucketKeyEnabled: options.target.bucketKey } },
    })));
  } catch (error) {
    if (!(error instanceof StoreError)) { throw error; }
    // Who knows the operation and may not be asked says so with its name; objects will say what is missing.
    if (error.meaning === 'gone' || error.meaning === 'refused' && /UpdateObjectEncryption/.test(error.message)) { return true; }
    // No answer is not a no: a run without updates would copy every object instead.
    if (error.meaning === 'retryable' || error.meaning === 'fatal') { throw error; }
    return false;
  }
  await optional(() => options.s3.send(new DeleteObjectCommand(at))); // what the server made of our question
  return false;
}

function regionOf(constraint: string | undefined): string {
  return constraint === 'EU' ? 'eu-west-1' : constraint || 'us-east-1';
}

interface Answer<T> { readonly value?: T; readonly refused?: string }

/** An answer that a run can do without: `none` is how the service says that there is nothing. */
async function optional<T>(request: () => Promise<T>, none?: string): Promise<Answer<T>> {
  try {
    return { value: await send(request) };
  } catch (error) {
    if (!(error instanceof StoreError) || error.meaning === 'fatal' && error.code !== 'KMS.NotFoundException') { throw error; }
    return error.code === none ? {} : { refused: error.code };
  }
}

async function send<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw storeErrorFrom(error);
  }
}
