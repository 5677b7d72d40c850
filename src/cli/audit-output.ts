import { type About, explain } from './explain';
import type { Io } from './io';
import { bytes, grouped } from './numbers';
import { csv, plainTable } from './table';
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
  const table = plainTable(
    ['Encryption', 'Key', 'Bucket Key', 'Objects', 'Bytes', 'Old versions', 'Bytes'],
    ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
    report.rows.map((row) => [
      NAMES[row.status], row.keyArn ?? '', row.status === 'SSE-KMS' ? row.bucketKey ? 'yes' : 'no' : '',
      grouped(row.currentObjects), bytes(row.currentBytes), grouped(row.noncurrentVersions), bytes(row.noncurrentBytes),
    ]),
  );
  const where = `${bucket}${prefix === '' ? '' : `, below ${JSON.stringify(prefix)}`}`;
  const title = `${where}: ${grouped(report.versions)} ${report.versions === 1 ? 'version' : 'versions'}, ${bytes(report.bytes)}`;
  return `${paint(io, 'stdout', 'bold', title)}\n${report.rows.length === 0 ? 'Nothing is stored there.' : table}\n`;
}

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

export function auditCsv(report: AuditReport, { bucket, prefix }: Where): string {
  return csv([['bucket', 'prefix', ...COLUMNS], ...report.rows.map((row) => [bucket, prefix, ...COLUMNS.map((column) => row[column] ?? '')])]);
}

export function unreadableLines({ unreadable }: AuditReport, about: About): string[] {
  return Object.entries(unreadable).map(([code, number]) => `${grouped(number)} ${number === 1 ? 'version' : 'versions'} could not be read. ${explain({ code, message: '' }, about)}`);
}
