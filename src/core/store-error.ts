/** What an error of S3 or KMS means for the object and for the run. */
export type Meaning =
  | 'gone' // no such key or version
  | 'changed' // a condition did not hold: overwritten meanwhile
  | 'retryable' // may work later
  | 'fatal' // nothing will work until somebody repairs it
  | 'sse-c' | 'locked' | 'archived' | 'needs-copy' // the object is not what this engine can take
  | 'unsupported' // the endpoint does not know the operation
  | 'refused'; // this object, this time

export class StoreError extends Error {
  public readonly name = 'StoreError';
  public readonly status?: number;

  constructor(
    public readonly code: string,
    message: string,
    public readonly meaning: Meaning,
    options?: { cause?: unknown; status?: number },
  ) {
    super(message, { cause: options?.cause });
    this.status = options?.status;
  }
}

const RETRYABLE = new Set([
  'SlowDown', 'InternalError', 'ServiceUnavailable', 'Throttling', 'ThrottlingException', 'TooManyRequestsException', 'RequestTimeout',
  'RequestTimeoutException', 'RequestTimeTooSkewed', 'OperationAborted', 'ConditionalRequestConflict', 'KMS.ThrottlingException',
  'KMS.KMSInternalException', 'KMS.DependencyTimeoutException', 'KMS.KeyUnavailableException', 'TimeoutError', 'NetworkingError',
  'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND', 'BadDigest', 'IncompleteBody', 'XMLParseError',
]);

/**
 * Errors of which every further object gets the same. `KMS.` is what S3 puts before the error of a key it could not use.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const FATAL = new Set([
  'KMS.DisabledException', 'KMS.KMSInvalidStateException', 'KMS.NotFoundException', 'KMS.InvalidKeyUsageException',
  'KMSDisabledException', 'KMSInvalidStateException', 'KMSNotFoundException',
  'ExpiredToken', 'ExpiredTokenException', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'TokenRefreshRequired', 'NoSuchBucket',
  'CredentialsProviderError', 'PermanentRedirect', 'AuthorizationHeaderMalformed', 'AccountProblem', 'AllAccessDisabled',
]);

/** The message decides where one code stands for several things. */
export function meaningOf(code: string, message: string, status: number | undefined): Meaning {
  if (code === 'NoSuchKey' || code === 'NoSuchVersion' || code === 'NotFound') { return 'gone'; }
  if (code === 'PreconditionFailed' || status === 412 || status === 409 && code === 'ConditionalRequestConflict') { return 'changed'; }
  if (code === 'InvalidObjectState') { return 'archived'; }
  if (code === 'NotImplemented' || code === 'MethodNotAllowed' || status === 405 || status === 501) { return 'unsupported'; }
  if (FATAL.has(code)) { return 'fatal'; }
  if (RETRYABLE.has(code) || status === 500 || status === 502 || status === 503 || status === 504 || status === 429) { return 'retryable'; }
  if (code === 'AccessDenied' && /object lock|retention|legal hold|WORM/i.test(message)) { return 'locked'; }
  if (code === 'ObjectLockedError' || code === 'InvalidRetentionPeriod') { return 'locked'; }
  // First of the two: the refusal of an update names DSSE-KMS and SSE-C in one message, and a second look tells them apart.
  if (code === 'InvalidRequest' && /unencrypted|not encrypted|DSSE|dual.?layer/i.test(message)) { return 'needs-copy'; }
  if (code === 'InvalidRequest' && /customer.?provided|customer.?key|SSE-C|form of server side encryption/i.test(message)) { return 'sse-c'; }
  return 'refused';
}
