import { ServiceError } from '../service/service-error';

const DEFAULT_RESULTS = 100;
const MOST_RESULTS = 1000;

/** One page of a list. The token is where the next one starts. */
export function page(key: string, all: readonly unknown[], { maxResults, nextToken }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const from = nextToken === undefined ? 0 : Number(nextToken);
  const size = maxResults === undefined || maxResults === 0 ? DEFAULT_RESULTS : Number(maxResults);
  if (!Number.isInteger(from) || from < 0 || from > all.length) throw new ServiceError('InvalidToken', `Invalid Token: '${String(nextToken)}'`);
  if (!Number.isInteger(size) || size < 0 || size > MOST_RESULTS) throw new ServiceError('ValidationException', `maxResults must be 0 to ${MOST_RESULTS}, got ${String(maxResults)}`);
  const to = from + size;
  return { [key]: all.slice(from, to), ...to < all.length && { nextToken: String(to) } };
}
