import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInsights } from '../../emulator/cloudwatch/insights';
import type { EventRecord } from '../../src/questions';
import { runSql } from '../questions/engines';

type Body = Readonly<Record<string, unknown>>;
export interface Call { readonly operation: string; readonly body: Body }

/** An error as a service answers it. */
export class Fault extends Error {
  constructor(public readonly code: string, message: string) { super(message); }
}

/**
 * The queries of CloudWatch Logs and Athena, over given records; everything else is asked of the local AWS behind it.
 *
 * A statement is run as it was deployed: its text and the columns of its table are what the local AWS keeps.
 */
export class QueryServices {
  public static async start(behind: string, records: readonly EventRecord[], now: Date): Promise<QueryServices> {
    const services = new QueryServices(behind, records, now);
    await new Promise<void>((resolve) => { services.server.listen(0, '127.0.0.1', resolve); });
    return services;
  }

  public readonly calls: Call[] = [];
  /** Answers instead of the service, when it gives something back. */
  public instead?: (call: Call) => object | undefined;
  /** Rows on a page of results. */
  public pageSize = 1000;
  private readonly server: Server;
  private readonly answers = new Map<string, { columns: string[]; rows: unknown[][] }>();

  private constructor(private readonly behind: string, private readonly records: readonly EventRecord[], private readonly now: Date) {
    this.server = createServer((request, response) => { void this.handle(request, response); });
  }

  public get endpoint(): string { return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`; }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => { this.server.close(resolve); });
  }

  public sent(operation: string): Body | undefined { return this.calls.find((call) => call.operation === operation)?.body; }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) { chunks.push(chunk as Buffer); }
    const text = Buffer.concat(chunks).toString('utf8');
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const call: Call = { operation, body: JSON.parse(text === '' ? '{}' : text) as Body };
    this.calls.push(call);
    const send = (status: number, body: string): void => { response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(body); };
    try {
      const answer = this.instead?.(call) ?? await this.answer(call);
      if (answer !== undefined) {
        send(200, JSON.stringify(answer));
        return;
      }
      const passed = await this.ask(String(request.headers['x-amz-target']), String(request.headers.authorization), text);
      send(passed.status, await passed.text());
    } catch (error) {
      const { code, message } = error as Fault;
      send(400, JSON.stringify({ __type: code ?? 'Defect', message }));
    }
  }

  private async ask(target: string, authorization: string, body: string): Promise<Response> {
    return fetch(this.behind, { method: 'POST', headers: { 'X-Amz-Target': target, 'Authorization': authorization, 'Content-Type': 'application/x-amz-json-1.1' }, body });
  }

  private async answer({ operation, body }: Call): Promise<object | undefined> {
    switch (operation) {
      case 'StartQuery': return this.startLogs(body);
      case 'StopQuery': return { success: true };
      case 'StartQueryExecution': return this.startAthena(body);
      case 'GetQueryExecution': return { QueryExecution: { Status: { State: 'SUCCEEDED' }, Statistics: { DataScannedInBytes: 20_000_000_000 } } };
      case 'StopQueryExecution': return {};
      case 'GetQueryResults': return 'queryId' in body ? this.logsResults(String(body.queryId)) : this.athenaResults(body);
      default: return undefined;
    }
  }

  private startLogs({ queryString, startTime, endTime }: Body): object {
    const within = this.records.map((record) => ({ timestamp: Date.parse(String(record.eventTime)), record }))
      .filter(({ timestamp }) => timestamp >= Number(startTime) * 1000 && timestamp <= Number(endTime) * 1000);
    const rows = runInsights(String(queryString), within, this.now.getTime());
    const queryId = `query-${this.answers.size}`;
    this.answers.set(queryId, { columns: [], rows: rows.map((row) => Object.entries(row)) });
    return { queryId };
  }

  private logsResults(id: string): object {
    const results = this.answers.get(id)?.rows.map((row) => (row as [string, string][]).map(([field, value]) => ({ field, value })));
    return { status: 'Complete', results, statistics: { bytesScanned: 1_500_000_000, recordsMatched: results?.length, recordsScanned: this.records.length } };
  }

  private async startAthena({ QueryString, WorkGroup }: Body): Promise<object> {
    const [, name, using] = /^EXECUTE (\w+) USING (.*)$/s.exec(String(QueryString)) ?? [];
    if (name === undefined) { throw new Fault('InvalidRequestException', 'not an EXECUTE'); }
    const values = [...(using as string).matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => value.replace(/''/g, '\''));
    const found = await this.ask('AmazonAthena.GetPreparedStatement', authorization('athena'), JSON.stringify({ StatementName: name, WorkGroup }));
    const { PreparedStatement: statement } = await found.json() as { PreparedStatement?: { QueryStatement: string } };
    if (statement === undefined) { throw new Fault('InvalidRequestException', `PreparedStatement ${name} was not found in workGroup ${String(WorkGroup)}`); }
    const sql = statement.QueryStatement;
    const [, table, DatabaseName, Name] = /FROM ("([^"]+)"\."([^"]+)")/.exec(sql) ?? [];
    const of = await this.ask('AWSGlue.GetTable', authorization('glue'), JSON.stringify({ DatabaseName, Name }));
    const { Table: kept } = await of.json() as { Table: { StorageDescriptor: { Columns: { Name: string; Type: string }[] } } };
    const columns = Object.fromEntries(kept.StorageDescriptor.Columns.map((column) => [column.Name, column.Type]));
    const [rows] = await runSql([{ sql, values }], this.records, table as string, columns);
    const QueryExecutionId = `execution-${this.answers.size}`;
    this.answers.set(QueryExecutionId, { columns: namesOf(sql), rows });
    return { QueryExecutionId };
  }

  private athenaResults({ QueryExecutionId, NextToken }: Body): object {
    const { columns, rows } = this.answers.get(String(QueryExecutionId)) ?? { columns: [], rows: [] };
    const all = [columns, ...rows];
    const from = Number(NextToken ?? 0);
    const page = all.slice(from, from + this.pageSize).map((row) => ({ Data: row.map((cell) => ({ VarCharValue: String(cell) })) }));
    return {
      ResultSet: { Rows: page, ResultSetMetadata: { ColumnInfo: columns.map((Name) => ({ Name, Type: 'varchar' })) } },
      NextToken: from + this.pageSize < all.length ? String(from + this.pageSize) : undefined,
    };
  }
}

const authorization = (service: string): string => `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=none`;

/** What a statement calls its columns. */
function namesOf(sql: string): string[] {
  return [...sql.slice(0, sql.search(/\nFROM /)).matchAll(/ AS (\w+)/g)].map(([, name]) => name as string);
}
