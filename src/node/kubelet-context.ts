/** What pod workers share with their kubelet and machine. */
import type { Timestamp } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { ApiClient } from "../control-plane/apiserver/client.js";
import type { RandomStream } from "../engine/random.js";
import type { SimTime, Simulation } from "../engine/simulation.js";
import type { Backoff } from "./containers/backoff.js";
import type { BehaviorSource } from "./containers/behavior.js";
import type { ImageManager } from "./images/image-manager.js";
import type { KubeletEvents } from "./kubelet-events.js";
import type { NodeResourceUsage } from "./usage/node-resource-usage.js";
import type { PodLifecycleEventGenerator } from "./containers/pleg.js";
import type { PodNetwork } from "./pod/pod-network.js";
import type { PodWorker } from "./pod/pod-worker.js";
import type { KubeletSettings } from "./settings.js";
import type { VolumeManagerSurroundings } from "./pod/volume-manager.js";

/** What starting things costs on this machine. */
export interface RuntimeCosts {
  /** Prefix of container IDs: containerd, cri-o, docker. */
  readonly scheme: string;
  sandboxDuration(): SimTime;
  containerStartDuration(): SimTime;
  mountDuration(): SimTime;
  unmountDuration(): SimTime;
}

export interface KubeletContext {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly node: string;
  readonly hostAddresses: readonly string[];
  readonly settings: KubeletSettings;
  readonly client: ApiClient;
  readonly runtime: RuntimeCosts;
  readonly network: PodNetwork;
  readonly images: ImageManager;
  readonly usage: NodeResourceUsage;
  readonly behaviorOf: BehaviorSource;
  readonly behaviorStream: RandomStream;
  readonly crashBackoff: Backoff;
  /** Whether the kubelet's process runs. */
  readonly running: boolean;
  readonly pleg: PodLifecycleEventGenerator;
  readonly events: KubeletEvents;
  readonly volumes: VolumeManagerSurroundings;
  /** What the API server has of a pod: itself, or the mirror pod of a static pod, as long as there is one. */
  shownAs(pod: Pod): Pod | undefined;
  /** Nothing of the pod runs any more: its requests are free. */
  podStopped(worker: PodWorker): void;
  /** The kubelet may forget the pod. */
  podGone(worker: PodWorker): void;
}
