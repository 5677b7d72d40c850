/** The one source of time in the core. */
export interface Clock {
  now(): Date;
  /** Resolves after this long, or when the signal is given. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
