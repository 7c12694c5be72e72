/**
 * Coroutines for controllers: a sync reads from top to bottom as upstream's does, although each of its requests takes simulated time.
 *
 * A task is a generator that yields a suspension whenever it has to wait; the suspension gets a function that resumes the task.
 */
import type { Simulation, SimTime } from "../../engine/simulation.js";
import type { ApiStatus } from "../apiserver/client.js";

/** Starts something that later, or at once, resumes the task with a value. */
export type Suspension = (resume: (value: unknown) => void) => void;

/** A computation that waits in simulated time and ends with a T, or throws an {@link ApiError}. */
export type Task<T> = Generator<Suspension, T, unknown>;

/** A request that the API server refused, or any other error that a controller answers by trying again. */
export class ApiError extends Error {
  constructor(readonly status: ApiStatus) {
    super(status.message);
    this.name = "ApiError";
  }
}

/** A sync that cannot go on for a reason of its own, such as a cache that is behind; its key is tried again. */
export class RetryLater extends ApiError {
  constructor(message: string) {
    super({ code: 500, reason: "InternalError", message });
    this.name = "RetryLater";
  }
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ApiError };

/** Waits until `start` calls back. */
export function* suspend<T>(start: (resume: (value: T) => void) => void): Task<T> {
  return (yield start) as T;
}

/** Waits for a delay of simulated time, in microseconds. */
export function sleep(simulation: Simulation, delay: SimTime): Task<void> {
  return suspend<undefined>((resume) => {
    simulation.after(delay, () => resume(undefined));
  });
}

/** Runs a task; refused requests that it does not handle end in the outcome, programming errors are thrown. */
export function perform<T>(task: Task<T>, done: (outcome: Outcome<T>) => void): void {
  const advance = (value: unknown): void => {
    let step: IteratorResult<Suspension, T>;
    try {
      step = task.next(value);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      done({ ok: false, error });
      return;
    }
    if (step.done === true) done({ ok: true, value: step.value });
    else step.value(advance);
  };
  advance(undefined);
}

/** Runs one task an item, at most `workers` at a time, and waits for all; outcomes are in the order of the items. */
export function inParallel<I, T>(items: readonly I[], workers: number, work: (item: I) => Task<T>): Task<Outcome<T>[]> {
  return suspend<Outcome<T>[]>((resume) => {
    const outcomes: Outcome<T>[] = [];
    outcomes.length = items.length;
    let next = 0;
    let finished = 0;
    const startNext = (): void => {
      if (next >= items.length) return;
      const index = next++;
      perform(work(items[index]), (outcome) => {
        outcomes[index] = outcome;
        if (++finished === items.length) resume(outcomes);
        else startNext();
      });
    };
    if (items.length === 0) resume(outcomes);
    for (let worker = 0; worker < workers && next < items.length; worker++) startNext();
  });
}

/** The error of the first outcome that has one. */
export function firstError(outcomes: readonly Outcome<unknown>[]): ApiError | undefined {
  for (const outcome of outcomes) if (!outcome.ok) return outcome.error;
  return undefined;
}

/** Runs a task and gives undefined instead of throwing where the answer has one of these reasons. */
export function* unless<T>(reasons: readonly ApiStatus["reason"][], task: Task<T>): Task<T | undefined> {
  try {
    return yield* task;
  } catch (error) {
    if (error instanceof ApiError && reasons.includes(error.status.reason)) return undefined;
    throw error;
  }
}
