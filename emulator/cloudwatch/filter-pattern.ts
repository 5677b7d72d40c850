/** Decides on one event. */
export type Filter = (event: unknown) => boolean;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MAX_LENGTH = 1024;
const TOKEN = /\s*(?:(&&|\|\||[(){}]|!=|<=|>=|=|<|>)|(IS|NOT)\b\s+(TRUE|FALSE|NULL|EXISTS)\b|(\$(?:\.[\w-]+|\.\*|\[\d+\]|\[\*\])+)|"((?:[^"\\]|\\.)*)"|%([^%]*)%|([^\s(){}=!<>&|"%]+))/y;

type Token =
  | { readonly kind: 'punctuation' | 'selector' | 'text' | 'regex' | 'bare'; readonly value: string }
  | { readonly kind: 'is'; readonly value: string };

/**
 * A filter pattern for events in JSON, as CloudWatch Logs reads it. Strict: what it does not know is an error.
 *
 * A comparison with a field that an event does not have is not fulfilled, whichever it is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export function filterOf(pattern: string): Filter {
  if (pattern.length > MAX_LENGTH) { throw new Error(`a pattern has at most ${MAX_LENGTH} characters, got ${pattern.length}`); }
  const tokens = tokensOf(pattern);
  let position = 0;
  const next = () => tokens[position++];
  const at = (value: string) => tokens[position]?.kind === 'punctuation' && tokens[position].value === value;
  const expect = (value: string) => { if (!at(value)) { throw new Error(`'${value}' is missing at token ${position + 1} of ${pattern}`); } position++; };

  const any = (): Filter => {
    const parts = [all()];
    while (at('||')) { position++; parts.push(all()); }
    return (event) => parts.some((part) => part(event));
  };
  const all = (): Filter => {
    const parts = [term()];
    while (at('&&')) { position++; parts.push(term()); }
    return (event) => parts.every((part) => part(event));
  };
  const term = (): Filter => {
    if (at('(')) {
      position++;
      const inner = any();
      expect(')');
      return inner;
    }
    const selector = next();
    if (selector?.kind !== 'selector') { throw new Error(`a selector such as $.eventName is missing at token ${position} of ${pattern}`); }
    const operator = next();
    if (operator?.kind === 'is') { return isTest(selector.value, operator.value); }
    const value = next();
    if (operator?.kind !== 'punctuation' || value === undefined || value.kind === 'punctuation' || value.kind === 'is') {
      throw new Error(`a comparison is missing after ${selector.value} of ${pattern}`);
    }
    return comparison(selector.value, operator.value, value);
  };

  expect('{');
  const filter = any();
  expect('}');
  if (position !== tokens.length) { throw new Error(`the pattern goes on after its end: ${pattern}`); }
  return filter;
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < pattern.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(pattern);
    if (match === null) { throw new Error(`not a filter pattern from character ${start + 1} on: ${pattern}`); }
    const [, punctuation, is, what, selector, text, regex, bare] = match;
    tokens.push(punctuation !== undefined ? { kind: 'punctuation', value: punctuation }
      : is !== undefined ? { kind: 'is', value: `${is} ${what}` }
        : selector !== undefined ? { kind: 'selector', value: selector }
          : text !== undefined ? { kind: 'text', value: text }
            : regex !== undefined ? { kind: 'regex', value: regex } : { kind: 'bare', value: bare });
  }
  return tokens;
}

/** What a selector finds: nothing, one value, or with a wildcard several. */
function found(event: unknown, selector: string): unknown[] {
  let values = [event];
  for (const [step] of selector.slice(1).matchAll(/\.[\w-]+|\.\*|\[\d+\]|\[\*\]/g)) {
    values = values.flatMap((value) => {
      if (typeof value !== 'object' || value === null) { return []; }
      if (step === '.*' || step === '[*]') { return Object.values(value); }
      const name = step.startsWith('[') ? step.slice(1, -1) : step.slice(1);
      return step.startsWith('[') !== Array.isArray(value) || !(name in value) ? [] : [(value as Record<string, unknown>)[name]];
    });
  }
  return values;
}

function isTest(selector: string, what: string): Filter {
  switch (what) {
    case 'NOT EXISTS': return (event) => found(event, selector).length === 0;
    case 'IS NULL': return (event) => found(event, selector).some((value) => value === null);
    case 'IS TRUE': return (event) => found(event, selector).some((value) => value === true);
    case 'IS FALSE': return (event) => found(event, selector).some((value) => value === false);
    default: throw new Error(`'${what}' is no test of a filter pattern`);
  }
}

function comparison(selector: string, operator: string, { kind, value }: Token): Filter {
  const equals = kind === 'regex' ? (text: string) => new RegExp(value).test(text) : wildcard(value);
  const scalar = (one: unknown) => typeof one === 'string' || typeof one === 'number';
  if (operator === '=' || operator === '!=') {
    return (event) => found(event, selector).filter(scalar).some((one) => {
      const same = typeof one === 'number' && kind !== 'text' && kind !== 'regex' && !Number.isNaN(Number(value)) ? one === Number(value) : equals(String(one));
      return same === (operator === '=');
    });
  }
  const bound = Number(value);
  if (Number.isNaN(bound) || kind !== 'bare') { throw new Error(`'${operator}' compares numbers, got '${value}'`); }
  return (event) => found(event, selector).some((one) => typeof one === 'number'
    && (operator === '<' ? one < bound : operator === '<=' ? one <= bound : operator === '>' ? one > bound : one >= bound));
}

function wildcard(pattern: string): (text: string) => boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  const regex = new RegExp(`^${source}$`, 's');
  return (text) => regex.test(text);
}
