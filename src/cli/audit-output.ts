import Table from 'cli-table3';
import { type About, explain } from './explain';
import type { Io } from './io';
import { bytes, grouped } from './numbers';
import { paint } from './talk';
import type { Where } from './where-arguments';
import type { AuditReport, AuditRow } from '../core/audit';

/** As the S3 Inventory and the S3 documentation say it. */
const NAMES: Readonly<Record<AuditRow['status'], string>> = {
  'NOT-SSE': 'not encrypted',
  'SSE-S3': 'SSE-S3',
  'SSE-KMS': 'SSE-KMS',
  'DSSE-KMS': 'DSSE-KMS',
  'SSE-C': 'SSE-C',
  'OTHER': 'another service',
  'UNREADABLE': 'not readable',
};

export function auditTable(report: AuditReport, { bucket, prefix }: Where, io: Io): string {
  const table = new Table({
    head: ['Encryption', 'Key', 'Bucket Key', 'Objects', 'Bytes', 'Old versions', 'Bytes'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
    style: { 'head': [], 'border': [], 'compact': true, 'padding-left': 0, 'padding-right': 0 },
    chars: PLAIN,
  });
  for (const row of report.rows) {
    table.push([
      NAMES[row.status], row.keyArn ?? '', row.status === 'SSE-KMS' ? row.bucketKey ? 'yes' : 'no' : '',
      grouped(row.currentObjects), bytes(row.currentBytes), grouped(row.noncurrentVersions), bytes(row.noncurrentBytes),
    ]);
  }
  const where = `${bucket}${prefix === '' ? '' : `, below ${JSON.stringify(prefix)}`}`;
  const title = `${where}: ${grouped(report.versions)} ${report.versions === 1 ? 'version' : 'versions'}, ${bytes(report.bytes)}`;
  return `${paint(io, 'stdout', 'bold', title)}\n${report.rows.length === 0 ? 'Nothing is stored there.' : table.toString()}\n`;
}

/** Two spaces between columns, so that a terminal of any kind shows it and a script can split it. */
const PLAIN = {
  'top': '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  'bottom': '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  'left': '',
  'left-mid': '',
  'mid': '',
  'mid-mid': '',
  'right': '',
  'right-mid': '',
  'middle': '  ',
};

export function auditJson(report: AuditReport, { bucket, prefix }: Where): Record<string, unknown> {
  return {
    type: 'audit',
    bucket,
    prefix,
    complete: report.complete,
    versions: report.versions,
    bytes: report.bytes,
    unreadable: report.unreadable,
    rows: report.rows.map((row) => ({ ...row, keyArn: row.keyArn ?? null })),
  };
}

const COLUMNS = ['status', 'keyArn', 'bucketKey', 'currentObjects', 'currentBytes', 'noncurrentVersions', 'noncurrentBytes'] as const;

/** RFC 4180. The fields of the rows hold names, ARNs and numbers; only the bucket and the prefix could need quotes. */
export function auditCsv(report: AuditReport, { bucket, prefix }: Where): string {
  const lines = report.rows.map((row) => [bucket, prefix, ...COLUMNS.map((column) => row[column] ?? '')]);
  return [['bucket', 'prefix', ...COLUMNS], ...lines].map((cells) => `${cells.map((cell) => csvCell(String(cell))).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  // A spreadsheet would run what begins like this.
  const harmless = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}

export function unreadableLines({ unreadable }: AuditReport, about: About): string[] {
  return Object.entries(unreadable).map(([code, number]) => `${grouped(number)} ${number === 1 ? 'version' : 'versions'} could not be read. ${explain({ code, message: '' }, about)}`);
}
