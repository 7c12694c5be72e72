/**
 * Writing again what was refused because the object had changed meanwhile.
 *
 * Source: client-go util/retry/util.go (RetryOnConflict, DefaultRetry).
 */
import { MILLISECOND, type Simulation, type SimTime } from "../../engine/simulation.js";
import { ApiError, sleep, type Task } from "./task.js";

/** Source: Steps and Duration of DefaultRetry. */
const ATTEMPTS = 5;
const PAUSE: SimTime = 10 * MILLISECOND;

/** Runs `attempt`, which reads anew each time, until its answer is not 409 Conflict. @throws ApiError of the last attempt */
export function* retryOnConflict<T>(simulation: Simulation, attempt: () => Task<T>): Task<T> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return yield* attempt();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status.reason !== "Conflict" || left === 0) throw error;
    }
    yield* sleep(simulation, PAUSE);
  }
}
