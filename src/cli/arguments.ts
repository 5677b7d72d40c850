import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage';

type Flags = NonNullable<ParseArgsConfig['options']>;
export type Values<T extends Flags> = ReturnType<typeof parseArgs<{ options: T; strict: true; allowPositionals: false }>>['values'];

/** The values of the flags, or a UsageError that names the flag. */
export function parse<T extends Flags>(command: string, argv: readonly string[], flags: T): Values<T> {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) { throw error; }
    const known = Object.keys(flags).map((name) => `--${name}`).join(' ');
    throw new UsageError(`${message.split('. ')[0]}. The flags of ${command} are: ${known}`);
  }
}

export function required(flag: string, value: string | undefined, remedy: string): string {
  if (value === undefined || value === '') { throw new UsageError(`${flag} is missing: ${remedy}`); }
  return value;
}

export function matching(flag: string, value: string | undefined, pattern: RegExp, allowed: string): string | undefined {
  if (value !== undefined && !pattern.test(value)) { throw new UsageError(`${flag} is "${value}", and must be ${allowed}`); }
  return value;
}

export function whole(flag: string, value: string | undefined, least: number, most: number): number | undefined {
  if (value === undefined) { return undefined; }
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw new UsageError(`${flag} is "${value}", and must be a whole number from ${least} to ${most}`);
  }
  return number;
}

export function oneOf<T extends string>(flag: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  if (value !== undefined && !(allowed as readonly string[]).includes(value)) {
    throw new UsageError(`${flag} is "${value}", and must be ${allowed.join(' or ')}`);
  }
  return value as T | undefined;
}

export function url(flag: string, value: string | undefined): string | undefined {
  if (value === undefined) { return undefined; }
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new UsageError(`${flag} is "${value}", and must be an address such as https://s3.example.com:9000`);
  }
  return value;
}
