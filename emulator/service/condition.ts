/** Condition keys in lower case, with one or several values. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

type Test = (actual: string, wanted: string) => boolean;

/** Whether `text` matches a pattern in which `*` stands for any characters and `?` for one. */
export function matches(pattern: string, text: string, ignoreCase = false): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^]*').replace(/\?/g, '[^]');
  return new RegExp(`^${source}$`, ignoreCase ? 'i' : '').test(text);
}

const equals: Test = (actual, wanted) => actual === wanted;
const equalsIgnoringCase: Test = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
const like: Test = (actual, wanted) => matches(wanted, actual);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: equalsIgnoringCase,
  NumericEquals: (actual, wanted) => Number(actual) === Number(wanted),
  NumericLessThan: (actual, wanted) => Number(actual) < Number(wanted),
  NumericLessThanEquals: (actual, wanted) => Number(actual) <= Number(wanted),
  NumericGreaterThan: (actual, wanted) => Number(actual) > Number(wanted),
  NumericGreaterThanEquals: (actual, wanted) => Number(actual) >= Number(wanted),
};
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
};

/** Whether every operator of a condition block holds. An operator that is not known here is an error, never a yes or a no. */
export function holds(condition: Record<string, Record<string, unknown>>, context: ConditionContext): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holdsOne(operator, context[key.toLowerCase()], listOf(wanted).map(String), context)));
}

function holdsOne(operator: string, actual: string | readonly string[] | undefined, wanted: string[], context: ConditionContext): boolean {
  const [, set, name, ifExists] = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null') return wanted.some((value) => (value === 'true') === (actual === undefined));
  const negated = name !== undefined && Object.hasOwn(NEGATED, name);
  const test = TESTS[negated ? NEGATED[name] : name ?? ''];
  if (test === undefined) throw new Error(`the condition operator ${operator} is not known to the local services`);
  // A negated operator holds where the key is absent.
  if (actual === undefined) return negated || ifExists !== undefined || set === 'ForAllValues';
  const values = listOf(actual);
  const patterns = wanted.map((value) => substitute(value, context)).filter((value) => value !== undefined);
  const matchesOne = (value: string) => patterns.some((pattern) => test(value, pattern)) !== negated;
  return set === 'ForAllValues' ? values.every(matchesOne) : set === 'ForAnyValue' || !negated ? values.some(matchesOne) : values.every(matchesOne);
}

/** Policy variables; a text with a variable that the request does not have matches nothing. */
export function substitute(text: string, context: ConditionContext): string | undefined {
  let known = true;
  const result = text.replace(/\$\{([^}]+)\}/g, (_, variable: string) => {
    if (variable === '*' || variable === '?' || variable === '$') return variable;
    const value = context[variable.toLowerCase()];
    if (typeof value !== 'string') { known = false; }
    return String(value);
  });
  return known ? result : undefined;
}

export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value as readonly T[] : [value as T];
}
