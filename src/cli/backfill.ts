import { backfillOptions } from './backfill-arguments';
import { interruptible } from './interruptible';
import type { Io } from './io';
import { localBackfill } from './local-backfill';
import { NOBODY_TO_ASK } from './local-run';
import { Talk } from './talk';
import { UsageError } from './usage';

export async function backfill(argv: readonly string[], io: Io): Promise<number> {
  const options = backfillOptions(argv);
  if (!options.plan && !options.yes && (io.ask === undefined || options.json)) { throw new UsageError(NOBODY_TO_ASK); }
  const talk = new Talk(io, options.json);
  if (options.engine === 'batch') { return interruptible(io, talk, 'No longer watching.', async (signal) => batchEngine()(options, io, talk, signal)); }
  return interruptible(io, talk, 'Stopping when what is on its way is finished.', async (signal) => localBackfill(options, io, talk, signal));
}

/** Two clients of the SDK that a local run needs no time for. */
function batchEngine(): typeof localBackfill {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as in command.ts
  return (require('./batch-backfill') as typeof import('./batch-backfill')).batchBackfill;
}
