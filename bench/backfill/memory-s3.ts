import type { AddressInfo, Server } from 'net';
import { router } from './memory/router';
import { State } from './memory/state';
import { type Handler, type Request, type Response, serve } from './memory/wire';

/** A server that runs in this process. */
export interface MemoryS3 {
  readonly endpoint: string;
  readonly port: number;
  /** What it knows, to look at and to change. */
  readonly state: State;
  close(): Promise<void>;
}

/**
 * An S3 in memory, for benchmarks and for tests with many objects: fast first of all. It keeps of every object whatever a
 * rewrite could lose, follows S3 in what a copy drops, and checks neither signatures nor permissions.
 *
 * @param observe is told of every request when it is done, and before its client is
 */
export async function startMemoryS3(observe?: (request: Request, response: Response) => void): Promise<MemoryS3> {
  const state = new State();
  const answer = router(state);
  const { port, close } = await listen(observe === undefined ? answer : (request) => {
    const response = answer(request);
    observe(request, response);
    return response;
  });
  return { endpoint: `http://127.0.0.1:${port}`, port, state, close };
}

/** Serves on a free port of this machine, until it is closed. */
export async function listen(handler: Handler): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = serve(handler);
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', 1024, resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) { socket.destroy(); }
    await closed;
  };
  return { port, close };
}
