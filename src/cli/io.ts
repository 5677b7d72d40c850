import { createInterface } from 'node:readline/promises';
import type { Clock } from '../core/clock';

/** Where lines go. Data on stdout, people on stderr. */
export interface Output {
  readonly isTTY: boolean;
  /** The stream itself, for who moves its cursor. */
  readonly stream?: NodeJS.WritableStream;
  write(text: string): void;
}

/** Everything that a command takes from the process it runs in. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random gives it. */
  readonly random: () => number;
  /** Asks somebody at a terminal; absent when nobody is there. Undefined when they went away without an answer. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Calls the listener at each SIGINT and SIGTERM, until what it returns is called. */
  onSignal(listener: () => void): () => void;
  /** Ends the process as the last signal would have done without a listener. */
  dieOfSignal(): void;
}

export function processIo(): Io {
  const output = (stream: NodeJS.WriteStream): Output => {
    stream.on('error', () => undefined); // `| head` has read enough, and the work goes on
    return { isTTY: stream.isTTY === true, stream, write: (text) => { stream.write(text); } };
  };
  let last: NodeJS.Signals = 'SIGINT';
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    clock: { now: () => new Date(), sleep },
    random: Math.random,
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
    onSignal: (listener) => {
      const heard = (signal: NodeJS.Signals): void => { last = signal; listener(); };
      process.on('SIGINT', heard).on('SIGTERM', heard);
      return () => { process.off('SIGINT', heard).off('SIGTERM', heard); };
    },
    dieOfSignal: () => {
      process.removeAllListeners(last);
      process.kill(process.pid, last);
    },
  };
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => { clearTimeout(timer); signal?.removeEventListener('abort', end); resolve(); };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) { end(); }
  });
}

async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new Promise<undefined>((resolve) => { lines.once('close', () => resolve(undefined)); });
  // At a terminal readline sees Control-C before the process does.
  lines.once('SIGINT', () => lines.close());
  try {
    return await Promise.race([lines.question(question, { signal }).catch(() => undefined), gone]);
  } finally {
    lines.close();
  }
}
