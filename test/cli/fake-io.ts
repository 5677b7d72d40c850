import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { main } from '../../src/cli/command';
import { type Io, processIo } from '../../src/cli/io';

export interface FakeOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A terminal, where somebody answers so; undefined is the end of input. */
  readonly answers?: readonly (string | undefined)[];
  readonly terminal?: boolean;
  /** What the clock shows; that of the machine otherwise. */
  readonly now?: Date;
  /** Pauses last so long at the most. */
  readonly longestPause?: number;
}

/** A process as a command sees it, that remembers what was said. */
export class FakeIo implements Io {
  public readonly stdout;
  public readonly stderr;
  public readonly env;
  public readonly cwd: string;
  public readonly clock: Io['clock'];
  public readonly random = Math.random;
  public readonly ask?: Io['ask'];
  public readonly questions: string[] = [];
  public out = '';
  public err = '';
  public deaths = 0;
  private readonly listeners = new Set<() => void>();
  private readonly answers: (string | undefined)[];

  constructor(options: FakeOptions = {}) {
    const isTTY = options.terminal === true || options.answers !== undefined;
    const write = (chunk: Buffer, _: unknown, done: () => void): void => { this.err += chunk.toString(); done(); };
    const stream = Object.assign(new Writable({ write }), { isTTY, columns: 150 });
    this.stdout = { isTTY, write: (text: string) => { this.out += text; } };
    this.stderr = { isTTY, write: (text: string) => { this.err += text; }, stream };
    const { now, sleep } = processIo().clock;
    this.clock = {
      now: () => options.now ?? now(),
      sleep: async (milliseconds, signal) => sleep(Math.min(milliseconds, options.longestPause ?? milliseconds), signal),
    };
    this.env = options.env ?? {};
    this.cwd = options.cwd ?? newFolder();
    this.answers = [...options.answers ?? []];
    if (options.answers !== undefined) {
      this.ask = async (question) => {
        this.questions.push(question);
        return this.answers.shift();
      };
    }
  }

  public onSignal(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }

  public dieOfSignal(): void { this.deaths += 1; }

  /** As Control-C does. */
  public signal(): void { this.listeners.forEach((listener) => listener()); }

  public get isHeard(): boolean { return this.listeners.size > 0; }

  /** The lines of stderr, which have to be JSON. */
  public get jsonLines(): Record<string, unknown>[] {
    return this.err.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

/** Folders are below one that goes when the tests end. */
export function newFolder(): string { return mkdtempSync(join(tmpdir(), 'cli-')); }

export interface Ended { readonly code: number; readonly out: string; readonly err: string; readonly io: FakeIo }

export async function run(argv: readonly string[], options: FakeOptions = {}): Promise<Ended> {
  const io = new FakeIo(options);
  const code = await main(argv, io);
  return { code, out: io.out, err: io.err, io };
}
