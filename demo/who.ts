import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Check } from './check';
import { detail, say } from './talk';
import { main } from '../src/cli/command';
import { processIo } from '../src/cli/io';

/** Asks the command who did it, over the log files that CloudTrail would have written. */
export async function proveAnswers(work: string, bucket: string, keyArn: string, records: readonly object[]): Promise<Check[]> {
  const folder = join(work, 'log-files');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'attack.json.gz'), gzipSync(JSON.stringify({ Records: records })));
  const time = ['--since', '2026-11-24', '--until', '2026-11-25', '--file', folder];
  say('Asking who did it');
  const uploads = await ask(['--query', 'other-key-uploads', '--bucket', bucket, '--key', keyArn, ...time]);
  const key = await ask(['--query', 'who-touched-key', '--key', keyArn, ...time]);
  const found = (promise: string, table: string, pattern: RegExp): Check => {
    const [, who] = pattern.exec(table) ?? [];
    return { promise, found: who ?? 'nobody', ok: who !== undefined };
  };
  return [
    found('answered: who moved 150 objects to another key, and to which', uploads, /assumed-role\/(Attacker\S+) +UpdateObjectEncryption .*:444455556666:key\S+ +150 /),
    found('answered: who scheduled the deletion of the key', key, /ScheduleKeyDeletion .*assumed-role\/(Attacker\S+) .* done/),
  ];
}

/** Runs the command, shows what a person would see, and gives it back. */
async function ask(args: readonly string[]): Promise<string> {
  let out = '';
  const io = processIo();
  await main(['audit-log', ...args], { ...io, stdout: { isTTY: false, write: (text) => { out += text; } }, stderr: { isTTY: false, write: () => undefined } });
  detail(`\n    $ npx cdk-s3-encryption audit-log ${args.join(' ')}\n${out.trimEnd().split('\n').map((line) => `    ${line.trimEnd()}`).join('\n')}`);
  return out;
}
