/** What is recorded of a request when it has ended. */
import type { SimTime } from "../engine/simulation.js";

/**
 * - ok: answered in time.
 * - refused: nothing listens, or the service has no back end.
 * - timeout: no answer in time.
 * - dropped: the connection table of a node was full, so that no answer came.
 * - error: answered with an error, or the connection was reset.
 */
export type RequestResult = "ok" | "refused" | "timeout" | "dropped" | "error";

export const REQUEST_RESULTS: readonly RequestResult[] = ["ok", "refused", "timeout", "dropped", "error"];

/** Times are simulated time, durations whole microseconds. The object is used again: what is kept of it must be copied. */
export interface RequestRecord {
  /** When the user sent it, before the first attempt. */
  readonly start: SimTime;
  readonly end: SimTime;
  readonly generator: string;
  /** "namespace/name" of the pod it came from, or the client's address. */
  readonly client: string;
  /** As the generator names its target. */
  readonly target: string;
  readonly outcome: RequestResult;
  /** 1 where the first attempt ended it. */
  readonly attempts: number;
  /** "namespace/name" of the pod that the last attempt reached, "" where it reached none. */
  readonly pod: string;
  readonly node: string;
  /** Parts of the last attempt: name resolution, service rules and handshake, waiting at the server, service, and the way there and back. */
  readonly resolve: number;
  readonly connect: number;
  readonly queue: number;
  readonly service: number;
  readonly transfer: number;
}

export interface RequestObserver {
  request(record: RequestRecord): void;
}
