import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { EventRecord } from '../../questions';

/** CloudTrail writes files of some megabytes; what unpacks to more than this is none of them. */
const MOST = 1024 * 1024 * 1024;

const unpack = promisify(gunzip);

/** The records of a log file as CloudTrail writes it, packed or not, or of one record a line. */
export async function recordsOf(content: Buffer): Promise<EventRecord[]> {
  const packed = content[0] === 0x1f && content[1] === 0x8b;
  const text = (packed ? await unpack(content, { maxOutputLength: MOST }) : content).toString('utf8');
  const whole = parsed(text);
  const records = whole === undefined
    ? text.split('\n').filter((line) => line.trim() !== '').map((line) => parsed(line))
    : Array.isArray(whole) ? whole : 'Records' in whole ? whole.Records : [whole];
  if (!Array.isArray(records) || !records.every(isRecord)) { throw new Error('it holds no records of CloudTrail'); }
  return records;
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is EventRecord {
  return typeof value === 'object' && value !== null && typeof (value as EventRecord).eventName === 'string' && typeof (value as EventRecord).eventTime === 'string';
}
