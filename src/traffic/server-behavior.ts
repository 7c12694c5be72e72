/** How the processes in pods answer requests: the part that no component of Kubernetes decides. */
import type { Pod } from "../api/types/pod.js";
import type { Distribution } from "../engine/distribution.js";

export interface ServerBehavior {
  /** Time that one request occupies one of the server's workers, microseconds. */
  readonly serviceTime: Distribution;
  /** Requests served at the same time; further ones wait in order of arrival. */
  readonly concurrency: number;
  /** Requests that may wait; one more is answered with an error at once. Default: any number. */
  readonly queueLimit?: number;
  /** Probability that an answer is an error. Default 0. */
  readonly errorProbability?: number;
  /** Size of an answer. Default 0: its transfer takes no time beyond the round trip. */
  readonly responseBytes?: number;
  /** Factor by which service takes longer at present, such as for lack of CPU; asked for when a request's service begins. Default 1. */
  readonly slowdown?: () => number;
}

/** Asked once for each pod, when its first request arrives. */
export type ServerBehaviorSource = (pod: Pod) => ServerBehavior;
