import { types } from 'node:util';
import { meaningOf, StoreError } from './store-error';

interface SdkError {
  readonly name?: string;
  readonly Code?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly cause?: { readonly code?: string };
}

/** Turns what the SDK throws into a StoreError; what is not an answer of the endpoint or the network stays as it is. */
export function storeErrorFrom(error: unknown): unknown {
  // Not instanceof: Node's own errors may be of another realm than this code.
  if (error instanceof StoreError || !types.isNativeError(error)) { return error; }
  const thrown = error as Error & SdkError;
  const status = thrown.$metadata?.httpStatusCode;
  // HeadObject has no body: the SDK then names the error after the status.
  const code = [thrown.Code, thrown.code, thrown.cause?.code, thrown.name].find((each) => each !== undefined && each !== 'Error') ?? 'Unknown';
  if (status === undefined && !isNetwork(code, thrown)) { return error; }
  const meaning = meaningOf(String(code), thrown.message, status);
  // An answer that was cut off has the status of a good one, and no code.
  const cutOff = meaning === 'refused' && (status === undefined || status < 300) && isNetwork(String(code), thrown);
  return new StoreError(String(code), messageOf(thrown, String(code)), cutOff ? 'retryable' : meaning, { cause: error, status });
}

/** Without a body there is no message either; the operation at least is known from the command that was sent. */
function messageOf(thrown: Error, code: string): string {
  return thrown.message === '' || thrown.message === 'UnknownError' ? `S3 gave no reason (${code})` : thrown.message;
}

/** The SDK parses what it gets; a body that was cut off, or an error page of a proxy, breaks its parser. */
function isNetwork(code: string, error: Error): boolean {
  return /^E[A-Z]+$|Timeout|Network|Credentials|aborted|XMLParse|IncompleteBody/i.test(code)
    || /deserializ|socket|timed out|aborted|unexpected end|Premature close|char '.*' is not expected|Unclosed/i.test(error.message);
}
