import { backfillOptions } from '../../src/cli/backfill-arguments';
import { closingLines } from '../../src/cli/closing';
import { EXCEPTIONS } from '../../src/cli/exceptions';
import { exitCodeOf, jsonOf, type Report } from '../../src/cli/report';
import { costOf } from '../../src/core/prices';
import { noTotals, type Totals } from '../../src/core/totals';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const FILES = { checkpoint: '/w/c.checkpoint.json', failures: "/w/it's.failures.jsonl", lock: '/w/c.lock' };
const ABOUT = { bucket: 'data', endpoint: 'AWS', keyArn: KEY };

function report(totals: Partial<Totals>, more: Partial<Report> = {}, args: readonly string[] = []): Report {
  const all = { ...noTotals(), ...totals };
  return {
    options: backfillOptions(['--bucket', 'data', '--key', KEY, ...args]),
    endpoint: 'AWS',
    versioned: true,
    plan: false,
    cost: costOf(all, { bucketKey: true, versioned: true }),
    files: FILES,
    ...more,
    result: { totals: all, complete: true, failures: {}, seconds: 61, ...more.result },
  };
}
const lines = (of: Report): string => closingLines(of, ABOUT).join('\n');
const stopped = (code: string, message: string): Partial<Report> =>
  ({ result: { totals: noTotals(), complete: false, failures: {}, seconds: 1, stopped: { code, message } } });

test('says what was done by which engine, and what it left', () => {
  const text = lines(report({
    objects: 1234567,
    bytes: 5 * 1024 ** 3,
    rewritten: { 'update': 1200000, 'copy': 34000, 'multipart-copy': 60 },
    bytesCopied: 1024 ** 3,
    alreadyEncrypted: 507,
    leftVersions: 34060,
    leftBytes: 1024 ** 3,
  }));
  expect(text).toContain('Backfill of data, all objects\nto arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555, with S3 Bucket Key');
  expect(text).toMatch(/^Objects +1,234,567 {2}5.0 GiB$/m);
  expect(text).toMatch(/^Re-encrypted +1,234,060$/m);
  expect(text).toMatch(/^ {2}in place +1,200,000 {2}no data moves/m);
  expect(text).toMatch(/^ {2}by copy +34,000 /m);
  expect(text).toMatch(/^ {2}by multipart copy +60 /m);
  expect(text).toMatch(/^Old versions left +34,060 {2}1.0 GiB, encrypted as before/m);
  expect(text).toMatch(/^Cost: \$\d.*a month for the old versions until they expire$/m);
  expect(text).toContain('Done in 1 min.');
  expect(text).toContain('cdk-s3-encryption audit --bucket data');
});

test('says of each kind of exception what its owner can do', () => {
  const exceptions = Object.fromEntries(Object.keys(EXCEPTIONS).map((reason, index) => [reason, index + 1]));
  const text = lines(report({ objects: 66, exceptions }));
  for (const [reason, { why, remedy }] of Object.entries(EXCEPTIONS)) {
    const [line, below] = text.slice(text.indexOf(`\n  ${reason} `) + 1).split('\n');
    expect(line.endsWith(why)).toBe(true);
    expect(below).toBe(' '.repeat(line.length - why.length) + remedy);
  }
  expect(text).toMatch(/^Exceptions +66 {2}not touched$/m);
});

test('says how to take up what failed, in words that a shell understands', () => {
  const text = lines(report({ objects: 3, failed: 2, exceptions: { locked: 1 } }, {
    endpoint: 'https://s3.example.com', result: { failures: { SlowDown: 2 } } as never,
  }, ['--no-bucket-key', '--expected-bucket-owner', '111122223333']));
  expect(text).toMatch(/^ {2}SlowDown +2$/m);
  expect(text).toContain("3 objects need somebody: /w/it's.failures.jsonl");
  expect(text).toContain(`cdk-s3-encryption backfill --bucket data --key ${KEY} --no-bucket-key --expected-bucket-owner 111122223333 --endpoint-url https://s3.example.com --only '/w/it'\\''s.failures.jsonl'`);
  expect(text).toContain('audit --bucket data --endpoint-url https://s3.example.com');
});

test('says that nothing had to be written', () => {
  expect(lines(report({ objects: 5, alreadyEncrypted: 5 }))).toContain('Nothing had to be written.');
  expect(lines(report({ objects: 5, alreadyEncrypted: 5 }, { plan: true }))).toContain('Nothing to re-encrypt. Nothing was written.');
  expect(lines(report({ objects: 5, rewritten: { 'update': 5, 'copy': 0, 'multipart-copy': 0 } }))).not.toContain('Nothing');
});

test.each([
  ['Interrupted', 'x', /Interrupted. Nothing is lost: the same command goes on/],
  ['CheckpointNotWritten', 'the checkpoint c cannot be written: ENOSPC: no space left', /ENOSPC.*\nNothing that was done is lost: make room/],
  ['KMS.DisabledException', 'arn is disabled', /Stopped. KMS.DisabledException: arn is disabled\nKMS cannot use a key.*\nWhen that is repaired, the same command goes on/],
])('says why it stopped, and that the same command goes on: %s', (code, message, said) => {
  const of = report({}, stopped(code, message));
  expect(lines(of)).toMatch(said);
  expect(lines(of)).not.toContain('Done in');
  expect(exitCodeOf(of)).toBe(1);
});

test('says where a look was taken', () => {
  expect(lines(report({}, {}, ['--prefix', 'in/', '--noncurrent']))).toContain('Backfill of data, objects below "in/" with old versions');
  expect(lines(report({}, {}, ['--prefix', 'in put/']))).toContain("audit --bucket data --prefix 'in put/'");
  expect(lines(report({}, {}, ['--only', 'l.jsonl']))).toContain('Backfill of data, the objects of l.jsonl');
});

const second = (left: number, complete = true): Partial<Report> =>
  ({ left: { totals: { ...noTotals(), objects: 9, rewritten: { 'update': left, 'copy': 0, 'multipart-copy': 0 } }, complete, failures: {}, seconds: 1 } });
test.each<[string, Report, number]>([
  ['done', report({ objects: 1 }), 0],
  ['failed objects', report({ failed: 1 }), 2],
  ['exceptions', report({ exceptions: { 'sse-c': 1 } }), 2],
  ['not finished', report({ failed: 1 }, stopped('X', 'y')), 1],
  ['verified', report({}, second(0)), 0],
  ['verified, with failed objects', report({ failed: 1 }, second(0)), 2],
  ['something left', report({}, second(1)), 1],
  ['not seen to the end', report({}, second(0, false)), 1],
  ['a plan with exceptions', report({ exceptions: { 'sse-c': 1 } }, { plan: true }), 0],
  ['a plan that could not read everything', report({ failed: 1 }, { plan: true }), 2],
])('exit code: %s', (_, of, code) => {
  expect(exitCodeOf(of)).toBe(code);
  expect(jsonOf(of).exitCode).toBe(code);
});

test('the verification is told', () => {
  expect(lines(report({}, second(0)))).toContain('Verified: a second look at 9 objects found none left');
  expect(lines(report({}, second(2)))).toMatch(/NOT verified: a second look found 2 objects .*default encryption/);
  expect(lines(report({}, second(0, false)))).toMatch(/NOT verified: .*did not reach the end/);
});

test('the JSON object has the fields that the documentation names, and no others', () => {
  expect(Object.keys(jsonOf(report({}))).sort()).toEqual([
    'alreadyEncrypted', 'bucket', 'bucketKey', 'bytes', 'bytesCopied', 'checkpointFile', 'complete', 'cost', 'endpoint', 'engine', 'exceptions', 'exitCode', 'failed',
    'failures', 'failuresFile', 'gone', 'key', 'leftBytes', 'leftVersions', 'notASource', 'objects', 'prefix', 'rewritten', 'seconds', 'stopped', 'type', 'verified', 'versioned',
  ]);
  expect(jsonOf(report({ failed: 1 })).failuresFile).toBe(FILES.failures);
  expect(jsonOf(report({})).failuresFile).toBeNull();
});
