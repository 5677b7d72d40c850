import type { Encryption } from './encryption';

export type Engine = 'update' | 'copy' | 'multipart-copy';

/** Why an object was left as it is, on purpose. */
export type SkipReason = 'already-encrypted' | 'not-a-source';

/** Why an object needs a person: the engine that it would need does not exist, or would break a promise. */
export type ExceptionReason =
  | 'sse-c' | 'locked' | 'archived' | 'other-service' | 'too-large' | 'metadata' | 'foreign-owner' | 'noncurrent-needs-copy' | 'not-writable-class'
  | 'region-or-account' | 'not-admitted';

export type FailureCode = string;

interface About { readonly key: string; readonly versionId?: string; readonly size: number }

/** Was, or in a plan would be, stored under the target. */
export interface Rewritten extends About {
  readonly kind: 'rewritten';
  readonly engine: Engine;
  readonly from: Encryption;
  /** A copy in a versioned bucket leaves the version it was made from behind. */
  readonly leftVersion?: string;
}
export interface Skipped extends About { readonly kind: 'skipped'; readonly reason: SkipReason; readonly encryption: Encryption }
export interface Reported extends About { readonly kind: 'exception'; readonly reason: ExceptionReason; readonly detail: string }
export interface Gone extends About { readonly kind: 'gone' }
export interface Failed extends About {
  readonly kind: 'failed';
  readonly code: FailureCode;
  readonly message: string;
  /** Another attempt may succeed without anything being changed. */
  readonly retryable: boolean;
  /** Every other object will fail in the same way: the key is disabled, the credentials are gone. */
  readonly fatal: boolean;
}
export type Outcome = Rewritten | Skipped | Reported | Gone | Failed;
