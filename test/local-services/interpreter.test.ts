import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { RunOptions, StateMachineDefinition } from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import { CORRECTIONS } from '../../emulator/step-functions/corrections';
import { loadInterpreter } from '../../emulator/step-functions/interpreter';

type Handlers = NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers'];
type Check = (outcome: unknown, calls: readonly unknown[], timers: readonly number[]) => boolean;

const LATE_MILLISECONDS = 2000;

interface Case {
  readonly title: string;
  readonly definition: object;
  readonly input: unknown;
  readonly check: Check;
}

const INPUT = {
  s: 'str',
  n: 7,
  u: 'é€',
  slash: 'a\\b',
  empty: '',
  nul: null,
  f: false,
  zero: 0,
  json: '{"k":"v"}',
  quoted: { q: 'say "hi"' },
  when: '2026-01-02T03:04:05Z',
  list: [1, 2, 2, 3],
  none: [],
  a: { x: 1 },
  b: { y: 2 },
  objects: [{ k: 'a', n: 1 }, { k: 'b', n: 2 }],
};
const equal = (expected: unknown): Check => (outcome) =>
  !(outcome instanceof Error) && isDeepStrictEqual(JSON.parse(JSON.stringify(outcome)), expected);
const fails = (error: RegExp): Check => (outcome) => outcome instanceof Error && error.test(`${outcome.name}: ${outcome.message}`);
const only = (state: object) => ({ StartAt: 'A', States: { A: { ...state, End: true } } });
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };

const template = (expression: string, expected: unknown, check?: Check): Case => ({
  title: expression, definition: only({ Type: 'Pass', Parameters: { 'x.$': expression } }), input: INPUT, check: check ?? equal({ x: expected }),
});
const choice = (rule: object, expected: boolean): Case => ({
  title: JSON.stringify(rule),
  definition: {
    StartAt: 'C',
    States: { C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' }, Yes: { Type: 'Pass', Result: true, End: true }, No: { Type: 'Pass', Result: 'no', End: true } },
  },
  input: INPUT,
  check: equal(expected ? true : 'no'),
});
const map = (title: string, extra: object, item: object, input: unknown, check: Check): Case => ({
  title: `Map: ${title}`, definition: only({ Type: 'Map', ...extra, ItemProcessor: { StartAt: 'I', States: { I: { ...item, End: true } } } }), input, check,
});
const state = (title: string, definition: object, input: unknown, check: Check): Case => ({ title, definition, input, check });

const CASES: readonly Case[] = [
  // Intrinsic functions: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
  template("States.Format('a-{}-{}', $.s, $.n)", 'a-str-7'),
  template("States.Format('{}', $.slash)", 'a\\b'),
  template("States.Format('it\\'s {}', $.s)", "it's str"),
  template("States.Format('\\{\\} {}', $.s)", '{} str'),
  template("States.Format('a) {}', $.s)", 'a) str'),
  template("States.Format('(a, b) {}', $.s)", '(a, b) str'),
  template('States.JsonToString($.quoted)', '{"q":"say \\"hi\\""}'),
  template('States.StringToJson(States.JsonToString($.quoted))', { q: 'say "hi"' }),
  template("States.Array('a\\\\b', '\\{')", ['a\\b', '{']),
  template("States.Hash($.u, 'SHA-256')", createHash('sha256').update('é€').digest('hex')),
  template('States.ArrayUnique($.list)', [1, 2, 3]),
  template('States.MathAdd($.n, -1)', 6),
  template('States.JsonMerge($.a, $.b, false)', { x: 1, y: 2 }),
  template("States.StringSplit('a.b+c', '.+')", ['a', 'b', 'c']),
  template("States.StringSplit('a::b', ':')", undefined, fails(/States.IntrinsicFailure: .*empty parts/)),
  template("States.StringToJson('nonsense')", undefined, fails(/States.IntrinsicFailure: The function/)),
  template('States.ArrayLength($.objects[?(@.k == \'none\')])', 0),
  template("States.ArrayContains($.objects[*].k, 'b')", true),
  template('States.MathAdd($.missing, 1)', undefined, fails(/States.Runtime: Path expression '\$.missing'/)),
  state('JsonMerge leaves its arguments as they are', only({ Type: 'Pass', Parameters: { 'm.$': 'States.JsonMerge($.a, $.b, false)', 'a.$': '$.a' } }), INPUT, equal({ m: { x: 1, y: 2 }, a: { x: 1 } })),

  // Paths
  template("$.objects[?(@.k == 'b')].n", [2]),
  template("$.objects[?(@.k == 'none')]", []),
  template('$.none[*]', []),
  template('$..missing', []),
  template('$.objects[5:6].k', []),
  template('$.nul', null),
  template('$.missing', undefined, fails(/States.Runtime: Path expression '\$.missing' does not point to a value/)),

  // The context object
  template('$$.Execution.Input.s', 'str'),
  template('$$.Execution.StartTime', '2026-01-01T00:00:00Z'),
  template('$$.State.Name', 'A'),
  template('$$.State.RetryCount', 0),
  template('$$.State.EnteredTime', undefined, (outcome) => /^20\d\d-.*Z$/.test((outcome as { x: string }).x)),

  // Choice: https://states-language.net/spec.html#choice-state
  choice({ Variable: '$.missing', IsPresent: false }, true),
  choice({ Variable: '$.s', IsPresent: false }, false),
  choice({ Variable: '$.s', IsPresent: true }, true),
  choice({ Variable: '$.s', IsNull: false }, true),
  choice({ Variable: '$.s', IsNumeric: false }, true),
  choice({ Variable: '$.n', IsString: false }, true),
  choice({ Variable: '$.n', IsBoolean: false }, true),
  choice({ Variable: '$.s', IsTimestamp: false }, true),
  choice({ Variable: '$.when', IsTimestamp: true }, true),
  choice({ Variable: '$.s', StringMatches: 's*' }, true),
  choice({ Variable: '$.s', StringMatches: 's?r' }, false),
  choice({ Variable: '$.slash', StringMatches: 'a\\\\b' }, true),
  choice({ Variable: '$.s', StringMatches: 's\\*' }, false),

  // Pass and ResultPath
  state('Result 0', only({ Type: 'Pass', Result: 0, ResultPath: '$.r' }), { a: 1 }, equal({ a: 1, r: 0 })),
  state('Result false', only({ Type: 'Pass', Result: false }), { a: 1 }, equal(false)),
  state('ResultPath $', only({ Type: 'Pass', Result: { r: 1 }, ResultPath: '$' }), { a: 1 }, equal({ r: 1 })),
  state('ResultPath with brackets', only({ Type: 'Pass', Result: 1, ResultPath: "$['k']" }), { a: 1 }, equal({ a: 1, k: 1 })),
  state('ResultPath into the deep', only({ Type: 'Pass', Result: 1, ResultPath: '$.a.b' }), { a: { c: 1 } }, equal({ a: { c: 1, b: 1 } })),

  // Map and Parallel
  map('ItemSelector', { ItemsPath: '$.l', ItemSelector: { 'v.$': '$$.Map.Item.Value', 'o.$': '$.o' } }, { Type: 'Pass' }, { l: ['a', 'b'], o: 9 }, equal([{ v: 'a', o: 9 }, { v: 'b', o: 9 }])),
  map('$$.Map.Item within the item', { ItemsPath: '$.l' }, { Type: 'Pass', Parameters: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index' } }, { l: ['a', 'b'] },
    equal([{ v: 'a', i: 0 }, { v: 'b', i: 1 }])),
  map('$$.Execution.Input within the item', { ItemsPath: '$.l' }, { Type: 'Pass', Parameters: { 'v.$': '$$.Execution.Input.o' } }, { l: ['a'], o: 9 }, equal([{ v: 9 }])),
  map('no item after a failed one', { ItemsPath: '$.l', MaxConcurrency: 1 }, task, { l: ['ok', 'throw', 'never', 'never'] }, (_, calls) => isDeepStrictEqual(calls, ['ok', 'throw'])),
  map('one item without anything', { ItemsPath: '$.l' }, { Type: 'Pass' }, { l: [] }, equal([])),
  state('Parallel: Fail inside, Catch outside', {
    StartAt: 'P',
    States: {
      P: { Type: 'Parallel', Branches: [{ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Mine', Cause: 'c' } } }], End: true, Catch: [{ ErrorEquals: ['Mine'], ResultPath: '$.e', Next: 'D' }] },
      D: { Type: 'Pass', End: true },
    },
  }, { a: 1 }, equal({ a: 1, e: { Error: 'Mine', Cause: 'c' } })),

  // Fail
  state('Fail with paths', { StartAt: 'F', States: { F: { Type: 'Fail', ErrorPath: '$.e', CausePath: '$.c' } } }, { e: 'E', c: 'C' }, fails(/^E: C$/)),
  state('Fail with functions', { StartAt: 'F', States: { F: { Type: 'Fail', ErrorPath: "States.Format('E{}', $.e)", CausePath: "States.Format('c {}', $.c)" } } }, { e: 1, c: 'C' }, fails(/^E1: c C$/)),

  // Tasks
  state('Retry counts, and waits at the pace', only({
    ...task, Parameters: { 'retry.$': '$$.State.RetryCount' }, Retry: [{ ErrorEquals: ['Twice'], IntervalSeconds: 3600, MaxAttempts: 2 }],
  }), { a: 1 }, (outcome, calls) => equal({ retry: 2 })(outcome, [], []) && calls.length === 3),
  state('Wait at the pace', only({ Type: 'Wait', Seconds: 86_400 }), { a: 1 }, equal({ a: 1 })),
  state('a result of 256 KiB', only(task), 'x'.repeat(262_142), (outcome) => typeof outcome === 'string'),
  state('a larger result', only({ ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] }), 'x'.repeat(262_143), fails(/^States.DataLimitExceeded: The state 'A' returned a result with a size of 262145 bytes/)),
  state('a task without TimeoutSeconds', only(task), 'x', (outcome, _, timers) => outcome === 'x' && Math.max(...timers) > 1_000_000_000),
  state('a task with TimeoutSeconds', only({ ...task, TimeoutSeconds: 5 }), 'x', (outcome, _, timers) => outcome === 'x' && timers.includes(5000)),
];

/** What the tasks of the cases do, by their input. */
function handlers(calls: unknown[]): Handlers {
  let failures = 0;
  const handler = async (input: unknown) => {
    calls.push(input);
    if (input === 'throw') throw new Error('as asked');
    if (isDeepStrictEqual(input, { retry: failures }) && failures < 2) {
      failures += 1;
      throw Object.assign(new Error('again'), { name: 'Twice' });
    }
    return input;
  };
  return { A: handler, I: handler } as Handlers;
}

async function run({ definition, input, check }: Case, corrections = CORRECTIONS): Promise<boolean> {
  const StateMachine = loadInterpreter({ pace: () => 1, corrections });
  const machine = new StateMachine(definition as StateMachineDefinition, { validationOptions: { noValidate: true } });
  const calls: unknown[] = [];
  const context = { Execution: { Id: 'arn', Input: input as never, StartTime: '2026-01-01T00:00:00Z' } };
  const execution = machine.run(structuredClone(input) as never, { context, overrides: { taskResourceLocalHandlers: handlers(calls) } });
  const outcome = await Promise.race([execution.result, sleep(LATE_MILLISECONDS, new Error('late'), { ref: false })])
    .catch((error: Error) => error.cause instanceof Error ? error.cause : error);
  // What must not happen would happen now.
  await sleep(5);
  execution.abort();
  return check(outcome, calls, timers);
}

/** How long the interpreter asked to wait, at most. */
const timers: number[] = [];
const realTimer = globalThis.setTimeout;
beforeEach(() => {
  timers.length = 0;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, milliseconds: number) => {
    timers.push(milliseconds);
    return realTimer(callback, milliseconds);
  }) as typeof setTimeout);
});
afterEach(() => jest.restoreAllMocks());

/** Newer versions of Node do without. */
const FOR_NODE_20 = 'Promise.withResolvers is not in Node 20';

describe('the interpreter, corrected', () => {
  test.each(CASES.map((one): [string, Case] => [one.title, one]))('%s', async (_, one) => {
    expect(await run(one)).toBe(true);
  });

  test.each(CORRECTIONS.map(({ why }) => why).filter((why) => why !== FOR_NODE_20))('needs the correction that %s', async (without) => {
    const rest = CORRECTIONS.filter(({ why }) => why !== without);
    const kept = await Promise.all(CASES.map(async (one) => run(one, rest).catch(() => false)));
    expect(kept).toContain(false);
  });

  test('refuses another version of the interpreter', () => {
    const other = [{ why: 'w', from: 'text that is not there', to: '' }];
    expect(() => loadInterpreter({ pace: () => 0, corrections: other })).toThrow('is not the version that emulator/step-functions corrects: w');
  });
});
