/**
 * The rows of a CSV file, as it comes in: quotes, doubled quotes, line ends within quotes, CRLF.
 *
 * One row is held at a time, so a report of a hundred million lines costs no more memory than one of ten.
 */
export async function* rowsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[], void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let row: string[] = [];
  let field = '';
  let quoted = false;
  let closing = false; // a quote within quotes: the end of the field, or the first of two
  let any = false;
  const take = function* (text: string): Generator<string[]> {
    for (const char of text) {
      any = true;
      if (closing) {
        closing = false;
        if (char === '"') { field += '"'; continue; }
        quoted = false;
      }
      if (quoted) {
        if (char === '"') { closing = true; } else { field += char; }
      } else if (char === '"' && field === '') {
        quoted = true;
      } else if (char === ',') {
        row.push(field);
        field = '';
      } else if (char === '\n') {
        row.push(field.endsWith('\r') ? field.slice(0, -1) : field);
        yield row;
        row = [];
        field = '';
        any = false;
      } else {
        field += char;
      }
    }
  };
  for await (const chunk of chunks) { yield* take(decoder.decode(chunk, { stream: true })); }
  yield* take(decoder.decode());
  if (quoted && !closing) { throw new Error('the CSV file ends within quotes: it was cut off'); }
  if (any) { yield [...row, field]; }
}

/** A value as a field: quoted only where it has to be. */
export function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}
