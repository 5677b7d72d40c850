import { closingLines, stoppedLines } from './closing';
import type { Files } from './files';
import type { Ground, PassResult } from './pass';
import { exitCodeOf, jsonOf, type Report } from './report';
import { paint, printable } from './talk';
import { costOf } from '../core/prices';

export interface Shown {
  readonly result: PassResult;
  readonly plan: boolean;
  readonly asking?: boolean;
  readonly files?: Files;
  readonly left?: PassResult;
}

/** Writes what came out to stdout, and gives back the exit code. */
export function show(ground: Ground, shown: Shown): number {
  const report = reportOf(ground, shown);
  const { io, options, talk } = ground;
  // Who reads stderr alone has to learn why it stopped.
  if (options.json && !report.result.complete) { talk.error(stoppedLines(report, ground.about).join('\n')); }
  io.stdout.write(options.json ? `${JSON.stringify(jsonOf(report))}\n` : `${linesOf(ground, report, 'stdout')}\n`);
  return exitCodeOf(report);
}

/** A plan that is shown before a question is for who has to answer it. */
export function showPlan(ground: Ground, result: PassResult): void {
  ground.io.stderr.write(`${linesOf(ground, reportOf(ground, { result, plan: true, asking: true }), 'stderr')}\n`);
}

function reportOf({ options, connection, found }: Ground, shown: Shown): Report {
  const cost = costOf(shown.result.totals, { bucketKey: options.target.bucketKey, versioned: found.versioned });
  return { ...shown, options, endpoint: connection.endpoint, versioned: found.versioned, cost };
}

function linesOf({ io, about }: Ground, report: Report, where: 'stdout' | 'stderr'): string {
  const [title, ...lines] = closingLines(report, about).map(printable);
  return [paint(io, where, 'bold', title), ...lines].join('\n');
}
