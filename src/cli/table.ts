import Table from 'cli-table3';

/** Two spaces between columns, so that a terminal of any kind shows it and a script can split it. */
export function plainTable(head: readonly string[], aligns: readonly ('left' | 'right')[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: [...aligns],
    style: { 'head': [], 'border': [], 'compact': true, 'padding-left': 0, 'padding-right': 0 },
    chars: PLAIN,
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

const PLAIN = {
  'top': '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  'bottom': '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  'left': '',
  'left-mid': '',
  'mid': '',
  'mid-mid': '',
  'right': '',
  'right-mid': '',
  'middle': '  ',
};

/** RFC 4180. */
export function csv(lines: readonly (readonly (string | number | boolean)[])[]): string {
  return lines.map((cells) => `${cells.map((cell) => csvCell(String(cell))).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  // A spreadsheet would run what begins like this.
  const harmless = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}
