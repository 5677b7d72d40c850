import type { PropertyReader } from './property-reader';
import { isRecord } from './values';

/**
 * Refuses a property that the endpoint took without an error and did not keep.
 *
 * @param sent what must be there
 * @param kept what the endpoint says is there, in the form of `sent`
 */
export function assertKept(properties: PropertyReader, property: string, sent: unknown, kept: unknown): void {
  const lost = firstLost(sent, kept, property);
  if (lost !== undefined) throw properties.refuse(property, `the endpoint took it without an error, but does not keep ${lost}`);
}

/**
 * Refuses a document of which not exactly what was sent is there, such as a policy: with a statement or a condition more it is another one.
 */
export function assertSame(properties: PropertyReader, property: string, sent: unknown, kept: unknown): void {
  assertKept(properties, property, sent, kept);
  const added = firstLost(kept, sent, property);
  if (added !== undefined) throw properties.refuse(property, `the endpoint took it without an error, but keeps ${added}, which is not in it`);
}

/** The path of the first value that was sent and is not there, or is another one. More than was sent may be there. */
export function firstLost(sent: unknown, kept: unknown, path: string): string | undefined {
  if (sent === undefined) return undefined;
  if (sent instanceof Date) return kept instanceof Date && kept.getTime() === sent.getTime() ? undefined : path;
  if (Array.isArray(sent)) {
    if (!Array.isArray(kept) || kept.length !== sent.length) return path;
    return sent.map((element, index) => firstLost(element, kept[index], `${path}[${index}]`)).find((lost) => lost !== undefined);
  }
  if (isRecord(sent)) {
    if (!isRecord(kept)) return path;
    return Object.entries(sent).map(([key, value]) => firstLost(value, kept[key], `${path}.${key}`)).find((lost) => lost !== undefined);
  }
  return kept === sent ? undefined : path;
}
