/** A cluster described as data: what the scenario file, an eksctl or a kubeadm configuration, or a trace is turned into. */
import type { Labels, ResourceList } from "../api/types/meta.js";
import type { Taint } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { Distribution } from "../engine/distribution.js";
import type { PluginFactories } from "../scheduler/configuration/build-profiles.js";
import type { SchedulerConfiguration } from "../scheduler/configuration/types.js";
import type { Extender } from "../scheduler/extenders/extender.js";
import type { TieBreakRule } from "../scheduler/node-selection.js";
import type { KubeletSettings } from "../node/settings.js";
import type { MetricsDescription } from "./metrics/signal.js";

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
  /** Most volumes of each storage driver that a node attaches, by name of the driver: the kubelet tells of them in a CSINode object. */
  readonly volumeLimits?: Readonly<Record<string, number>>;
  /** Manifests of pods that each node's kubelet runs from files. */
  readonly staticPods?: readonly Pod[];
  /** What runs on the nodes: a kubelet, or a stand-in that only reports what annotations of pods say; absent: a kubelet. */
  readonly agent?: "kubelet" | "fake";
}

/** Members of the control plane that are not nodes' own business. */
export interface ControlPlaneDescription {
  /** Voting members of etcd: 1, 3 or 5. They are called etcd-1 .. etcd-n and live on the control-plane nodes in turn. */
  readonly etcdMembers: number;
  readonly etcd?: {
    /** Bytes that the database may have (--quota-backend-bytes). */
    readonly quotaBackendBytes?: number;
  };
  /** Replicas of kube-apiserver, on the control-plane nodes in turn; so many schedulers and controller managers stand by for election. */
  readonly apiServers: number;
  /** Cores that the requests in flight share; absent: enough for all of them. */
  readonly cores?: number;
  /** Settings of kube-controller-manager by flag name without dashes in front, durations in microseconds: node-monitor-grace-period, ... */
  readonly controllerManager: Readonly<Record<string, number | boolean | readonly string[]>>;
  /** Settings of kube-apiserver by flag name, durations in microseconds: default-unreachable-toleration-seconds, ... */
  readonly apiServer?: Readonly<Record<string, number | boolean | string>>;
  /** Feature gates that are not as Kubernetes has them by default. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
}

/** The pod and service network. */
export interface NetworkDescription {
  readonly plugin: "calico" | "cilium" | "flannel" | "bridge" | "aws-vpc-cni";
  readonly podCIDR: string;
  readonly serviceCIDR: string;
  /** "ebpf" is a network plugin that replaces kube-proxy. */
  readonly proxyMode: "iptables" | "ipvs" | "nftables" | "ebpf";
  /** Tunnel of the overlay between nodes; "none" routes directly; absent: the plugin's own default. */
  readonly encapsulation?: "none" | "vxlan" | "ipip";
  readonly mtu?: number;
  /** IP addresses that Services of type LoadBalancer get, as "first-last" or CIDR; absent: a cloud's load balancer gives host names. */
  readonly loadBalancerAddresses?: string;
  /** Prefix delegation of the VPC network plugin: more pods a node (see the scenario importer of eksctl files). */
  readonly prefixDelegation?: boolean;
}

/** A group of nodes that may grow and shrink. */
export interface NodeGroupScaling {
  /** Name of the {@link NodeGroupDescription}. */
  readonly group: string;
  readonly min: number;
  readonly max: number;
  readonly maxUnavailablePercentage?: number;
  readonly maxUnavailable?: number;
  /** From the request of a machine until its node joins, sampled in microseconds; absent: one minute. */
  readonly provisioningTime?: Distribution;
  /** Machines that the cloud has for the group at most; absent: as many as are asked for. */
  readonly availableInstances?: number;
}

export interface ClusterDescription {
  readonly name: string;
  /** Without "v": "1.36.0". */
  readonly kubernetesVersion: string;
  /** Which defaults hold: the mission's (heartbeat 5 s, grace 40 s, eviction after 5 min) or those of Kubernetes 1.36. */
  readonly profile: "mission" | "kubernetes-1.36";
  readonly nodeGroups: readonly NodeGroupDescription[];
  readonly scaling: readonly NodeGroupScaling[];
  /** Flags of the cluster autoscaler, durations in microseconds; absent: there is none. */
  readonly clusterAutoscaler?: Readonly<Record<string, number | boolean | string | readonly string[]>>;
  readonly controlPlane: ControlPlaneDescription;
  readonly network: NetworkDescription;
  /** Settings of all kubelets that differ from the profile's. */
  readonly kubelet: Partial<KubeletSettings>;
  /** Latencies by name, sampled in microseconds; the names are listed in docs/scenario.md. */
  readonly latencies: Readonly<Record<string, Distribution>>;
  /** What autoscalers can ask for; absent: metrics-server, and no metrics but its own. */
  readonly metrics?: MetricsDescription;
  /** Absent for kube-scheduler's defaults. */
  readonly scheduler?: SchedulerConfiguration;
  /** Plugins of the user's own that the scheduler's configuration names. */
  readonly schedulerPlugins?: PluginFactories;
  /** Extenders that it names, in the order in which they are asked. */
  readonly schedulerExtenders?: readonly Extender[];
  /** How the scheduler tells nodes of equal score apart; absent: as upstream. */
  readonly schedulerTieBreak?: TieBreakRule;
}
