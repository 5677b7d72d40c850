/** What is going on, for who watches. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function detail(line: string): void {
  process.stderr.write(`  ${line}\n`);
}
