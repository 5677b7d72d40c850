import type { AuditLogOptions } from './arguments';
import type { Found } from './found';
import type { Row } from '../../questions';
import type { Io } from '../io';
import { grouped } from '../numbers';
import { csv, plainTable } from '../table';
import { paint } from '../talk';

export function rowsTable({ question, asked }: AuditLogOptions, { rows, where }: Found, io: Io): string {
  const about = question.subjects.map((subject) => asked[subject]).join(', ');
  const title = `${question.title}: ${about}\n${asked.since} to ${asked.to}, from ${where}`;
  const { columns } = question;
  const table = plainTable(
    columns.map(({ name }) => inWords(name)),
    columns.map(({ kind }) => (kind === 'count' ? 'right' : 'left')),
    rows.map((row) => columns.map(({ name, kind }) => (kind === 'count' ? grouped(Number(row[name])) : String(row[name])))),
  );
  return `${paint(io, 'stdout', 'bold', title)}\n${rows.length === 0 ? `Nothing was found.\n${question.about}` : table}\n`;
}

export function rowsJson({ question, asked, source }: AuditLogOptions, { rows, scannedBytes, missing }: Found): Record<string, unknown> {
  const subjects = Object.fromEntries(question.subjects.map((subject) => [subject, asked[subject]]));
  return {
    type: 'audit-log',
    query: question.id,
    ...subjects,
    since: asked.since,
    until: asked.to,
    comparedFrom: question.compares ? asked.from : null,
    source,
    complete: missing.length === 0,
    scannedBytes: scannedBytes ?? null,
    rows,
  };
}

export function rowsCsv({ question: { columns } }: AuditLogOptions, { rows }: Found): string {
  return csv([columns.map(({ name }) => name), ...rows.map((row: Row) => columns.map(({ name }) => row[name] as string | number))]);
}

/** `firstSeen` as the head of a column: First seen. */
function inWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
