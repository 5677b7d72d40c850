/**
 * Runs `work` on every item, at most `concurrency` at a time, pulling the next item only when a worker is free. Stops
 * pulling at the first error or when the signal is given, waits for what has begun, and then throws the error.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>, concurrency: number, work: (item: T) => Promise<void>, signal?: AbortSignal,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let stopped = false;
  // One worker asks for the next item at a time: async generators queue, other iterators need not.
  let turn: Promise<unknown> = Promise.resolve();
  const next = (): Promise<IteratorResult<T>> => {
    const mine = turn.then(() => stopped || signal?.aborted ? { done: true as const, value: undefined } : iterator.next());
    turn = mine.catch(() => undefined);
    return mine;
  };
  const worker = async (): Promise<void> => {
    try {
      for (let item = await next(); !item.done; item = await next()) { await work(item.value); }
    } catch (error) {
      stopped = true;
      throw error;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  await iterator.return?.();
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) { throw (failure as PromiseRejectedResult).reason; }
}
