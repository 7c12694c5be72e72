/** What a machine gives its kubelet. */
import type { ResourceList } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { BehaviorSource } from "./behavior.js";
import type { VolumeLimits } from "./csi-node.js";
import type { ImagePuller } from "./image-puller.js";
import type { RuntimeCosts } from "./kubelet-context.js";
import type { NodeAgentOptions } from "./node-agent.js";
import type { NodeResourceUsage } from "./node-resource-usage.js";
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
