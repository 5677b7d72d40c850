import { storeErrorFrom } from '../core/sdk-errors';
import { StoreError } from '../core/store-error';

export interface About {
  readonly bucket: string;
  /** AWS, or the address of another endpoint. */
  readonly endpoint: string;
  readonly keyArn?: string;
}

interface Cause { readonly code: string; readonly message: string }

/** What is wrong and what to do, in two lines; undefined for what is a defect of ours. */
export function explained(error: unknown, about: About): string | undefined {
  const known = storeErrorFrom(error);
  if (known instanceof StoreError) { return explain({ code: known.code, message: known.message }, about); }
  const { name, message } = error as Partial<Error>;
  // Thrown before there is a request, so without a status. The names are those of @smithy/property-provider and the loaders of @aws-sdk.
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError' || name === 'ProviderError') {
    return explain({ code: 'CredentialsProviderError', message: message ?? '' }, about);
  }
  return undefined;
}

export function explain({ code, message }: Cause, about: About): string {
  if (code === 'NoSuchBucket' || code === 'NotFound') {
    return `there is no bucket "${about.bucket}" at ${about.endpoint}\nLook at the spelling of --bucket, and at the account and profile you use.`;
  }
  const silent = message === '' || message.startsWith('S3 gave no reason');
  const said = silent ? `S3 answered ${code} and gave no reason` : message.startsWith(code) ? message : `${code}: ${message}`;
  const remedy = remedyFor({ code, message }, about);
  return remedy === undefined ? said : `${said}\n${remedy}`;
}

function remedyFor({ code, message }: Cause, about: About): string | undefined {
  if (code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed' || code === '301') {
    return `The bucket "${about.bucket}" is in another region: leave out --region, or give the region of the bucket.`;
  }
  if (/AccessDenied|Forbidden|^403$|UnauthorizedOperation/.test(code)) { return permissionFor(message, about); }
  if (/ExpiredToken|TokenRefreshRequired/.test(code) || /Credentials|TokenProvider/.test(code) && /expired/i.test(message)) {
    return 'The credentials have expired: renew them (for example: aws sso login), then give the same command again.';
  }
  if (/InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|UnrecognizedClient/.test(code)) {
    return 'The credentials are not known here: look at AWS_PROFILE or AWS_ACCESS_KEY_ID, and whether they belong to this endpoint.';
  }
  if (/Credentials|TokenProvider/.test(code)) { return 'No credentials were found: set AWS_PROFILE, run aws configure, or give the machine a role.'; }
  if (/Disabled|KMSInvalidState|KMS\.NotFound|KMSNotFound|InvalidKeyUsage/.test(code)) {
    return 'KMS cannot use a key: see that the target'
      + `${about.keyArn === undefined ? '' : ` ${about.keyArn}`} and the keys that objects are under are enabled and not pending deletion, then give the same command again.`;
  }
  if (/^E[A-Z_]+$|Timeout|Networking/.test(code)) {
    return `${about.endpoint} did not answer: look at the network, at --endpoint-url and at --region, then give the same command again.`;
  }
  if (code === 'StateMachineDoesNotExist') { return 'Look at the spelling of --state-machine; it is an output of the stack with the EncryptionBackfillJob.'; }
  if (code === 'SlowDown' || code === 'ServiceUnavailable') { return 'S3 asked for fewer requests ten times in a row: give the same command again, with a lower --concurrency.'; }
  return undefined;
}

/**
 * Two keys open an encrypted object: S3 lets the request in, KMS opens the data key. S3 says in its message when it was KMS.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
function permissionFor(message: string, about: About): string {
  const [, kms] = /\b(kms:\w+)/.exec(message) ?? [];
  if (kms !== undefined) {
    return `The permission of KMS is missing, not that of S3: allow ${kms} on ${keyIn(message) ?? about.keyArn ?? 'the key'}, in your policy and in the policy of the key. `
      + 'A backfill needs kms:GenerateDataKey, kms:Decrypt, kms:Encrypt and kms:ReEncrypt* on the target key, kms:Decrypt on the old ones.';
  }
  const [, s3] = /\b(s3:\w+)/.exec(message) ?? [];
  if (s3 !== undefined) { return `The permission of S3 is missing, not that of KMS: allow ${s3}, in your policy and, if it denies, in the policy of the bucket "${about.bucket}".`; }
  const [, other] = /perform: ([a-z0-9-]+:\w+)/.exec(message) ?? [];
  if (other !== undefined) { return `Allow ${other} in your policy.`; }
  return `S3 does not say which permission is missing. For the bucket "${about.bucket}": s3:ListBucket and s3:ListBucketVersions; for its objects: s3:GetObject, s3:UpdateObjectEncryption, `
    + 's3:PutObject; for encrypted ones: kms:Decrypt on the key that they are under.';
}

function keyIn(message: string): string | undefined { return /arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+/.exec(message)?.[0]; }
