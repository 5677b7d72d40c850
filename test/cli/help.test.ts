import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as FakeIoModule from './fake-io';
import { run } from './fake-io';
import { AUDIT_FLAGS } from '../../src/cli/audit';
import { AUDIT_LOG_FLAGS } from '../../src/cli/audit-log/arguments';
import { BACKFILL_FLAGS } from '../../src/cli/backfill-arguments';

test.each([
  ['--help'], ['help'], ['-h'], ['backfill --help'], ['--help backfill'], ['audit --help'], ['audit-log --help'], ['backfill --bucket x --help'],
])('%s begins with an example, goes to stdout and ends with 0', async (words) => {
  const { code, out, err } = await run(words.split(' '));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^ {2}npx cdk-s3-encryption (backfill|audit|audit-log) --(bucket|query)/);
  expect(out.split('\n').filter((line) => line.length > 120)).toEqual([]);
});

test.each([['backfill', BACKFILL_FLAGS], ['audit', AUDIT_FLAGS], ['audit-log', AUDIT_LOG_FLAGS]])('the help of %s names every flag, and no other', async (command, flags) => {
  const { out } = await run([command, '--help']);
  const named = new Set([...out.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag));
  expect([...named].sort()).toEqual(Object.keys(flags).map((flag) => `--${flag}`).sort());
});

test('docs/command.md names every flag', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'command.md'), 'utf8');
  const missing = Object.keys({ ...BACKFILL_FLAGS, ...AUDIT_FLAGS, ...AUDIT_LOG_FLAGS }).filter((flag) => !page.includes(`\`--${flag}`));
  expect(missing).toEqual([]);
});

test('help and version load no SDK, which takes most of the time that a start takes', async () => {
  for (const sdk of ['@aws-sdk/client-s3', '@aws-sdk/client-kms', '@aws-sdk/client-athena', '@aws-sdk/client-cloudwatch-logs']) { jest.doMock(sdk, () => { throw new Error(`${sdk} was loaded`); }); }
  try {
    for (const argv of [['--help'], ['backfill', '--help'], ['--version'], ['nonsense']]) {
      let fresh: typeof FakeIoModule | undefined;
      jest.isolateModules(() => { fresh = jest.requireActual<typeof FakeIoModule>('./fake-io'); });
      expect((await fresh?.run(argv))?.err).not.toContain('was loaded');
    }
  } finally {
    jest.dontMock('@aws-sdk/client-s3').dontMock('@aws-sdk/client-kms');
  }
});

test('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string };
  expect(await run(['--version'])).toMatchObject({ code: 0, out: `${version}\n`, err: '' });
});
