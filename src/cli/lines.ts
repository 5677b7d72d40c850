import { createReadStream } from 'node:fs';

/** No line that this command writes comes near it, and who gives a file without lines shall not fill the memory. */
const LONGEST = 1024 * 1024;

export class LineTooLong extends Error {
  public readonly name = 'LineTooLong';
}

/**
 * The lines of a file. They end with a line feed and with nothing else: `node:readline` also splits at U+2028, which JSON
 * leaves as it is and which a key may hold.
 */
export async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST) { throw new LineTooLong(`a line is longer than ${LONGEST} characters`); }
    yield* lines;
  }
  if (rest !== '') { yield rest; }
}
