import { type ChildProcess, fork } from 'child_process';
import { join } from 'path';
import { compare, type Comparison, type Snapshot, snapshot } from './memory/compare';
import { populate, type Shape } from './memory/populate';
import type { Counts } from './memory/state';
import { startMemoryS3 } from './memory-s3';

/** What may be asked of a server in a process of its own. */
interface Calls {
  start(): Promise<string>;
  populate(bucket: string, objects: number, shape: Shape, defaultKey?: string): Promise<void>;
  compare(bucket: string, keyArn: string): Promise<Comparison>;
  /** What it was asked for since the last time. */
  counts(): Promise<Counts>;
  /** Seconds of processor time since it began. */
  cpu(): Promise<number>;
}

interface Question { readonly id: number; readonly name: keyof Calls; readonly args: readonly unknown[] }
interface Answer { readonly id: number; readonly value?: unknown; readonly error?: string }

/** A memory S3 in a process of its own, so that it has a core for itself. */
export interface MemoryS3Process extends Omit<Calls, 'start'> {
  readonly endpoint: string;
  readonly pid: number;
  close(): Promise<void>;
}

export async function spawnMemoryS3(): Promise<MemoryS3Process> {
  const child = fork(join(__dirname, 'memory-s3-process.ts'), [], { execArgv: ['--import', 'tsx', '--no-warnings'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = asker(child);
  const endpoint = await ask<string>('start');
  return {
    endpoint,
    pid: child.pid ?? 0,
    populate: (...args) => ask('populate', ...args),
    compare: (...args) => ask('compare', ...args),
    counts: () => ask('counts'),
    cpu: () => ask('cpu'),
    close: async () => {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await ended;
    },
  };
}

function asker(child: ChildProcess): <T>(name: keyof Calls, ...args: readonly unknown[]) => Promise<T> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let counter = 0;
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.on('exit', (code) => {
    for (const [id, resolve] of waiting) { resolve({ id, error: `the server ended with ${code}` }); }
  });
  return async <T>(name: keyof Calls, ...args: readonly unknown[]) => {
    const id = ++counter;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      const question: Question = { id, name, args };
      child.send(question);
    });
    if (answer.error !== undefined) { throw new Error(answer.error); }
    return answer.value as T;
  };
}

async function serveParent(send: (answer: Answer) => void): Promise<void> {
  const server = await startMemoryS3();
  const snapshots = new Map<string, Snapshot>();
  const calls: Calls = {
    start: async () => server.endpoint,
    populate: async (name, objects, shape, defaultKey) => {
      const bucket = server.state.bucket(name);
      bucket.defaultKey = defaultKey ?? undefined; // null, over the channel
      populate(bucket, objects, shape);
      snapshots.set(name, snapshot(bucket));
    },
    compare: async (name, keyArn) => compare(snapshots.get(name) ?? new Map(), server.state.bucket(name), keyArn),
    counts: async () => {
      const { counts } = server.state;
      server.state.counts = {};
      return counts;
    },
    cpu: async () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  };
  process.on('message', ({ id, name, args }: Question) => {
    (calls[name] as (...all: readonly unknown[]) => Promise<unknown>)(...args).then(
      (value) => send({ id, value }),
      (error: unknown) => send({ id, error: String(error instanceof Error ? error.stack : error) }),
    );
  });
  process.on('disconnect', () => void server.close());
}

if (require.main === module && process.send !== undefined) { void serveParent(process.send.bind(process)); }
