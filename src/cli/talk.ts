import type { Io } from './io';

const CODES = { bold: 1, red: 31, green: 32, yellow: 33 } as const;
export type Style = keyof typeof CODES;

/** Lines for people on stderr, or for machines that read stderr as JSON. */
export class Talk {
  constructor(private readonly io: Io, private readonly json: boolean) {}

  public note(text: string): void { this.say('note', text); }
  public warn(text: string): void { this.say('warning', text); }
  public error(text: string): void { this.say('error', text); }

  /** While a bar is on the terminal: below it. */
  public interject(text: string): void {
    if (!this.json && this.io.stderr.isTTY) { this.io.stderr.write('\n'); }
    this.note(text);
  }

  private say(type: 'note' | 'warning' | 'error', text: string): void {
    if (this.json) {
      this.io.stderr.write(`${JSON.stringify({ type, message: text })}\n`);
      return;
    }
    const label = type === 'note' ? '' : paint(this.io, 'stderr', type === 'warning' ? 'yellow' : 'red', `${type}: `);
    this.io.stderr.write(`${label}${printable(text)}\n`);
  }
}

/** Colour only where somebody sees it and has not refused it. https://no-color.org */
export function paint(io: Io, where: 'stdout' | 'stderr', style: Style, text: string): string {
  const wanted = io[where].isTTY && (io.env.NO_COLOR ?? '') === '' && io.env.TERM !== 'dumb';
  return wanted ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** Keys and messages of servers may hold what a terminal would obey. Lines and tabs stay. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters that are meant
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
