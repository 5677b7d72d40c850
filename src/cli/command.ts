import { helpFor } from './help';
import type { Io } from './io';
import { Talk } from './talk';
import { EXIT, Refusal, UsageError } from './usage';
import { version } from './version';

const COMMANDS = ['backfill', 'audit', 'audit-log'] as const;
const LIST = `${COMMANDS.slice(0, -1).join(', ')} and ${COMMANDS.at(-1)}`;
type Name = typeof COMMANDS[number];

/** @returns the exit code: 0 done, 1 failed, 2 done with failed objects, 64 bad usage */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const talk = new Talk(io, argv.includes('--json'));
  const [name, ...rest] = argv;
  try {
    if (name === undefined) { throw new UsageError(`no command was given, and there are ${LIST}: see cdk-s3-encryption --help`); }
    if (name === '--version' || name === 'version') {
      io.stdout.write(`${version()}\n`);
      return EXIT.done;
    }
    if (isHelp(name) || rest.some(isHelp)) {
      const about = isHelp(name) ? rest[0] : name;
      io.stdout.write(helpFor(isName(about) ? about : undefined));
      return EXIT.done;
    }
    if (!isName(name)) { throw new UsageError(`"${name}" is not a command: there are ${LIST}; see cdk-s3-encryption --help`); }
    return await commandOf(name)(rest, io);
  } catch (error) {
    return failed(error, talk);
  }
}

/** The SDK takes most of the time that a start takes, and help needs none of it. */
function commandOf(name: Name): (argv: readonly string[], io: Io) => Promise<number> {
  /* eslint-disable @typescript-eslint/no-require-imports -- import() would not be bundled into one file, and not run under Jest */
  if (name === 'audit') { return (require('./audit') as typeof import('./audit')).audit; }
  if (name === 'audit-log') { return (require('./audit-log/audit-log') as typeof import('./audit-log/audit-log')).auditLog; }
  return (require('./backfill') as typeof import('./backfill')).backfill;
  /* eslint-enable @typescript-eslint/no-require-imports */
}

function failed(error: unknown, talk: Talk): number {
  if (error instanceof UsageError) {
    talk.error(error.message);
    return EXIT.usage;
  }
  if (error instanceof Refusal || isAboutFile(error)) {
    talk.error((error as Error).message);
    return EXIT.failed;
  }
  talk.error(`a defect of cdk-s3-encryption ${version()}, please report it:\n${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  return EXIT.failed;
}

/** Node names the system call and the file: no room, no permission, no such folder. */
function isAboutFile(error: unknown): boolean {
  const { syscall, path, code } = error as { syscall?: unknown; path?: unknown; code?: unknown };
  return typeof syscall === 'string' && typeof code === 'string' && (path !== undefined || ['ENOSPC', 'EIO', 'EFBIG', 'EDQUOT', 'EROFS'].includes(code));
}

function isHelp(word: string): boolean { return word === '--help' || word === '-h' || word === 'help'; }
function isName(word: string | undefined): word is Name { return (COMMANDS as readonly (string | undefined)[]).includes(word); }
