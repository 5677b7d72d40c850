import type { Io } from '../io';
import { Refusal } from '../usage';

const PAUSE = 1000;

/** Asks until there is something, every second; stops what runs when somebody stops us. */
export async function poll<T>(io: Io, signal: AbortSignal, ask: () => Promise<T | undefined>, stop: () => Promise<unknown>): Promise<T> {
  for (;;) {
    if (signal.aborted) {
      await stop();
      throw new Refusal('Interrupted: the query was stopped, and there is no answer.');
    }
    const found = await ask();
    if (found !== undefined) { return found; }
    await io.clock.sleep(PAUSE, signal);
  }
}
