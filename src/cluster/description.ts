/** A cluster described as data: what the scenario file, an eksctl or a kubeadm configuration, or a trace is turned into. */
import type { Labels, ResourceList } from "../api/types/meta.js";
import type { Taint } from "../api/types/node.js";

export interface NodeGroupDescription {
  /** Nodes are called NAME-1 .. NAME-count, or NAME where count is absent. */
  readonly name: string;
  readonly count?: number;
  readonly controlPlane?: boolean;
  readonly capacity: ResourceList;
  readonly systemReserved?: ResourceList;
  readonly kubeReserved?: ResourceList;
  readonly labels?: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** Zones given to the group's nodes in turn (label topology.kubernetes.io/zone). */
  readonly zones?: readonly string[];
  readonly region?: string;
  /** Internal IP of each node, else given out in order. */
  readonly addresses?: readonly string[];
  readonly runtime?: "containerd" | "cri-o" | "docker";
}
