/** How long each step of a request takes, in microseconds. Each step draws from a stream of its own. */
import { constant, type Distribution } from "../../engine/distribution.js";
import { lognormal } from "../../engine/distribution-families.js";
import type { RandomStream } from "../../engine/random.js";
import { MILLISECOND, type SimTime, type Simulation } from "../../engine/simulation.js";

export interface ApiServerLatencies {
  /** One way between a client and the API server, with the client's encoding. */
  readonly network: Distribution;
  /** Authentication and the authoriser's check. */
  readonly authorization: Distribution;
  /** Decoding, defaulting and mutating admission. */
  readonly mutatingAdmission: Distribution;
  /** Validation and validating admission. */
  readonly validation: Distribution;
  /** From etcd's commit through the API server's watch cache to the handlers of an informer. */
  readonly watchDelivery: Distribution;
  /** The first list of an informer. */
  readonly list: Distribution;
  /** From the return of a machine's link to the list that its informers make. */
  readonly reconnect: Distribution;
}

/** Spread of the latencies below: the 99th percentile is 3.2 times the median. */
const SIGMA = 0.5;

/**
 * Medians of a healthy cluster. A write is answered about 4 ms after it was sent, 1 to 2 ms of it etcd's (see the etcd folder), and
 * its watch event arrives 3 ms after the commit: in recordings of a real control plane on a busy machine of two cores a pod was seen
 * bound 6 ms after it was seen created. etcd's operation guide gives 0.7 ms for a linearizable read, which bounds the network.
 */
export const DEFAULT_LATENCIES: ApiServerLatencies = {
  network: lognormal(0.5 * MILLISECOND, SIGMA),
  authorization: lognormal(0.3 * MILLISECOND, SIGMA),
  mutatingAdmission: lognormal(1 * MILLISECOND, SIGMA),
  validation: lognormal(0.5 * MILLISECOND, SIGMA),
  watchDelivery: lognormal(3 * MILLISECOND, SIGMA),
  list: lognormal(5 * MILLISECOND, SIGMA),
  reconnect: lognormal(1_000 * MILLISECOND, SIGMA),
};

/** Everything happens at once, in order: for tests of rules. */
export const NO_LATENCIES: ApiServerLatencies = {
  network: constant(0),
  authorization: constant(0),
  mutatingAdmission: constant(0),
  validation: constant(0),
  watchDelivery: constant(0),
  list: constant(0),
  reconnect: constant(0),
};

export type LatencyStep = keyof ApiServerLatencies;

/** Draws whole microseconds of one step. */
export class LatencySampler {
  private readonly stream: RandomStream;

  constructor(
    simulation: Simulation,
    step: LatencyStep,
    private readonly distribution: Distribution,
  ) {
    this.stream = simulation.stream(`kube-apiserver/latency/${step}`);
  }

  sample(): SimTime {
    return Math.max(0, Math.round(this.distribution.sample(this.stream)));
  }
}
