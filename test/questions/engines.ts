import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runInsights } from '../../emulator/cloudwatch/insights';
import { ensurePythonEnvironment } from '../../emulator/install';
import { CLOUDTRAIL_COLUMNS } from '../../src/audit/cloudtrail-columns';
import { insightsValues, sqlValuesOf } from '../../src/cli/audit-log/values';
import type { Asked, EventRecord, Question, Row } from '../../src/questions';

export interface Query { readonly question: Question; readonly asked: Asked }

/** A record that is in the folder of another day than its own. */
export interface Filed extends EventRecord { readonly _day?: string }

const TABLE = '"audit"."cloudtrail"';

export interface Statement { readonly sql: string; readonly values: readonly string[] }

/** Statements over the records on a real engine, in one run of it. */
export async function runSql(
  statements: readonly Statement[], records: readonly Filed[], table = TABLE, columns: Readonly<Record<string, string>> = CLOUDTRAIL_COLUMNS,
): Promise<(string | number)[][][]> {
  const python = await ensurePythonEnvironment();
  const input = JSON.stringify({ table, columns, records, queries: statements });
  const { status, stdout, stderr } = spawnSync(python, [join(__dirname, 'athena.py')], { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) { throw new Error(stderr); }
  return JSON.parse(stdout) as (string | number)[][][];
}

/** Each query over the records. */
export async function onAthena(queries: readonly Query[], records: readonly Filed[]): Promise<Row[][]> {
  const answers = await runSql(queries.map(({ question, asked }) => (
    { sql: question.sql.replace('{{table}}', TABLE), values: sqlValuesOf(question, asked) })), records);
  return answers.map((rows, index) => {
    const { columns } = queries[index].question;
    return rows.map((row) => Object.fromEntries(columns.map(({ name }, column) => [name, row[column]])));
  });
}

/** The saved query with its placeholders filled, as the console does it. */
export function onInsights({ question, asked }: Query, records: readonly EventRecord[]): Row[] {
  const now = Date.parse(asked.to);
  const values = insightsValues(question, asked, new Date(now));
  const text = question.insights.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
  const events = records.map((record) => ({ timestamp: Date.parse(String(record.eventTime)), record }));
  const within = events.filter(({ timestamp }) => timestamp >= Date.parse(asked.from) && timestamp < now);
  return runInsights(text, within, now).map((row) => Object.fromEntries(question.columns.map(({ name, kind }) => [
    name, kind === 'count' ? Number(row[name]) : row[name] ?? '',
  ])));
}

/** The question as the command asks it of files. */
export function onFiles({ question, asked }: Query, records: readonly EventRecord[]): Row[] {
  const answer = question.answer(asked);
  records.forEach((record) => answer.add(record));
  return answer.rows();
}
