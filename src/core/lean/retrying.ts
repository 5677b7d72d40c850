import type { Clock } from '../clock';
import { StoreError } from '../store-error';

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to 1, as Math.random gives it. */
  readonly random: () => number;
  /** With the first one. */
  readonly attempts: number;
  readonly signal?: AbortSignal;
  /** Of what may work later, only this. */
  isWorthIt?(error: StoreError): boolean;
}

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 20_000;

/**
 * Repeats what may work later, with pauses that double and are drawn at random below that ("full jitter"), so that a
 * thousand requests that failed together do not come back together.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export async function retrying<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError) || error.meaning !== 'retryable' || options.isWorthIt?.(error) === false) { throw error; }
      if (attempt >= options.attempts || options.signal?.aborted) { throw error; }
      await options.clock.sleep(options.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)), options.signal);
    }
  }
}
