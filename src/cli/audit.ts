import { parse } from './arguments';
import { auditCsv, auditJson, auditTable, unreadableLines } from './audit-output';
import { connect, type Connection } from './clients';
import { explained } from './explain';
import { interruptible } from './interruptible';
import type { Io } from './io';
import { Progress } from './progress';
import { printable, Talk } from './talk';
import { EXIT, UsageError } from './usage';
import { WHERE_FLAGS, type Where, whereFrom } from './where-arguments';
import { audit as auditBucket, type AuditReport } from '../core/audit';

export const AUDIT_FLAGS = { ...WHERE_FLAGS, csv: { type: 'boolean' } } as const;

/** What is stored how, down to the last old version. Reads, and writes nothing. */
export async function audit(argv: readonly string[], io: Io): Promise<number> {
  const values = parse('audit', argv, AUDIT_FLAGS);
  const where = whereFrom(values);
  const json = values.json === true;
  const csv = values.csv === true;
  if (json && csv) { throw new UsageError('--json and --csv are both given: choose one of them'); }
  const talk = new Talk(io, json);

  const about = { bucket: where.bucket, endpoint: 'AWS' };
  let connection: Connection | undefined;
  try {
    connection = await connect(where, undefined, io);
    about.endpoint = connection.endpoint;
    const report = await interruptible(io, talk, 'Stopping when what is on its way is finished.', async (signal) => look(where, connection as Connection, io, json, signal));
    io.stdout.write(json ? `${JSON.stringify(auditJson(report, where))}\n` : csv ? auditCsv(report, where) : printable(auditTable(report, where, io)));
    if (!report.complete) { talk.error('Interrupted: the numbers cover what was read until then.'); }
    unreadableLines(report, about).forEach((line) => talk.error(line));
    return report.complete && Object.keys(report.unreadable).length === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    const text = explained(error, about);
    if (text === undefined) { throw error; }
    talk.error(text);
    return EXIT.failed;
  } finally {
    connection?.close();
  }
}

async function look(where: Where, { store }: Connection, io: Io, json: boolean, signal: AbortSignal): Promise<AuditReport> {
  let objects = 0;
  const progress = new Progress({ io, json, doing: 'Reading', state: () => ({ objects, failed: 0 }) });
  try {
    return await auditBucket({ store, prefix: where.prefix, concurrency: where.concurrency, signal, onVersion: (soFar) => { objects = soFar; } });
  } finally {
    progress.end();
  }
}
