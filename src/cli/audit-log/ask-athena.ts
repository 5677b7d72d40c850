import {
  type AthenaClient, GetQueryExecutionCommand, GetQueryResultsCommand, QueryExecutionState, StartQueryExecutionCommand, StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { AuditLogOptions } from './arguments';
import { findTrail } from './find-trail';
import type { Found } from './found';
import { sqlValuesOf } from './values';
import { poll } from './wait';
import type { Column, Row } from '../../questions';
import type { Io } from '../io';
import { Refusal } from '../usage';

const ENDED: readonly (string | undefined)[] = [QueryExecutionState.SUCCEEDED, QueryExecutionState.FAILED, QueryExecutionState.CANCELLED];

/**
 * Asks Athena, by the statement that the trail has in its workgroup: so neither the table nor where results go has to be known.
 * https://docs.aws.amazon.com/athena/latest/ug/sql-execute.html
 */
export async function askAthena(
  options: AuditLogOptions, client: AthenaClient, logs: CloudWatchLogsClient, io: Io, signal: AbortSignal,
): Promise<Found> {
  const { question, asked } = options;
  const WorkGroup = options.workGroup ?? options.trail ?? (await findTrail(options, logs)).name;
  const QueryString = `EXECUTE ${question.id.replace(/-/g, '_')} USING ${sqlValuesOf(question, asked).map(literal).join(', ')}`;
  const { QueryExecutionId } = await client.send(new StartQueryExecutionCommand({ WorkGroup, QueryString }));
  const execution = await poll(io, signal, async () => {
    const { QueryExecution: seen } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    return ENDED.includes(seen?.Status?.State) ? seen : undefined;
  }, async () => client.send(new StopQueryExecutionCommand({ QueryExecutionId })));
  if (execution.Status?.State !== QueryExecutionState.SUCCEEDED) { throw new Refusal(failure(execution.Status?.StateChangeReason ?? '', WorkGroup)); }

  const rows: Row[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken }));
    const names = page.ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Name }) => Name) ?? [];
    for (const { Data = [] } of page.ResultSet?.Rows ?? []) {
      const cells = Data.map(({ VarCharValue }) => VarCharValue);
      // The first row of a SELECT are the names of its columns.
      const isHead = rows.length === 0 && NextToken === undefined && cells.join('\n') === names.join('\n');
      if (!isHead) { rows.push(rowOf(cells, question.columns)); }
    }
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return { rows, where: `the workgroup ${WorkGroup}`, scannedBytes: execution.Statistics?.DataScannedInBytes, missing: [] };
}

/** Text as SQL has it. */
function literal(value: string): string { return `'${value.replace(/'/g, '\'\'')}'`; }

function rowOf(cells: readonly (string | undefined)[], columns: readonly Column[]): Row {
  if (cells.length !== columns.length) {
    throw new Refusal(`the statement answered ${cells.length} columns, and this version of the command knows ${columns.length}: use the version that the stack was deployed with`);
  }
  return Object.fromEntries(columns.map(({ name, kind }, index) => [name, kind === 'count' ? Number(cells[index] ?? 0) : cells[index] ?? '']));
}

function failure(reason: string, workGroup: string): string {
  const said = `Athena: ${reason === '' ? 'the query failed, and no reason is given' : reason}`;
  if (/bytes scanned limit/i.test(reason)) {
    return `${said}\nIt would have read more than the workgroup ${workGroup} allows: ask about a shorter time, or raise queryScanLimit of the EncryptionAuditTrail.`;
  }
  if (/AccessDenied|Access Denied|not authorized/i.test(reason)) {
    return `${said}\nReading the log files takes permission of S3, of Glue and of KMS: grantQuery of the EncryptionAuditTrail gives all of them.`;
  }
  return said;
}
