import { runInsights } from '../../emulator/cloudwatch/insights';

const EVENTS = [
  { timestamp: 1000, record: { a: 'x', n: 1, deep: { 'list': [{ ARN: 'arn:1' }], 'x-y:z': 'odd' } } },
  { timestamp: 3000, record: { a: 'y', n: 3, error: 'AccessDenied' } },
  { timestamp: 2000, record: { a: 'x', n: 2 } },
];
const run = (query: string) => runInsights(query, EVENTS, 10_000);

describe('the local CloudWatch Logs Insights', () => {
  test.each([
    ['fields of arrays count from zero, and odd names take backticks', 'filter ispresent(deep.list.0.ARN) | display deep.list.0.ARN, `deep.x-y:z`',
      [{ 'deep.list.0.ARN': 'arn:1', 'deep.x-y:z': 'odd' }]],
    ['an absent field is in no row', 'filter a = "y" | display a, nothing', [{ a: 'y' }]],
    ['and binds before or', 'filter a = "y" or a = "x" and n = 1 | sort n asc | display n', [{ n: '1' }, { n: '3' }]],
    ['parentheses bind first', 'filter (a = "y" or a = "x") and n = 1 | display n', [{ n: '1' }]],
    ['not', 'filter not a in ["x", "z"] | display a', [{ a: 'y' }]],
    ['arithmetic', 'filter n * 2 + 1 >= 7 - 0 | display n', [{ n: '3' }]],
    ['groups', 'stats count(*) as c, sum(n) as s, min(n) as least, max(n) as most, earliest(n) as e, latest(n) as l by a | sort c desc',
      [{ a: 'x', c: '2', s: '3', least: '1', most: '2', e: '1', l: '2' }, { a: 'y', c: '1', s: '3', least: '3', most: '3', e: '3', l: '3' }]],
    ['sorts by several keys', 'sort a desc, n asc | display a, n', [{ a: 'y', n: '3' }, { a: 'x', n: '1' }, { a: 'x', n: '2' }]],
    ['limits', 'sort n asc | display n | limit 1', [{ n: '1' }]],
    ['functions', 'filter n = 1 | fields concat("(", ltrim("//p", "/"), ")") as f, strlen(coalesce(error, "")) as g, strcontains(a, "x") as h, '
      + 'toMillis(@timestamp) as i, now() as j, least(4, 2) as k | display f, g, h, i, j, k',
    [{ f: '(p)', g: '0', h: '1', i: '1000', j: '10', k: '2' }]],
    ['patterns', 'filter a like /^x$/ or error like /Denied/ | sort n asc | display n', [{ n: '1' }, { n: '2' }, { n: '3' }]],
    ['periods', 'stats count(*) as c by bin(2s) | sort c desc', [{ bin: '2000', c: '2' }, { bin: '0', c: '1' }]],
    ['blank is absent or empty', 'filter isblank(error) | sort n asc | display n', [{ n: '1' }, { n: '2' }]],
    ['quotes inside of text', 'fields "a\\"b" as t | limit 1 | display t', [{ t: 'a"b' }]],
  ])('%s', (_, query, rows) => { expect(run(query)).toEqual(rows); });

  test.each([
    ['a command', 'explode a'], ['a function', 'display foo(a) as b'], ['a function of stats', 'stats median(n) as m'], ['concat of nothing', 'display concat(error, "") as b'],
    ['!= of nothing', 'filter error != "x" | display a'], ['a sum of text', 'stats sum(a) as s'], ['what is left over', 'display a b'], ['no end', 'filter (a = "x"'],
    ['a number as condition', 'filter strcontains(a, "x") | display a'], ['a list by itself', 'filter ["x"] | display a'], ['a sign', 'filter a ; | display a'],
    ['no name', 'stats count(*)'], ['no output', 'fields a'], ['text for a number', 'filter a > 1 | display a'], ['a mixed order', 'fields coalesce(error, n) as m | sort m asc | display m'],
  ])('does not know %s', (_, query) => { expect(() => run(query)).toThrow(); });
});
