/**
 * Creation in growing batches: where the first one is refused (a quota, a bad template), the other hundred are not even tried.
 *
 * Source: kubernetes pkg/controller/replicaset/replica_set.go (slowStartBatch).
 */
import { firstError, inParallel, type ApiError, type Task } from "./task.js";

/** Size of the first batch. Source: controller.SlowStartInitialBatchSize. */
export const INITIAL_BATCH_SIZE = 1;

export interface SlowStartResult {
  readonly successes: number;
  readonly error?: ApiError;
}

/** Runs `count` creations in batches of 1, 2, 4, ... up to the largest; each batch in parallel, and none after one with an error. */
export function* slowStart(
  count: number,
  create: (index: number) => Task<unknown>,
  largest = Number.POSITIVE_INFINITY,
): Task<SlowStartResult> {
  let started = 0;
  let successes = 0;
  for (let batch = Math.min(count, INITIAL_BATCH_SIZE); batch > 0; batch = Math.min(2 * batch, count - started, largest)) {
    const indexes = Array.from({ length: batch }, (_, i) => started + i);
    const outcomes = yield* inParallel(indexes, batch, create);
    started += batch;
    for (const outcome of outcomes) if (outcome.ok) successes++;
    const error = firstError(outcomes);
    if (error !== undefined) return { successes, error };
  }
  return { successes };
}
