import { readFileSync } from 'node:fs';
import { open, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from './usage';

interface Holder { readonly pid: number; readonly host: string; readonly began?: string }

const ATTEMPTS = 5;
const PAUSE = 50;

/** Keeps two runs off one checkpoint. What a process that is gone has left behind is taken over. */
export class Lock {
  public static async take(file: string): Promise<Lock> {
    const mine = JSON.stringify({ pid: process.pid, host: hostname(), began: beginningOf(process.pid) } satisfies Holder);
    for (let attempt = 1; ; attempt++) {
      const tookOver = attempt > 1;
      if (await create(file, mine)) {
        // Two that find it stale at the same time may both remove and create it; the last one has it.
        if (tookOver) { await pause(PAUSE); }
        if (!tookOver || await contentOf(file) === mine) { return new Lock(file, mine); }
      }
      const found = await contentOf(file);
      const holder = holderIn(found);
      if (attempt >= ATTEMPTS || holder !== undefined && !isGone(holder)) { throw new Refusal(heldBy(file, holder)); }
      if (holder === undefined) { await pause(PAUSE); } // somebody is writing it, or was killed when they were
      if (found !== undefined && await contentOf(file) === found) { await unlink(file).catch(() => undefined); }
    }
  }

  private constructor(private readonly file: string, private readonly mine: string) {}

  public async release(): Promise<void> {
    if (await contentOf(this.file) === this.mine) { await unlink(this.file).catch(() => undefined); }
  }
}

async function create(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(content).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') { return false; }
    throw error;
  }
}

async function contentOf(file: string): Promise<string | undefined> { return readFile(file, 'utf8').catch(() => undefined); }

function holderIn(text: string | undefined): Holder | undefined {
  try {
    const holder = JSON.parse(text ?? '') as Partial<Holder>;
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? holder as Holder : undefined;
  } catch {
    return undefined;
  }
}

/** Only processes of this machine can be looked at. */
function isGone({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) { return false; }
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH';
  }
  return began !== undefined && began !== beginningOf(pid); // the number was given to another process
}

/** When a process began, in ticks since the machine did: with the process id, what tells it from others. Linux only. */
function beginningOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function heldBy(file: string, holder: Holder | undefined): string {
  const who = holder === undefined ? 'another run' : `process ${holder.pid} on ${holder.host}`;
  return `${who} works with this checkpoint: wait until it has ended, or give another --checkpoint. If it is gone for certain, delete ${file}`;
}
