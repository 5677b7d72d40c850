import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type AuditLogOptions, auditLogOptions } from './arguments';
import { askAthena } from './ask-athena';
import { askFiles } from './ask-files';
import { askLogs } from './ask-logs';
import { explainedOfLog } from './explain';
import type { Found } from './found';
import { rowsCsv, rowsJson, rowsTable } from './output';
import { MOST_ROWS } from '../../questions';
import { interruptible } from '../interruptible';
import type { Io } from '../io';
import { bytes, dollars } from '../numbers';
import { printable, Talk } from '../talk';
import { EXIT } from '../usage';

/** Of a terabyte that was read, in most regions. https://aws.amazon.com/athena/pricing/ and https://aws.amazon.com/cloudwatch/pricing/ */
const DOLLARS_PER_BYTE = 5 / 1e12;

/** Somebody waits, and asking again is theirs. */
const PATIENCE = { maxAttempts: 4, requestHandler: { requestTimeout: 30_000, throwOnRequestTimeout: true, connectionTimeout: 10_000 } };

/** Who did it: runs a saved question, and shows its rows. Writes nothing but the results of Athena. */
export async function auditLog(argv: readonly string[], io: Io): Promise<number> {
  const options = auditLogOptions(argv, io.clock.now());
  const talk = new Talk(io, options.output === 'json');
  try {
    const answer = await interruptible(io, talk, 'Stopping.', async (signal) => ask(options, io, signal));
    const full = answer.rows.length >= MOST_ROWS ? ['There may be more: 10,000 rows are the most. Ask about a shorter time.'] : [];
    const found = { ...answer, missing: [...answer.missing, ...full] };
    io.stdout.write(shown(options, found, io));
    if (found.scannedBytes !== undefined) { talk.note(`${bytes(found.scannedBytes)} were read. Cost: ${dollars(found.scannedBytes * DOLLARS_PER_BYTE)}.`); }
    found.notes?.forEach((line) => talk.note(line));
    found.missing.forEach((line) => talk.error(line));
    return found.missing.length === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    const text = explainedOfLog(error, options);
    if (text === undefined) { throw error; }
    talk.error(text);
    return EXIT.failed;
  }
}

async function ask(options: AuditLogOptions, io: Io, signal: AbortSignal): Promise<Found> {
  if (options.source === 'files') { return askFiles(options, io, signal); }
  const region = options.region ?? io.env.AWS_REGION ?? io.env.AWS_DEFAULT_REGION;
  const endpoint = (service: string): string | undefined => io.env[`AWS_ENDPOINT_URL_${service}`] ?? io.env.AWS_ENDPOINT_URL;
  const logs = new CloudWatchLogsClient({ ...PATIENCE, region, endpoint: endpoint('CLOUDWATCH_LOGS') });
  const athena = new AthenaClient({ ...PATIENCE, region, endpoint: endpoint('ATHENA') });
  try {
    return options.source === 'logs' ? await askLogs(options, logs, io, signal) : await askAthena(options, athena, logs, io, signal);
  } finally {
    logs.destroy();
    athena.destroy();
  }
}

function shown(options: AuditLogOptions, found: Found, io: Io): string {
  if (options.output === 'json') { return `${JSON.stringify(rowsJson(options, found))}\n`; }
  return options.output === 'csv' ? rowsCsv(options, found) : printable(rowsTable(options, found, io));
}
