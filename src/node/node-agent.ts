/** What a machine runs to take part in a cluster: the kubelet, or a stand-in for it. */
import type { Timestamp } from "../api/types/meta.js";
import type { ApiServerEndpoint, Target } from "../control-plane/apiserver/client.js";
import type { NodeHeartbeats } from "../control-plane/apiserver/heartbeats.js";
import type { Simulation } from "../engine/simulation.js";
import type { NodeIdentity } from "./status/node-object.js";
import type { PodNetwork } from "./pod/pod-network.js";

/** What every agent needs of the world around it. */
export interface NodeAgentOptions {
  readonly simulation: Simulation;
  /** Unix time at simulated time 0, microseconds. */
  readonly epoch: Timestamp;
  readonly endpoint: ApiServerEndpoint;
  readonly heartbeats: NodeHeartbeats;
  readonly identity: NodeIdentity;
  readonly network: PodNetwork;
}

export interface NodeAgent {
  /** Whether its process runs. */
  readonly running: boolean;
  /**
   * Starts the process: it registers its node, renews its lease, and looks after the pods that are bound to it.
   *
   * @param isRunningOn the process has run since before the simulation began, and tells nobody of its start
   */
  start(isRunningOn?: boolean): void;
  /** Ends the process without a word to anybody; containers run on. */
  stop(): void;
  /** The machine loses power: all containers are gone. Called after {@link stop}. */
  losePower(): void;
  /** Images came to the machine's disk or went. */
  imagesChanged(): void;
  /** Kills a container's main process (the first running one where none is named). False where there is none. */
  killProcess(pod: Target<"Pod">, container: string | undefined): boolean;
}
