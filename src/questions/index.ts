import { OTHER_KEY_UPLOADS } from './other-key-uploads';
import type { Question } from './question';
import { UNUSUAL_ADDRESSES } from './unusual-addresses';
import { WHAT_DID_PRINCIPAL } from './what-did-principal';
import { WHO_CHANGED_BUCKET } from './who-changed-bucket';
import { WHO_DECRYPTED } from './who-decrypted';
import { WHO_TOUCHED_KEY } from './who-touched-key';

/** What an audit asks, in the order of the manual. */
export const QUESTIONS: readonly Question[] = [
  WHO_DECRYPTED, UNUSUAL_ADDRESSES, WHO_TOUCHED_KEY, WHO_CHANGED_BUCKET, OTHER_KEY_UPLOADS, WHAT_DID_PRINCIPAL,
];

export { type Answer, type Asked, type Column, MOST_ROWS, PARAMETERS, type Question, type Row, type SqlValue, type Subject } from './question';
export type { EventRecord } from './record';
