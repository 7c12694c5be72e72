/** What a machine gives its kubelet. */
import type { ResourceList } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { BehaviorSource } from "./containers/behavior.js";
import type { VolumeLimits } from "./status/csi-node.js";
import type { ImagePuller } from "./images/image-puller.js";
import type { RuntimeCosts } from "./kubelet-context.js";
import type { NodeAgentOptions } from "./node-agent.js";
import type { NodeResourceUsage } from "./usage/node-resource-usage.js";
import type { KubeletSettings } from "./settings.js";

export interface KubeletOptions extends NodeAgentOptions {
  /** What is kept for the system's and Kubernetes' own daemons. */
  readonly reserved: readonly ResourceList[];
  readonly settings: KubeletSettings;
  readonly runtime: RuntimeCosts;
  readonly puller: ImagePuller;
  readonly usage: NodeResourceUsage;
  readonly behaviorOf: BehaviorSource;
  /** Storage drivers of the node; absent: it tells of none. */
  readonly volumeLimits?: VolumeLimits;
  /** What tells the present start of the machine from others. */
  readonly bootID: () => string;
  /** Manifests of pods that it runs whatever the API server says. */
  readonly staticPods?: readonly Pod[];
}
