/** What became of a generator's requests. */
import { REQUEST_RESULTS, type RequestResult } from "./request-record.js";

export class LoadStatistics {
  /** Requests sent, each counted once whatever its attempts. */
  sent = 0;
  /** Arrivals for which no client was running. */
  unsent = 0;
  attempts = 0;
  readonly outcomes: Record<RequestResult, number>;

  constructor() {
    this.outcomes = Object.fromEntries(REQUEST_RESULTS.map((result) => [result, 0])) as Record<RequestResult, number>;
  }

  get succeeded(): number {
    return this.outcomes.ok;
  }

  get refused(): number {
    return this.outcomes.refused;
  }

  /** No answer in time, whether or not a full connection table was the cause. */
  get timedOut(): number {
    return this.outcomes.timeout + this.outcomes.dropped;
  }

  get failed(): number {
    return this.outcomes.error;
  }
}
