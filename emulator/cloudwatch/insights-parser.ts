export type Expression =
  | { readonly kind: 'text' | 'number' | 'span' | 'pattern'; readonly value: string | number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly inner: Expression };

export interface Named { readonly expression: Expression; readonly name: string }

export type Command =
  | { readonly kind: 'fields' | 'display'; readonly named: readonly Named[] }
  | { readonly kind: 'filter'; readonly condition: Expression }
  | { readonly kind: 'stats'; readonly named: readonly Named[]; readonly by: readonly Named[] }
  | { readonly kind: 'sort'; readonly keys: readonly { readonly by: Expression; readonly descending: boolean }[] }
  | { readonly kind: 'limit'; readonly rows: number };

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]+)`|(?<=like\s*)\/((?:[^\/\\]|\\.)+)\/|(\d+[smhd]\b)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([@A-Za-z_][\w@]*(?:\.\w+)*)|(!=|<=|>=|[=<>+\-*/(),[\]|]))/y;
const LEVELS = [['or'], ['and'], ['=', '!=', '<', '>', '<=', '>=', 'in', 'like'], ['+', '-'], ['*', '/']];

interface Token { readonly kind: 'text' | 'field' | 'pattern' | 'span' | 'number' | 'word' | 'sign'; readonly value: string }

/**
 * The part of the query language of CloudWatch Logs Insights that our queries are written in. What it does not
 * know is an error, so that nothing passes that was not thought of.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export function parseInsights(query: string): Command[] {
  const tokens = tokensOf(query);
  let position = 0;
  const peek = (): Token | undefined => tokens[position];
  const is = (value: string): boolean => ['word', 'sign'].includes(peek()?.kind ?? '') && peek()?.value === value;
  const take = (value: string): boolean => {
    if (!is(value)) { return false; }
    position += 1;
    return true;
  };
  const next = (what: string): Token => {
    const token = tokens[position];
    if (token === undefined) { throw new Error(`${what} is missing at the end of the query`); }
    position += 1;
    return token;
  };
  const expect = (value: string): void => { if (!take(value)) { throw new Error(`'${value}' is missing before '${peek()?.value ?? 'the end'}'`); } };
  const separated = <T>(one: () => T): T[] => {
    const all = [one()];
    while (take(',')) { all.push(one()); }
    return all;
  };

  const level = (depth: number): Expression => {
    const operators = LEVELS[depth];
    if (operators === undefined) { return primary(); }
    if (depth === 2 && take('not')) { return { kind: 'not', inner: level(depth) }; }
    let left = level(depth + 1);
    for (;;) {
      const operator = operators.find(is);
      if (operator === undefined) { return left; }
      position += 1;
      left = { kind: 'binary', operator, left, right: level(depth + 1) };
    }
  };
  const expression = (): Expression => level(0);
  const primary = (): Expression => {
    if (take('(')) {
      const inner = expression();
      expect(')');
      return inner;
    }
    if (take('[')) {
      const items = separated(expression);
      expect(']');
      return { kind: 'list', items };
    }
    const { kind, value } = next('a value');
    if (kind === 'text' || kind === 'span' || kind === 'pattern') { return { kind, value }; }
    if (kind === 'number') { return { kind: 'number', value: Number(value) }; }
    if (kind === 'field') { return { kind: 'field', name: value }; }
    if (kind === 'sign') { throw new Error(`'${value}' is not a value`); }
    if (!take('(')) { return { kind: 'field', name: value }; }
    if (take(')')) { return { kind: 'call', name: value, args: [] }; }
    const args = take('*') ? [] : separated(expression);
    expect(')');
    return { kind: 'call', name: value, args };
  };
  const named = (): Named => {
    const value = expression();
    if (take('as')) { return { expression: value, name: next('a name').value }; }
    if (value.kind === 'call' && value.name === 'bin') { return { expression: value, name: 'bin' }; }
    if (value.kind !== 'field') { throw new Error('what is computed needs a name: as'); }
    return { expression: value, name: value.name };
  };

  const command = (): Command => {
    const { value } = next('a command');
    switch (value) {
      case 'fields': case 'display': return { kind: value, named: separated(named) };
      case 'filter': return { kind: 'filter', condition: expression() };
      case 'stats': {
        const values = separated(named);
        return { kind: 'stats', named: values, by: take('by') ? separated(named) : [] };
      }
      case 'sort': return { kind: 'sort', keys: separated(() => ({ by: expression(), descending: take('desc') || (take('asc'), false) })) };
      case 'limit': return { kind: 'limit', rows: Number(next('a number').value) };
      default: throw new Error(`'${value}' is not a command that is known here`);
    }
  };
  const commands = [command()];
  while (take('|')) { commands.push(command()); }
  if (position < tokens.length) { throw new Error(`'${peek()?.value}' is not understood`); }
  return commands;
}

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (query.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(query);
    if (match === null) { throw new Error(`not understood: ${query.slice(at, at + 40)}`); }
    const [, text, field, pattern, span, number, word, sign] = match;
    if (text !== undefined) {
      tokens.push({ kind: 'text', value: text.replace(/\\(.)/g, '$1') });
    } else if (field !== undefined) {
      tokens.push({ kind: 'field', value: field });
    } else if (pattern !== undefined) {
      tokens.push({ kind: 'pattern', value: pattern });
    } else if (span !== undefined) {
      tokens.push({ kind: 'span', value: span });
    } else if (number !== undefined) {
      tokens.push({ kind: 'number', value: number });
    } else {
      tokens.push(word === undefined ? { kind: 'sign', value: sign as string } : { kind: 'word', value: word });
    }
  }
  return tokens;
}
