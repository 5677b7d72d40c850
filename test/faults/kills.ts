import { finish, FINISHED, newFolder, start } from './command';
import { draw } from './draws';
import { complaints, fill, isWrite, workIn } from './world';
import { startMemoryS3 } from '../../bench/backfill/memory-s3';

export interface KillsOptions {
  readonly objects: number;
  readonly kills: number;
  readonly seed: number;
  readonly versioned: boolean;
  /** Told after each kill. */
  readonly listener?: (kill: number, requests: number) => void;
}

export interface KillsResult {
  readonly complaints: string[];
  /** Buckets that were filled and finished. */
  readonly buckets: number;
  /** Kills that met a running command: those which it survived came too late. */
  readonly kills: number;
  /** Updates and copies that had to be made. */
  readonly due: number;
  /** Updates and copies that were made. */
  readonly writes: number;
  /** Those among them that a run made over what was finished. */
  readonly writesWhenFinished: number;
}

const KILLS_IN_A_BUCKET = 5;
const LONGEST_DELAY_MILLISECONDS = 20;

/**
 * Kills the command again and again, each time when the server has done so many requests as the seed says and a moment
 * later, so that it may be anywhere: between an answer and what follows from it, or within a checkpoint. Buckets are filled
 * anew as often as they are finished, until there were enough kills.
 */
export async function killAgainAndAgain({ objects, kills, seed, versioned, listener }: KillsOptions): Promise<KillsResult> {
  let requests = 0;
  let killAt = Infinity;
  let kill = (): void => undefined;
  let writes = 0;
  const server = await startMemoryS3((request, response) => {
    requests += 1;
    if (requests === killAt) { kill(); }
    if (isWrite(request, response)) { writes += 1; }
  });
  const found: string[] = [];
  let buckets = 0;
  let killed = 0;
  let due = 0;
  let writesWhenFinished = 0;
  try {
    while (killed < kills) {
      buckets += 1;
      const world = fill(server.state.bucket('data'), objects, versioned);
      due += workIn(world);
      const folder = newFolder();
      for (let number = 0; number < KILLS_IN_A_BUCKET && killed < kills; number += 1) {
        const running = start({ endpoint: server.endpoint, folder });
        const delay = draw(seed, buckets, number, 1) * LONGEST_DELAY_MILLISECONDS;
        kill = () => { setTimeout(() => running.process.kill('SIGKILL'), delay); };
        requests = 0;
        killAt = 1 + Math.floor(draw(seed, buckets, number) * objects * 0.7); // of two requests for most of the objects
        const { signal, code, stderr } = await running.ended;
        killAt = Infinity;
        if (signal !== 'SIGKILL') {
          if (!FINISHED.includes(code)) { throw new Error(`it ended with ${code}: ${stderr}`); }
          break;
        }
        killed += 1;
        listener?.(killed, requests);
      }
      await finish({ endpoint: server.endpoint, folder });
      found.push(...complaints(world));
      const before = writes;
      await finish({ endpoint: server.endpoint, folder: newFolder() });
      writesWhenFinished += writes - before;
    }
    return { complaints: found, buckets, kills: killed, due, writes, writesWhenFinished };
  } finally {
    await server.close();
  }
}
