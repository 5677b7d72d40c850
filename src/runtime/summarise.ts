import { add, exceptionsIn, noTotals, rewrittenIn, type Totals } from '../core';
import type { JobEntry, ReadState } from './shapes';

export interface SummaryRequest {
  readonly planId: string;
  readonly runId: string;
  readonly bucket: string;
  readonly keyArn: string;
  readonly versioned: boolean;
  readonly operationsBucket: string;
  readonly startedAt: string;
  readonly plan: { readonly jobs: readonly JobEntry[]; readonly planTime?: string; readonly nothingToDo?: boolean };
  readonly results: readonly JobEntry[];
  readonly retries: readonly JobEntry[];
  readonly first: ReadState | null;
  readonly second: ReadState | null;
  /** What S3 counts now. */
  readonly remaining: readonly JobEntry[];
  readonly warnings: readonly string[];
}

/** SNS takes so many characters of ASCII, without line ends. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const SUBJECT_LENGTH = 100;

/** What a run came to, for people and for machines. */
export function summarised(request: SummaryRequest): Record<string, unknown> & { report: string } {
  const totals = noTotals();
  const failures: Record<string, number> = {};
  for (const state of [request.first, request.second]) {
    if (state === null) { continue; }
    add(totals, state.totals);
    for (const [code, number] of Object.entries(state.failures)) { failures[code] = (failures[code] ?? 0) + number; }
  }
  // Counted by S3 and never run; what the function reported of the same source is among them.
  for (const { source, total } of request.plan.jobs.filter(({ engine }) => engine === 'count')) {
    const reason = source as 'sse-c' | 'archived';
    if (total > (totals.exceptions[reason] ?? 0)) { totals.exceptions[reason] = total; }
  }
  const stopped = request.results.filter(({ status }) => status === 'Failed' || status === 'Cancelled');
  const left = request.remaining.filter(({ engine, total }) => engine !== 'count' && total > 0);
  const remainingTotal = left.reduce((sum, { total }) => sum + total, 0);
  // A list that was made a moment later than the exceptions may have fewer of them, never more.
  const listed = (request.first?.listedExceptions ?? 0) + (request.second?.listedExceptions ?? 0);
  const reported = exceptionsIn(totals) - countedOnly(request, totals) - listed;
  const unexplained = Math.max(0, remainingTotal - reported);
  const verified = totals.failed === 0 && unexplained === 0 && stopped.length === 0;
  const rewritten = { update: totals.rewritten.update, copy: totals.rewritten.copy, multipartCopy: totals.rewritten['multipart-copy'] };
  const report = `s3://${request.operationsBucket}/summaries/${request.runId}.json`;
  const summary = {
    planId: request.planId,
    runId: request.runId,
    bucket: request.bucket,
    keyArn: request.keyArn,
    versioned: request.versioned,
    startedAt: request.startedAt,
    objects: totals.objects,
    bytes: totals.bytes,
    rewritten,
    rewrittenTotal: rewrittenIn(totals),
    bytesCopied: totals.bytesCopied,
    alreadyEncrypted: totals.alreadyEncrypted,
    notASource: totals.notASource,
    exceptions: totals.exceptions,
    exceptionsTotal: exceptionsIn(totals),
    gone: totals.gone,
    failed: totals.failed,
    failures,
    leftVersions: totals.leftVersions,
    leftBytes: totals.leftBytes,
    remaining: Object.fromEntries(left.map(({ name, total }) => [name, total])),
    remainingTotal,
    unexplained,
    stoppedJobs: stopped.map(({ name, jobId, status }) => ({ name, jobId, status })),
    verified,
    nothingWritten: rewrittenIn(totals) === 0,
    warnings: request.warnings,
    lists: [...request.first?.lists ?? [], ...request.second?.lists ?? []],
    report,
  };
  return { ...summary, subject: subjectOf(request.bucket, summary), message: messageOf(request, summary) };
}

/** Exceptions that no job of the verification counts, because they are not of its sources: SSE-C. */
function countedOnly({ plan }: SummaryRequest, totals: Totals): number {
  const sseC = plan.jobs.filter(({ engine, source }) => engine === 'count' && source === 'sse-c').reduce((sum, { total }) => sum + total, 0);
  return Math.min(sseC, totals.exceptions['sse-c'] ?? 0);
}

interface Said {
  readonly verified: boolean;
  readonly nothingWritten: boolean;
  readonly rewritten: { readonly update: number; readonly copy: number; readonly multipartCopy: number };
  readonly exceptions: Partial<Record<string, number>>;
  readonly failed: number;
  readonly failures: Record<string, number>;
  readonly gone: number;
  readonly leftVersions: number;
  readonly leftBytes: number;
  readonly unexplained: number;
  readonly stoppedJobs: readonly { readonly name: string; readonly jobId: string; readonly status: string }[];
  readonly lists: readonly string[];
  readonly report: string;
}

function subjectOf(bucket: string, { verified, nothingWritten }: Said): string {
  const what = !verified ? 'UNFINISHED' : nothingWritten ? 'nothing to do' : 'finished';
  return `Encryption backfill ${what}: ${bucket}`.replace(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_LENGTH);
}

function messageOf({ bucket, keyArn, planId, plan }: SummaryRequest, said: Said): string {
  const lines = (entries: readonly (readonly [string, number])[]): string[] => entries.filter(([, n]) => n > 0).map(([text, n]) => `  ${n.toLocaleString('en-US')} ${text}`);
  return [
    `Bucket ${bucket}`,
    `Key    ${keyArn}`,
    `Plan   ${planId}`,
    '',
    said.nothingWritten ? 'No object was written.' : 'Under the key now:',
    ...lines([['updated in place', said.rewritten.update], ['copied', said.rewritten.copy], ['copied in parts', said.rewritten.multipartCopy]]),
    ...Object.keys(said.exceptions).length === 0 ? [] : ['', 'Left as they are, and why:', ...lines(Object.entries(said.exceptions).map(([reason, n]) => [REASONS[reason] ?? reason, n ?? 0] as const))],
    ...said.failed === 0 ? [] : ['', 'Failed twice:', ...lines(Object.entries(said.failures))],
    ...said.gone === 0 ? [] : ['', `${said.gone.toLocaleString('en-US')} were deleted meanwhile.`],
    ...said.leftVersions === 0 ? [] : [
      '', `Copies left ${said.leftVersions.toLocaleString('en-US')} old versions behind (${said.leftBytes.toLocaleString('en-US')} bytes), encrypted as before.`,
      'Nothing removes them but a lifecycle rule for noncurrent versions (expireReplacedVersions).',
    ],
    ...said.stoppedJobs.map(({ name, jobId, status }) => `\nJob ${jobId} (${name}) ended as ${status}: its other objects were not looked at.`),
    '',
    said.verified ? 'Verified: S3 finds no other object of the sources.' : `NOT FINISHED: S3 still finds ${said.unexplained.toLocaleString('en-US')} objects that nothing explains. Mend the cause, and start a new plan.`,
    ...plan.jobs.some(({ source }) => source.startsWith('listed')) ? ['What a report had listed, the next report counts again.'] : [],
    ...said.lists.map((list) => `List: ${list}`),
    `Summary: ${said.report}`,
  ].join('\n');
}

const REASONS: Readonly<Record<string, string>> = {
  'sse-c': 'under a key of the client (SSE-C): only its holder can copy them',
  'locked': 'under Object Lock',
  'not-admitted': 'listed by a report, under a key or a type of encryption that is none of the sources: pass the key to BackfillSource.listed()',
  'archived': 'archived: restore them, and plan again',
  'too-large': 'too large for the function: the command copies them',
  'noncurrent-needs-copy': 'noncurrent versions that only a copy could encrypt',
};
