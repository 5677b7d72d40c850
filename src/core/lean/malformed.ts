import { StoreError } from '../store-error';

/** Tried again, on another connection: on this one nobody knows where the next answer begins. */
export function malformed(why: string): StoreError {
  return new StoreError('MalformedAnswer', `the answer of the endpoint cannot be read: ${why}`, 'retryable');
}
