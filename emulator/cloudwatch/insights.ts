import { type Command, type Expression, parseInsights } from './insights-parser';

type Value = string | number | boolean | undefined;
type Fields = ReadonlyMap<string, Value>;

export interface InsightsEvent { readonly timestamp: number; readonly record: unknown }

/**
 * Runs a query over events in JSON, as CloudWatch Logs Insights does.
 *
 * Stricter than it: what the documentation leaves open, such as an absent field in `concat`, `!=` or a sum, is an
 * error here, so that a query that runs relies on none of it.
 */
export function runInsights(query: string, events: readonly InsightsEvent[], now: number): Record<string, string>[] {
  const start: Fields[] = events.map(({ timestamp, record }) => new Map<string, Value>([['@timestamp', timestamp], ...flat(record)]));
  let shown: string[] | undefined;
  let rows = start;
  for (const command of parseInsights(query)) {
    rows = step(command, rows, now);
    if (command.kind === 'display') { shown = command.named.map(({ name }) => name); }
    if (command.kind === 'stats') { shown = [...command.by, ...command.named].map(({ name }) => name); }
  }
  if (shown === undefined) { throw new Error('nothing says what is shown: display or stats'); }
  const names = shown;
  return rows.map((row) => Object.fromEntries(names.flatMap((name) => {
    const value = row.get(name);
    return value === undefined ? [] : [[name, String(value)]];
  })));
}

function step(command: Command, rows: readonly Fields[], now: number): Fields[] {
  switch (command.kind) {
    case 'fields': case 'display':
      return rows.map((row) => new Map([...row, ...command.named.map(({ name, expression }) => [name, evaluate(expression, row, now)] as const)]));
    case 'filter': return rows.filter((row) => truth(evaluate(command.condition, row, now)));
    case 'limit': return rows.slice(0, command.rows);
    case 'sort': return [...rows].sort((a, b) => {
      for (const { by, descending } of command.keys) {
        const order = compare(evaluate(by, a, now), evaluate(by, b, now));
        if (order !== 0) { return descending ? -order : order; }
      }
      return 0;
    });
    case 'stats': {
      const groups = new Map<string, { values: [string, Value][]; rows: Fields[] }>();
      for (const row of rows) {
        const values = command.by.map(({ name, expression }): [string, Value] => [name, evaluate(expression, row, now)]);
        const id = JSON.stringify(values);
        const group = groups.get(id) ?? { values, rows: [] };
        group.rows.push(row);
        groups.set(id, group);
      }
      return [...groups.values()].map((group) => new Map([
        ...group.values, ...command.named.map(({ name, expression }) => [name, aggregate(expression, group.rows, now)] as const),
      ]));
    }
  }
}

function aggregate(expression: Expression, rows: readonly Fields[], now: number): Value {
  if (expression.kind !== 'call') { throw new Error('stats takes functions only'); }
  const [argument] = expression.args;
  if (expression.name === 'count' && argument === undefined) { return rows.length; }
  if (argument === undefined) { throw new Error(`${expression.name} needs a field`); }
  const byTime = (pick: (a: number, b: number) => boolean): Value => {
    const best = rows.reduce((one, other) => (pick(Number(other.get('@timestamp')), Number(one.get('@timestamp'))) ? other : one));
    return evaluate(argument, best, now);
  };
  const numbers = (): number[] => rows.map((row) => number(evaluate(argument, row, now)));
  switch (expression.name) {
    case 'sum': return numbers().reduce((a, b) => a + b, 0);
    case 'min': return numbers().reduce((a, b) => Math.min(a, b));
    case 'max': return numbers().reduce((a, b) => Math.max(a, b));
    case 'earliest': return byTime((a, b) => a < b);
    case 'latest': return byTime((a, b) => a > b);
    default: throw new Error(`${expression.name} is not a function of stats that is known here`);
  }
}

function evaluate(expression: Expression, row: Fields, now: number): Value {
  switch (expression.kind) {
    case 'text': case 'number': case 'span': case 'pattern': return expression.value;
    case 'field': return row.get(expression.name);
    case 'not': return !truth(evaluate(expression.inner, row, now));
    case 'list': throw new Error('a list belongs behind in');
    case 'call':
      if (expression.name === 'bin') { return bin(row.get('@timestamp'), evaluate(expression.args[0] as Expression, row, now)); }
      return call(expression.name, expression.args.map((arg) => evaluate(arg, row, now)), now);
    case 'binary': return binary(expression, row, now);
  }
}

function binary({ operator, left, right }: Expression & { kind: 'binary' }, row: Fields, now: number): Value {
  const a = evaluate(left, row, now);
  if (operator === 'and') { return truth(a) && truth(evaluate(right, row, now)); }
  if (operator === 'or') { return truth(a) || truth(evaluate(right, row, now)); }
  if (operator === 'in') {
    if (right.kind !== 'list') { throw new Error('a list belongs behind in'); }
    return right.items.some((item) => evaluate(item, row, now) === a);
  }
  if (operator === 'like') {
    if (right.kind !== 'pattern') { throw new Error('a pattern between slashes belongs behind like'); }
    return a !== undefined && new RegExp(String(right.value)).test(string(a));
  }
  const b = evaluate(right, row, now);
  if (operator === '=') { return a !== undefined && a === b; }
  if (operator === '!=') { return present(a) !== present(b); }
  const [x, y] = [number(a), number(b)];
  switch (operator) {
    case '+': return x + y;
    case '-': return x - y;
    case '*': return x * y;
    case '/': return x / y;
    case '<': return x < y;
    case '>': return x > y;
    case '<=': return x <= y;
    default: return x >= y;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
function call(name: string, args: Value[], now: number): Value {
  switch (name) {
    case 'coalesce': return args.find((arg) => arg !== undefined);
    case 'concat': return args.map(string).join('');
    case 'isblank': return args[0] === undefined || args[0] === '';
    case 'ispresent': return args[0] !== undefined;
    case 'least': return Math.min(...args.map(number));
    case 'ltrim': return trimLeft(string(args[0]), string(args[1]));
    case 'now': return Math.floor(now / 1000);
    case 'strcontains': return string(args[0]).includes(string(args[1])) ? 1 : 0;
    case 'strlen': return string(args[0]).length;
    case 'toMillis': return number(args[0]);
    default: throw new Error(`${name} is not a function that is known here`);
  }
}

const SPANS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The beginning of the period in which it was. */
function bin(at: Value, span: Value): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(string(span)) ?? [];
  const length = Number(count) * (SPANS[unit as string] as number);
  return Math.floor(number(at) / length) * length;
}

function trimLeft(value: string, characters: string): string {
  let start = 0;
  while (start < value.length && characters.includes(value[start] as string)) { start += 1; }
  return value.slice(start);
}

function present(value: Value): string | number | boolean {
  if (value === undefined) { throw new Error('a field is absent where the documentation does not say what that means'); }
  return value;
}
function string(value: Value): string {
  if (typeof present(value) !== 'string') { throw new Error(`${String(value)} is no text`); }
  return value as string;
}
function number(value: Value): number {
  if (typeof present(value) !== 'number') { throw new Error(`${String(value)} is no number`); }
  return value as number;
}
function truth(value: Value): boolean {
  if (typeof value !== 'boolean') { throw new Error(`${String(value)} is no condition`); }
  return value;
}
function compare(a: Value, b: Value): number {
  const [x, y] = [present(a), present(b)];
  if (typeof x !== typeof y) { throw new Error('values of two kinds have no order'); }
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Arrays count from zero: resources.0.ARN. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
function flat(value: unknown, path = ''): [string, Value][] {
  if (value === null || value === undefined) { return []; }
  if (typeof value === 'object') { return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`)); }
  return [[path, value as Value]];
}
