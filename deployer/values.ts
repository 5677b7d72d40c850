/** A JSON object, as opposed to a list, a scalar or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What CloudFormation writes into a string as it is. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

export function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** A value as an error message shows it. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The arguments of an intrinsic function that takes a list of fixed length. */
export function tuple(name: string, argument: unknown, length: number): unknown[] {
  if (!Array.isArray(argument) || argument.length !== length) {
    throw new Error(`${name} wants a list of ${length} arguments, got ${show(argument)}`);
  }
  return argument;
}

/** The function that an object calls, `undefined` for plain data. CloudFormation wants it to be the only key. */
export function intrinsicName(value: Record<string, unknown>): string | undefined {
  const keys = Object.keys(value);
  const name = keys.find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (name !== undefined && keys.length > 1) {
    throw new Error(`${name} must be the only key of its object, got: ${keys.join(', ')}`);
  }
  return name;
}
