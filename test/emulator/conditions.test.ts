import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../emulator/install';

const OPERATORS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html';
const SETS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html';
const VARIABLES = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html';

type Context = Record<string, string | string[]>;
type Row = readonly [operator: string, expected: string | string[], key: string | string[] | undefined, holds: boolean, context?: Context];

const ARN = 'arn:aws:iam::111122223333:role/team/app';

// Each row: the operator, the value in the policy, the value of the request (undefined: it has none), and whether that holds.
const TABLES: Record<string, Row[]> = {
  [`strings (${OPERATORS})`]: [
    ['StringEquals', 'a', 'a', true], ['StringEquals', 'a', 'A', false], ['StringEquals', ['b', 'a'], 'a', true], ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a', undefined, false], ['StringEqualsIfExists', 'a', undefined, true], ['StringEqualsIfExists', 'a', 'b', false],
    ['StringNotEquals', 'a', 'a', false], ['StringNotEquals', 'a', 'b', true], ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', 'a', undefined, true], ['StringNotEqualsIfExists', 'a', undefined, true], ['StringNotEqualsIfExists', 'a', 'a', false],
    ['StringEqualsIgnoreCase', 'Ab', 'aB', true], ['StringEqualsIgnoreCase', 'a', undefined, false],
    ['StringNotEqualsIgnoreCase', 'Ab', 'aB', false], ['StringNotEqualsIgnoreCase', 'a', undefined, true],
    ['StringLike', 'a*c', 'abbc', true], ['StringLike', 'a?c', 'abc', true], ['StringLike', 'a?c', 'ac', false], ['StringLike', '*', '', true],
    ['StringLike', 'A*', 'ab', false], ['StringLike', '[ab]', 'a', false], ['StringLike', '[ab]', '[ab]', true], ['StringLike', '[!a]', 'b', false],
    ['StringLike', 'a.c', 'abc', false], ['StringLike', 'a*', 'a\nb', true], ['StringLike', 'a', undefined, false], ['StringLikeIfExists', 'a', undefined, true],
    ['StringNotLike', 'a*', 'ab', false], ['StringNotLike', ['b*', 'a*'], 'ab', false], ['StringNotLike', 'a*', 'b', true], ['StringNotLike', 'a', undefined, true],
  ],
  [`numbers (${OPERATORS})`]: [
    ['NumericEquals', '10', '10.0', true], ['NumericEquals', '10', undefined, false], ['NumericNotEquals', '10', '10', false], ['NumericNotEquals', '10', '11', true],
    ['NumericNotEquals', '10', undefined, true], ['NumericLessThan', '10', '9', true], ['NumericLessThan', '10', '10', false],
    ['NumericLessThan', '10', undefined, false], ['NumericLessThanIfExists', '10', undefined, true], ['NumericLessThanEquals', '10', '10', true],
    ['NumericLessThanEquals', '10', '10.1', false], ['NumericGreaterThan', '9', '10', true], ['NumericGreaterThan', '10', '10', false],
    ['NumericGreaterThanEquals', '10', '10', true], ['NumericGreaterThanEquals', '10', '9', false], ['NumericEquals', '10', 'ten', false],
  ],
  [`dates (${OPERATORS})`]: [
    ['DateEquals', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', true], ['DateEquals', '1767225600', '2026-01-01T00:00:00Z', true],
    ['DateEquals', '2026-01-01', '2026-01-01T00:00:00Z', true], ['DateNotEquals', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', false],
    ['DateNotEquals', '2026-01-01T00:00:00Z', undefined, true], ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', true],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', false], ['DateLessThanEquals', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', true],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', true], ['DateGreaterThan', '2026-01-01T00:00:00Z', undefined, false],
    ['DateGreaterThanEquals', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', true], ['DateLessThan', '2026-01-01T00:00:00Z', 'yesterday', false],
  ],
  [`booleans, binaries and addresses (${OPERATORS})`]: [
    ['Bool', 'true', 'true', true], ['Bool', 'True', 'true', true], ['Bool', 'false', 'true', false], ['Bool', 'false', undefined, false],
    ['BoolIfExists', 'false', undefined, true], ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true], ['BinaryEquals', 'QmluYXJ5', 'qmluYXJ5', false],
    ['IpAddress', '10.0.0.0/8', '10.1.2.3', true], ['IpAddress', '10.0.0.0/8', '11.0.0.1', false], ['IpAddress', '10.0.0.1', '10.0.0.1', true],
    ['IpAddress', '10.1.2.3/8', '10.9.9.9', true], ['IpAddress', '2001:db8::/32', '2001:db8::1', true], ['IpAddress', '2001:db8::/32', '10.0.0.1', false],
    ['IpAddress', '10.0.0.0/8', undefined, false], ['NotIpAddress', '10.0.0.0/8', '10.1.2.3', false], ['NotIpAddress', '10.0.0.0/8', '11.0.0.1', true],
    ['NotIpAddress', '10.0.0.0/8', undefined, true], ['NotIpAddress', ['10.0.0.0/8', '11.0.0.0/8'], '11.0.0.1', false],
  ],
  [`ARNs (${OPERATORS})`]: [
    ['ArnEquals', ARN, ARN, true], ['ArnEquals', 'arn:aws:iam::*:role/*', ARN, true], ['ArnLike', 'arn:aws:iam::111122223333:role/*', ARN, true],
    ['ArnLike', 'arn:aws:iam::11112222????:role/team/app', ARN, true], ['ArnLike', 'arn:aws:*:role/*', ARN, false], ['ArnLike', ARN, undefined, false],
    ['ArnLike', ARN.toUpperCase(), ARN, false], ['ArnLike', ARN, 'not an ARN', false], ['ArnNotLike', 'arn:aws:iam::*:role/*', ARN, false],
    ['ArnNotLike', ARN, undefined, true], ['ArnNotEquals', ARN, ARN, false], ['ArnNotEquals', ARN, 'arn:aws:iam::111122223333:role/other', true],
    ['ArnNotEqualsIfExists', ARN, undefined, true], ['ArnLike', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a:b', true],
  ],
  [`presence (${OPERATORS})`]: [
    ['Null', 'true', undefined, true], ['Null', 'true', 'a', false], ['Null', 'false', 'a', true], ['Null', 'false', undefined, false], ['Null', 'false', '', true],
  ],
  [`sets (${SETS})`]: [
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true], ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', 'a', undefined, true], ['ForAllValues:StringNotEquals', 'a', ['b', 'c'], true],
    ['ForAllValues:StringNotEquals', 'a', ['a', 'c'], false], ['ForAllValues:StringLike', 'a*', ['ab', 'ac'], true],
    ['ForAnyValue:StringEquals', 'a', ['a', 'c'], true], ['ForAnyValue:StringEquals', 'a', ['b', 'c'], false],
    ['ForAnyValue:StringEquals', 'a', undefined, false], ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'c'], true], ['ForAnyValue:StringNotEquals', 'a', ['a'], false], ['ForAnyValue:StringLike', 'a*', ['b', 'ac'], true],
  ],
  [`policy variables (${VARIABLES})`]: [
    ['StringEquals', '${aws:username}', 'ann', true, { 'aws:username': 'ann' }], ['StringEquals', '${AWS:UserName}', 'ann', true, { 'aws:username': 'ann' }],
    ['StringLike', 'home/${aws:username}/*', 'home/ann/x', true, { 'aws:username': 'ann' }],
    ['StringLike', 'home/${aws:username}/*', 'home/bob/x', false, { 'aws:username': 'ann' }],
    ['StringEquals', "${aws:username, 'nobody'}", 'nobody', true], ['StringEquals', '${aws:username}', '', false], ['StringNotEquals', '${aws:username}', 'a', true],
    ['StringLike', 'a${*}', 'a*', true], ['StringLike', 'a${*}', 'ab', false], ['StringLike', 'a${?}', 'ab', false], ['StringLike', 'a${?}', 'a?', true],
    ['StringEquals', 'a${*}', 'a*', true], ['StringEquals', '${$}x', '$x', true],
    ['StringLike', '${aws:username}', 'anything', false, { 'aws:username': '*' }], ['StringLike', '${aws:username}', '*', true, { 'aws:username': '*' }],
    ['ArnLike', 'arn:aws:iam::${aws:PrincipalAccount}:role/*', ARN, true, { 'aws:principalaccount': '111122223333' }],
  ],
};

const ROWS = Object.entries(TABLES).flatMap(([table, rows]) => rows.map((row) => ({ table, row })));
let answers: (boolean | string)[];

/** Asks the overlay's own evaluator, all rows at once. */
async function evaluate(questions: [object, Context][]): Promise<(boolean | string)[]> {
  const python = await ensurePythonEnvironment();
  const script = `
import json, sys
from s3truth.conditions import holds
def ask(condition, context):
    try:
        return holds(condition, context)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
print(json.dumps([ask(*question) for question in json.load(sys.stdin)]))`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    cwd: join(__dirname, '..', '..', 'emulator'),
    input: JSON.stringify(questions),
    encoding: 'utf8',
    env: { ...process.env, TZ: 'Asia/Tokyo' }, // a time without a zone is UTC, wherever the tests run
  });
  if (status !== 0) { throw new Error(stderr); }
  return JSON.parse(stdout) as (boolean | string)[];
}

beforeAll(async () => {
  answers = await evaluate(ROWS.map(({ row: [operator, expected, value, , context] }) =>
    [{ [operator]: { 'aws:TestKey': expected } }, { ...context, ...(value === undefined ? {} : { 'aws:testkey': value }) }]));
});

describe.each(Object.keys(TABLES))('%s', (table) => {
  const rows = ROWS.map((asked, index) => ({ ...asked, index })).filter((asked) => asked.table === table);
  test.each(rows.map(({ row: [operator, expected, value, holds, context], index }) =>
    [operator, JSON.stringify(expected), JSON.stringify(value), context ? ` where ${JSON.stringify(context)}` : '', holds, index] as const,
  ))('%s %s of %s%s is %s', (_operator, _expected, _value, _context, holds, index) => {
    expect(answers[index]).toBe(holds);
  });
});

// doc: OPERATORS, "Multiple conditions": operators and keys are joined by AND, the values of a key by OR
test('every operator and every key of it has to hold', async () => {
  const context = { 'aws:a': '1', 'aws:b': '2' };
  expect(await evaluate([
    [{ StringEquals: { 'aws:a': '1', 'aws:b': '2' } }, context],
    [{ StringEquals: { 'aws:a': '1', 'aws:b': '3' } }, context],
    [{ StringEquals: { 'aws:a': '1' }, Null: { 'aws:b': 'true' } }, context],
    [{ StringEquals: { 'AWS:A': ['0', '1'] }, Null: { 'aws:c': 'true' } }, context],
    [{}, context],
  ])).toEqual([true, false, false, true, true]);
});

test('an operator that IAM does not have is an error, not a condition that never holds', async () => {
  expect(await evaluate([[{ StringsEqual: { 'aws:a': '1' } }, { 'aws:a': '1' }]])).toEqual([expect.stringContaining('StringsEqual')]);
});
