/** Replications in worker threads. */
import { Piscina } from "piscina";

/** Runs a task in one of the threads; what comes back is what the worker module's default export returned. */
export type RunInWorker = (task: unknown) => Promise<unknown>;

/**
 * Has a pool of threads while `use` goes on.
 *
 * @param stop ends the threads at once, whatever they are at; what they were at then fails
 */
export async function withWorkers<T>(
  worker: string,
  threads: number,
  use: (run: RunInWorker) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const pool = new Piscina({ filename: worker, minThreads: 1, maxThreads: threads });
  // Only the first call waits for the threads to be gone.
  let destroyed: Promise<void> | undefined;
  const destroy = (): Promise<void> => (destroyed ??= pool.destroy());
  stop?.addEventListener("abort", () => void destroy());
  try {
    return await use((task) => pool.run(task) as Promise<unknown>);
  } finally {
    await destroy();
  }
}

/** The results in order of the replications' numbers, whichever is there first. */
export function ofReplications<T>(replications: number, run: (replication: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: replications }, (_, replication) => run(replication)));
}
