/** Replications in worker threads. */
import { Piscina } from "piscina";

/** Runs a task in one of the threads; what comes back is what the worker module's default export returned. */
export type RunInWorker = (task: unknown) => Promise<unknown>;

/** Has a pool of threads while `use` goes on. */
export async function withWorkers<T>(worker: string, threads: number, use: (run: RunInWorker) => Promise<T>): Promise<T> {
  const pool = new Piscina({ filename: worker, minThreads: 1, maxThreads: threads });
  try {
    return await use((task) => pool.run(task) as Promise<unknown>);
  } finally {
    await pool.destroy();
  }
}

/** The results in order of the replications' numbers, whichever is there first. */
export function ofReplications<T>(replications: number, run: (replication: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: replications }, (_, replication) => run(replication)));
}
