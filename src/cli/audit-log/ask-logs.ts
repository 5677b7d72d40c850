import { CloudWatchLogsClient, GetQueryResultsCommand, QueryStatus, type ResultField, StartQueryCommand, StopQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { AuditLogOptions } from './arguments';
import { findTrail } from './find-trail';
import type { Found } from './found';
import { reachOf } from './reach';
import { insightsValues } from './values';
import { poll } from './wait';
import type { Column, Row } from '../../questions';
import type { Io } from '../io';
import { Refusal } from '../usage';

/**
 * Asks CloudWatch Logs.
 *
 * StartQuery has no parameters, unlike a saved query, so the values are written into the text here. What
 * they may be has been looked at, letter by letter: `PARAMETERS`.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
 */
export async function askLogs(options: AuditLogOptions, client: CloudWatchLogsClient, io: Io, signal: AbortSignal): Promise<Found> {
  const { question, asked } = options;
  const logGroupName = options.logGroup ?? (await findTrail(options, client)).logGroup;
  const values = insightsValues(question, asked, io.clock.now());
  const { queryId } = await client.send(new StartQueryCommand({
    logGroupName,
    queryString: question.insights.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? ''),
    startTime: Date.parse(asked.from) / 1000,
    endTime: Date.parse(asked.to) / 1000 - 1, // the last second counts here
  }));
  const answer = await poll(io, signal, async () => {
    const seen = await client.send(new GetQueryResultsCommand({ queryId }));
    return seen.status === QueryStatus.Scheduled || seen.status === QueryStatus.Running ? undefined : seen;
  }, async () => client.send(new StopQueryCommand({ queryId })));
  if (answer.status !== QueryStatus.Complete) {
    throw new Refusal(`CloudWatch Logs ended the query with ${answer.status}: ask about a shorter time, or --from athena`);
  }
  return {
    rows: (answer.results ?? []).map((fields) => rowOf(fields, question.columns)),
    where: `the log group ${logGroupName}`,
    scannedBytes: answer.statistics?.bytesScanned,
    ...await reachOf(client, logGroupName, asked, io.clock.now()),
  };
}

function rowOf(fields: readonly ResultField[], columns: readonly Column[]): Row {
  const values = new Map(fields.map(({ field, value }) => [field, value ?? '']));
  return Object.fromEntries(columns.map(({ name, kind }) => [name, kind === 'count' ? Number(values.get(name) ?? 0) : values.get(name) ?? '']));
}
