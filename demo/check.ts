/** A promise, and what was found. */
export interface Check {
  readonly promise: string;
  readonly found: string;
  readonly ok: boolean;
}
