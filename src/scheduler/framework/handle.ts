/** What plugins may ask of the scheduler. Source of the idea: k8s.io/kube-scheduler/framework/interface.go (Handle) */
import type { ApiClient } from "../../control-plane/apiserver/client.js";
import type { RandomStream } from "../../engine/random.js";
import type { Labels, Timestamp } from "../../api/types/index.js";
import type { Cache } from "../cache/cache.js";
import type { Extender } from "../extenders/extender.js";
import type { Nominator } from "../queue/nominator.js";
import type { Listers } from "./listers.js";
import type { PodShapes } from "./pod-shape.js";
import type { WaitingPods } from "./waiting-pods.js";

export interface Versions {
  /** Labels of namespaces. */
  namespaces: number;
  /** Selectors of services and of pod controllers. */
  selectors: number;
}

export interface Handle {
  /** Nodes and the pods there, as they are in this cycle. */
  readonly cache: Cache;
  readonly shapes: PodShapes;
  readonly listers: Listers;
  readonly nominator: Nominator;
  /** Go up when what plugins keep of other objects may no longer be true. */
  readonly versions: Versions;
  /** Simulated time. */
  now(): Timestamp;
  /** A random stream of the caller's own. */
  stream(name: string): RandomStream;
  /** Runs the action after so many microseconds of simulated time; not there where only single decisions are made. */
  after?(delay: number, action: () => void): void;
  /** Pods that Permit plugins hold back; not there where only single decisions are made. */
  readonly waitingPods?: WaitingPods;
  /** Has a pod that waits in the queue tried at once; not there where only single decisions are made. */
  activate?(uid: string): void;
  /** Processes outside that have a say, in the order in which they are asked; none where absent. */
  readonly extenders?: readonly Extender[];
  /** To write with; not there where only single decisions are made. */
  readonly client?: ApiClient;
}

const NO_LABELS: Labels = {};

/** Labels of a namespace; none where the scheduler does not know it. */
export function namespaceLabels(listers: Listers, namespace: string): Labels {
  return listers.informer("Namespace").get(namespace)?.metadata.labels ?? NO_LABELS;
}
