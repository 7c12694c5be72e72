/** A load as data: who sends requests, where, how often, and how long they wait for an answer. */
import type { LabelSelector } from "../api/types/meta.js";
import type { Distribution } from "../engine/distribution.js";
import type { SimTime } from "../engine/simulation.js";
import type { RateStage } from "./arrivals.js";
import type { TrafficTarget } from "./network.js";

/** Where requests come from. Those of several pods are spread over them at random. */
export type LoadSource =
  | { readonly external: true; readonly addresses?: readonly string[] }
  | { readonly node: string }
  | { readonly namespace: string; readonly podSelector: LabelSelector };

/**
 * Open: requests come whether or not earlier ones were answered, after independent times or at a rate that changes in stages.
 * Closed: so many users, each of which sends its next request a think time after the last one ended.
 */
export type LoadPattern =
  | { readonly interarrival: Distribution }
  | { readonly stages: readonly RateStage[]; readonly startRequestsPerSecond?: number; readonly spacing?: Distribution }
  | { readonly users: number; readonly thinkTime: Distribution };

/** Wait before attempt n + 1: base × factor^(n - 1), at most `limit`, microseconds. */
export interface RetryBackoff {
  readonly base: SimTime;
  readonly factor: number;
  readonly limit: SimTime;
}

export interface Load {
  readonly name: string;
  readonly from: LoadSource;
  readonly to: TrafficTarget;
  readonly load: LoadPattern;
  /** How long new requests are sent; those under way are then still followed to their end. Absent: until the run ends. */
  readonly duration?: SimTime;
  /** How long the client waits for an answer to one attempt, microseconds. */
  readonly timeout: SimTime;
  /** How long it waits for the handshake; default {@link timeout}. */
  readonly connectTimeout?: SimTime;
  /** Further attempts after one that failed. */
  readonly retries: number;
  /** Default: the next attempt follows at once. */
  readonly retryBackoff?: RetryBackoff;
  /** Whether connections stay open for further requests. */
  readonly keepAlive: boolean;
  /** Time to resolve the service's name before each connection, microseconds. Default 0. */
  readonly resolveTime?: Distribution;
}
