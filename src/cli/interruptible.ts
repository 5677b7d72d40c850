import type { Io } from './io';
import type { Talk } from './talk';

/** The first signal ends the work in an orderly way, the second one ends the process. */
export async function interruptible<T>(io: Io, talk: Talk, stopping: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const deaf = io.onSignal(() => {
    if (stop.signal.aborted) {
      io.dieOfSignal();
      return;
    }
    talk.interject(`${stopping} Once more stops at once.`);
    stop.abort();
  });
  try {
    return await work(stop.signal);
  } finally {
    deaf();
  }
}
