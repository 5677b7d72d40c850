import { javaName } from './java-names';

/** A schema of the SDK, as its clients export it. It is read here so that no parameter is dropped in silence. */
export type SchemaRef = unknown;

type Shape =
  | { readonly kind: 'structure'; readonly members: ReadonlyMap<string, SchemaRef> }
  | { readonly kind: 'list'; readonly element: SchemaRef }
  | { readonly kind: 'map'; readonly value: SchemaRef }
  | { readonly kind: 'string' | 'number' | 'boolean' | 'timestamp' | 'blob' | 'document' };

const STRUCTURES = [3, 4, -3];
const LIST = 1;
const MAP = 2;
const LIST_OF = 64;
const MAP_OF = 128;
const SIMPLE: Readonly<Record<number, 'string' | 'number' | 'boolean' | 'timestamp' | 'blob' | 'document'>> = {
  0: 'string', 1: 'number', 2: 'boolean', 4: 'timestamp', 5: 'timestamp', 6: 'timestamp', 7: 'timestamp', 15: 'document', 17: 'number', 19: 'number', 21: 'blob', 42: 'blob',
};

/** @see https://smithy.io/2.0/spec/simple-types.html */
function shapeOf(ref: SchemaRef): Shape {
  if (typeof ref === 'function') return shapeOf((ref as () => SchemaRef)());
  if (typeof ref === 'string') return { kind: 'structure', members: new Map() };
  if (typeof ref === 'number') {
    if (ref >= MAP_OF) return { kind: 'map', value: ref - MAP_OF };
    if (ref >= LIST_OF) return { kind: 'list', element: ref - LIST_OF };
    const kind = SIMPLE[ref];
    if (kind === undefined) throw new Error(`the SDK has a schema of the kind ${ref}, which is not known here`);
    return { kind };
  }
  if (!Array.isArray(ref)) throw new Error(`the SDK has a schema that is not known here: ${String(ref)}`);
  // A member: a schema and its traits.
  if (typeof ref[1] !== 'string') return shapeOf(ref[0]);
  const [id, , , , first, second] = ref as [number, string, string, unknown, unknown, unknown];
  if (STRUCTURES.includes(id)) {
    const [names, refs] = [first as string[], second as SchemaRef[]];
    return { kind: 'structure', members: new Map(names.map((name, index) => [name, refs[index]])) };
  }
  if (id === LIST) return { kind: 'list', element: first };
  if (id === MAP) return { kind: 'map', value: second };
  return shapeOf(first);
}

/** Parameters that cannot be used. `path` is where, as in `.Operation.Ssekms`. */
export class ParameterError extends Error {}

/** Throws on a name in a template that the operation does not have. Values behind `.$` are known only later. */
export function checkTemplate(schema: SchemaRef, template: unknown, path = ''): void {
  const shape = shapeOf(schema);
  if (shape.kind === 'list' && Array.isArray(template)) template.forEach((element, index) => checkTemplate(shape.element, element, `${path}[${index}]`));
  if (!isRecord(template)) return;
  for (const [key, value] of Object.entries(template)) {
    const name = key.replace(/\.\$$/, '');
    const element = shape.kind === 'structure' ? shape.members.get(memberOf(shape.members, name, path)) : shape.kind === 'map' ? shape.value : undefined;
    if (element !== undefined && !key.endsWith('.$')) checkTemplate(element, value, `${path}.${name}`);
  }
}

/** Turns what a state gives into what the SDK takes. */
export function toRequest(schema: SchemaRef, value: unknown, path = ''): unknown {
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case 'structure':
      if (!isRecord(value)) throw wrong(path, 'an object', value);
      return Object.fromEntries(Object.entries(value).map(([name, nested]) => {
        const member = memberOf(shape.members, name, path);
        return [member, toRequest(shape.members.get(member), nested, `${path}.${name}`)];
      }));
    case 'list':
      if (!Array.isArray(value)) throw wrong(path, 'a list', value);
      return value.map((element, index) => toRequest(shape.element, element, `${path}[${index}]`));
    case 'map':
      if (!isRecord(value)) throw wrong(path, 'an object', value);
      return Object.fromEntries(Object.entries(value).map(([name, nested]) => [name, toRequest(shape.value, nested, `${path}.${name}`)]));
    case 'timestamp': {
      const date = typeof value === 'string' ? new Date(value) : undefined;
      if (date === undefined || Number.isNaN(date.getTime())) throw wrong(path, 'a timestamp such as 2026-01-31T00:00:00Z', value);
      return date;
    }
    case 'blob':
      return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    case 'document':
      return value;
    default:
      if (typeof value !== shape.kind) throw wrong(path, `a ${shape.kind}`, value);
      return value;
  }
}

/** Turns what the SDK gives into what a state gets: Java's names, dates and bodies as strings. */
export async function toResult(schema: SchemaRef, value: unknown): Promise<unknown> {
  if (value === undefined || value === null) return undefined;
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case 'structure':
      return fromEntries([...shape.members].map(async ([name, member]): Promise<[string, unknown]> =>
        [javaName(name), await toResult(member, (value as Record<string, unknown>)[name])]));
    case 'list':
      return Promise.all((value as unknown[]).map(async (element) => toResult(shape.element, element)));
    case 'map':
      return fromEntries(Object.entries(value).map(async ([key, nested]): Promise<[string, unknown]> => [key, await toResult(shape.value, nested)]));
    case 'timestamp':
      return (value as Date).toISOString().replace('.000Z', 'Z');
    case 'blob':
      return isStream(value) ? value.transformToString() : Buffer.from(value as Uint8Array).toString('utf8');
    default:
      return typeof value === 'bigint' ? Number(value) : value;
  }
}

/** What is not there stays out. */
async function fromEntries(entries: Promise<[string, unknown]>[]): Promise<Record<string, unknown>> {
  return Object.fromEntries((await Promise.all(entries)).filter(([, value]) => value !== undefined));
}

/** The API's name of a member that is written as Step Functions wants it. */
function memberOf(members: ReadonlyMap<string, SchemaRef>, name: string, path: string): string {
  for (const member of members.keys()) {
    if (javaName(member) === name) return member;
  }
  const similar = [...members.keys()].find((member) => member.toLowerCase() === name.toLowerCase());
  const remedy = similar === undefined ? `it has ${[...members.keys()].map(javaName).join(', ') || 'none'}` : `write '${javaName(similar)}'`;
  throw new ParameterError(`The field '${name}' at '${path || '.'}' is not supported by Step Functions: ${remedy}`);
}

function wrong(path: string, wanted: string, value: unknown): ParameterError {
  return new ParameterError(`The Parameters field '${path}' must be ${wanted}, got ${(JSON.stringify(value) ?? 'nothing').slice(0, 100)}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStream(value: unknown): value is { transformToString(): Promise<string> } {
  return typeof (value as { transformToString?: unknown }).transformToString === 'function';
}
