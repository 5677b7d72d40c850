import { UsageError } from '../usage';

const SECOND = 1000;
const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: 86_400 * SECOND, w: 604_800 * SECOND };
const ALLOWED = 'a time before now such as 90m, 24h, 7d or 4w, a day such as 2026-11-01, or a moment such as 2026-11-01T08:00:00Z';

/** How long `7d` is, in milliseconds. */
export function spanOf(flag: string, value: string): number {
  const [, number, unit] = /^(\d{1,6})([smhdw])$/.exec(value) ?? [];
  if (number === undefined || Number(number) === 0) { throw new UsageError(`${flag} is "${value}", and must be a length of time such as 24h, 30d or 8w`); }
  return Number(number) * (UNITS[unit as string] as number);
}

/** A moment: so long ago, or when the day begins in UTC, as CloudTrail has its times. */
export function momentOf(flag: string, value: string, now: Date): Date {
  if (/^\d{1,6}[smhdw]$/.test(value)) { return new Date(now.getTime() - spanOf(flag, value)); }
  const moment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(value) ? new Date(value) : undefined;
  // Date takes 31 June for 1 July.
  if (moment === undefined || Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(value.replace(/Z$/, ''))) {
    throw new UsageError(`${flag} is "${value}", and must be ${ALLOWED}`);
  }
  return moment;
}

/** As CloudTrail writes it, to the second. */
export function asCloudTrail(moment: Date): string { return `${moment.toISOString().slice(0, 19)}Z`; }
