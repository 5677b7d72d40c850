import type { Engine, ExceptionReason } from '../core';
import { meaningOf } from '../core';

/** One line of a report. */
export interface TaskLine {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly succeeded: boolean;
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

/** What it means. `again` goes to the function, which decides on the object anew. */
export type TaskOutcome =
  | { readonly kind: 'rewritten'; readonly engine: Engine; readonly size: number; readonly left: boolean }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'exception'; readonly reason: ExceptionReason; readonly message: string }
  | { readonly kind: 'again' | 'failed'; readonly code: string; readonly message: string };

/**
 * AWS's page names the columns in one order, and its own examples have the other: the number is the HTTP status.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
 */
export function taskLine(row: readonly string[]): TaskLine {
  if (row.length < 7) { throw new Error(`a line of the report has ${row.length} columns instead of 7: ${row.join(',').slice(0, 200)}`); }
  const [bucket, key, versionId, taskStatus, fifth, sixth, ...rest] = row;
  const [status, code] = /^\d{3}$/.test(fifth) ? [fifth, sixth] : [sixth, fifth];
  return {
    bucket, key, versionId, code, status: /^\d{3}$/.test(status) ? Number(status) : undefined, succeeded: taskStatus.toLowerCase() === 'succeeded', message: rest.join(','),
  };
}

/** A line of a job by S3 itself: all of them failed, the others are in no report. */
export function outcomeOfS3(line: TaskLine): TaskOutcome {
  if (line.succeeded) { throw new Error(`a report of failed tasks has a line of one that succeeded: ${line.key}`); }
  const { code, message } = line;
  switch (meaningOf(code, message, line.status)) {
    case 'gone': return { kind: 'gone' };
    case 'sse-c': return { kind: 'exception', reason: 'sse-c', message };
    case 'locked': return { kind: 'exception', reason: 'locked', message };
    case 'archived': return { kind: 'exception', reason: 'archived', message };
    // Not what it was when it was listed; an older version of an object that has changed; too large for a copy.
    case 'changed': case 'needs-copy': case 'unsupported': case 'retryable': return { kind: 'again', code, message };
    case 'fatal': return { kind: 'failed', code, message };
    // A denial is the same the second time. Anything else that S3 calls invalid may be the wrong engine.
    case 'refused': return { kind: line.status === 403 || line.status === 401 ? 'failed' : 'again', code, message };
  }
}

/** A line of a job by the function, whose answer is in it. */
export function outcomeOfFunction(line: TaskLine): TaskOutcome {
  const answer = answerIn(line.message);
  const message = String(answer?.message ?? answer?.detail ?? line.message);
  switch (answer?.kind) {
    case 'rewritten': return { kind: 'rewritten', engine: answer.engine as Engine, size: Number(answer.size ?? 0), left: answer.leftVersion === true };
    case 'skipped': return { kind: 'skipped', reason: String(answer.reason) };
    case 'gone': return { kind: 'gone' };
    case 'exception': return { kind: 'exception', reason: answer.reason as ExceptionReason, message };
    case 'failed': return { kind: answer.retryable === true ? 'again' : 'failed', code: String(answer.code), message };
    default: // The function did not come to an answer: throttled, out of time, out of memory.
      return line.succeeded
        ? { kind: 'failed', code: 'AnswerMissing', message: `the function succeeded without saying how: ${line.message}` }
        : { kind: line.status === 403 ? 'failed' : 'again', code: line.code, message: line.message };
  }
}

function answerIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
