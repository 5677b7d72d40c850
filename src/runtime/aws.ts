import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core';

/** Of every client: an answer that never comes must not hold a function until its time is over. */
export const CLIENT = {
  maxAttempts: 10,
  requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
} as const;

export const SYSTEM_CLOCK: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => { await sleep(milliseconds, undefined, { signal }).catch(() => undefined); },
};

/** A variable that the stack sets; without it the function was deployed by something else. */
export function needed(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') { throw new Error(`the environment variable ${name} is not set: it is set by EncryptionBackfillJob, deploy that again`); }
  return value;
}
