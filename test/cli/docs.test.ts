import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './fake-io';
import { parse } from '../../src/cli/arguments';
import { AUDIT_FLAGS } from '../../src/cli/audit';
import { auditLogOptions } from '../../src/cli/audit-log/arguments';
import { backfillOptions } from '../../src/cli/backfill-arguments';
import { EXCEPTIONS } from '../../src/cli/exceptions';
import { QUESTIONS } from '../../src/questions';

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const MEANT: readonly (readonly [RegExp, string])[] = [
  [/\\\n */g, ''],
  [/arn:aws:kms:\.\.\.:key\/KEY-ID/g, ARN],
  [/arn:\.\.\.(?= )|\bARN\b|NEW-KEY-ARN/g, ARN],
  [/kms:(OLD-KEY-ARN|arn:aws:kms:\.\.\.:key\/OLD)/g, `kms:${ARN.replace('1111-', '0000-')}`],
  [/KEY-ID/g, '11111111-2222-3333-4444-555555555555'],
  [/\b(NAME|BUCKET)\b/g, 'my-data'],
];

const page = (name: string): string => readFileSync(join(__dirname, '..', '..', 'docs', name), 'utf8');

/** Whatever looks like a command to a reader, as they would type it. */
function commandsIn(text: string): string[] {
  const joined = text.replace(/\\\n */g, '');
  return [...joined.matchAll(/cdk-s3-encryption ((?:backfill|audit|audit-log) --[^`\n|]*)/g)]
    .map(([, command]) => MEANT.reduce((meant, [placeholder, value]) => meant.replace(placeholder, value), command).trim());
}

function parsed(command: string): void {
  const [name, ...argv] = command.replace(/ --state-machine arn:aws:kms:\S+/, ' --state-machine arn:aws:states:eu-central-1:111122223333:stateMachine:Backfill').split(/\s+/);
  if (name === 'audit-log') {
    auditLogOptions(argv, new Date('2026-11-25T00:00:00Z'));
  } else if (name === 'audit') { parse('audit', argv, AUDIT_FLAGS); } else { backfillOptions(argv); }
}

test.each(['command.md', 'backfill.md'])('every command in docs/%s is one', (name) => {
  const commands = commandsIn(page(name));
  expect(commands.length).toBeGreaterThanOrEqual(2);
  commands.forEach(parsed);
  expect(() => parsed('backfill --bucket my-data --bad')).toThrow("Unknown option '--bad'");
});

test('every command in the help is one', async () => {
  for (const argv of [['--help'], ['backfill', '--help'], ['audit', '--help'], ['audit-log', '--help']]) {
    const commands = commandsIn((await run(argv)).out);
    expect(commands.length).toBeGreaterThanOrEqual(1);
    commands.filter((command) => !command.endsWith('--help')).forEach(parsed);
  }
});

test('docs/command.md says of every exception what to do', () => {
  const rows = page('command.md').split('\n').map((line) => /^\| `([a-z-]+)` \| /.exec(line)?.[1]);
  expect(Object.keys(EXCEPTIONS).filter((reason) => !rows.includes(reason))).toEqual([]);
});

test('docs/command.md has every question', () => {
  const rows = page('command.md').split('\n').map((line) => /^\| `([a-z-]+)` \| /.exec(line)?.[1]);
  expect(QUESTIONS.map(({ id }) => id).filter((id) => !rows.includes(id))).toEqual([]);
});
