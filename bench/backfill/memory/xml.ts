import type { Response } from './wire';

const HEADERS = { 'content-type': 'application/xml' };
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&apos;' };

export function escape(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character]) : text;
}

export function unescape(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (entity) => Object.keys(ENTITIES).find((character) => ENTITIES[character] === entity) ?? entity);
}

export function xml(root: string, inner: string, headers: Response['headers'] = {}): Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
  return { status: 200, headers: { ...HEADERS, ...headers }, body };
}

export function failure(status: number, code: string, message: string): Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escape(message)}</Message><RequestId>MEMORY</RequestId></Error>`;
  return { status, headers: HEADERS, body };
}

/** Text of the first element of this name. Enough for the small documents that clients of S3 send. */
export function elementIn(document: string, name: string): string | undefined {
  const found = new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`).exec(document);
  return found === null ? undefined : unescape(found[1]);
}

export function elementsIn(document: string, name: string): string[] {
  return [...document.matchAll(new RegExp(`<${name}(?: [^>]*)?>(.*?)</${name}>`, 'gs'))].map(([, inner]) => inner);
}

export function iso(milliseconds: number): string { return new Date(milliseconds).toISOString(); }
