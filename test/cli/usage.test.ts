import { run } from './fake-io';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const OTHER = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-2222-3333-4444-555555555555';
const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Backfill';
const GOOD = ['backfill', '--bucket', 'data', '--key', KEY];

test.each<[string, readonly string[], readonly string[]]>([
  ['no command', [], ['no command was given', 'backfill, audit and audit-log', '--help']],
  ['an unknown command', ['backfil'], ['"backfil" is not a command', 'backfill, audit and audit-log']],
  ['an unknown flag', ['backfill', '--buckte', 'data'], ["'--buckte'", 'flags of backfill', '--bucket']],
  ['a positional argument', [...GOOD, 'data'], ["'data'", 'flags of backfill']],
  ['a flag without its value', ['backfill', '--bucket'], ['--bucket', 'flags of backfill']],
  ['no bucket', ['backfill', '--key', KEY, '--yes'], ['--bucket is missing', '--bucket my-data']],
  ['an ARN as bucket', ['audit', '--bucket', 'arn:aws:s3:::data'], ['--bucket is "arn:aws:s3:::data"', 'not an ARN']],
  ['a directory bucket', ['audit', '--bucket', 'data--euc1-az1--x-s3'], ['directory bucket', 'general purpose']],
  ['no key', ['backfill', '--bucket', 'data', '--yes'], ['--key is missing', 'full ARN']],
  ['an alias as key', ['backfill', '--bucket', 'data', '--key', 'alias/data', '--yes'], ['--key is "alias/data"', 'arn:aws:kms:REGION:ACCOUNT:key/ID', 'describe-key']],
  ['an unknown source', [...GOOD, '--source', 'aes'], ['--source is "aes"', 'sse-s3, kms, kms:KEY-ARN, dsse, unencrypted or bucket-key']],
  ['a source that is an alias', [...GOOD, '--source', 'kms:alias/old'], ['--source is "kms:alias/old"', 'full ARN']],
  ['the target as source', [...GOOD, '--source', `kms:${KEY}`], ['the target itself', '--source bucket-key']],
  ['every key and one key as sources', [...GOOD, '--source', 'kms', '--source', `kms:${OTHER}`], ['--source kms takes the objects of every key', 'leave out']],
  ['an unknown engine', [...GOOD, '--engine', 'fast'], ['--engine is "fast"', 'local or batch']],
  ['a machine that is none', [...GOOD, '--engine', 'batch', '--state-machine', 'Backfill'], ['--state-machine is "Backfill"', 'ARN of the state machine']],
  ['a machine without batch', [...GOOD, '--state-machine', MACHINE], ['--state-machine is for --engine batch', 'add --engine batch']],
  ['a local flag with batch', [...GOOD, '--engine', 'batch', '--state-machine', MACHINE, '--verify'], ['--verify is for --engine local', 'the state machine verifies']],
  ['a prefix with batch', [...GOOD, '--engine', 'batch', '--state-machine', MACHINE, '--prefix', 'in/'], ['--prefix is for --engine local', 'property of the EncryptionBackfillJob']],
  ['an endpoint with batch', [...GOOD, '--engine', 'batch', '--state-machine', MACHINE, '--endpoint-url', 'http://127.0.0.1:1'], ['--endpoint-url is for --engine local', 'AWS_ENDPOINT_URL_SFN']],
  ['no concurrency', [...GOOD, '--concurrency', '0'], ['--concurrency is "0"', '1 to 1000']],
  ['half a concurrency', [...GOOD, '--concurrency', '1.5'], ['--concurrency is "1.5"', 'whole number']],
  ['too much concurrency', [...GOOD, '--concurrency', '1001'], ['--concurrency is "1001"', '1 to 1000']],
  ['an owner that is no account', [...GOOD, '--expected-bucket-owner', '123'], ['--expected-bucket-owner is "123"', '12 digits']],
  ['an endpoint that is no address', [...GOOD, '--endpoint-url', 'localhost:9000'], ['--endpoint-url is "localhost:9000"', 'https://']],
  ['a region that is none', [...GOOD, '--region', 'Frankfurt'], ['--region is "Frankfurt"', 'eu-central-1']],
  ['a plan that is verified', [...GOOD, '--plan', '--verify'], ['--verify comes after a run', '--plan']],
  ['a plan that is allowed', [...GOOD, '--plan', '--yes'], ['--plan writes nothing', '--yes']],
  ['a list and a prefix', [...GOOD, '--only', 'list.jsonl', '--prefix', 'in/', '--yes'], ['--only names the objects itself', '--prefix']],
  ['a list that is not there', [...GOOD, '--only', 'list.jsonl', '--yes'], ['--only', 'list.jsonl cannot be read', 'ENOENT', 'failures file']],
  ['nobody to ask', GOOD, ['nobody to ask', '--plan', '--yes']],
  ['nobody to ask, as machines read', [...GOOD, '--json'], ['nobody to ask']],
  ['two formats', ['audit', '--bucket', 'data', '--json', '--csv'], ['--json and --csv', 'choose one']],
])('fails with 64 and the remedy on stderr: %s', async (_, argv, said) => {
  const { code, out, err } = await run(argv);
  expect({ code, out }).toEqual({ code: 64, out: '' });
  for (const text of said) { expect(err).toContain(text); }
  expect(err).not.toMatch(/\n\s+at /);
});

test('with --json, the error is JSON too', async () => {
  const { code, io } = await run(['audit', '--json']);
  expect(code).toBe(64);
  expect(io.jsonLines).toEqual([{ type: 'error', message: expect.stringContaining('--bucket is missing') }]);
});

test('a terminal is asked only where the command talks to people', async () => {
  const { code, err, io } = await run([...GOOD, '--json'], { answers: ['y'] });
  expect({ code, questions: io.questions }).toEqual({ code: 64, questions: [] });
  expect(err).toContain('nobody to ask');
});
