/** `cluster:` what machines there are and how the control plane, the network and the kubelets are set. */
import Type, { type Static } from "typebox";
import { DurationDistribution } from "./distribution.js";
import { Latencies } from "./latencies.js";
import {
  closed,
  Count,
  DurationText,
  ObjectName,
  PositiveCount,
  PositiveDurationText,
  Probability,
  Resources,
  StringMap,
  Text,
} from "./value.js";

const Cidr = Type.String({
  pattern: "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]+)/[0-9]{1,3}$",
  errorMessage: 'must be an address range such as "10.244.0.0/16"',
});

const Address = Type.String({
  pattern: "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*)$",
  errorMessage: 'must be an IP address such as "10.0.2.15"',
});

export const Taint = closed({
  key: Text,
  value: Type.Optional(Type.String()),
  effect: Type.Union([Type.Literal("NoSchedule"), Type.Literal("PreferNoSchedule"), Type.Literal("NoExecute")], {
    errorMessage: "must be NoSchedule, PreferNoSchedule or NoExecute",
  }),
});

const StaticPod = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: "object",
  required: ["apiVersion", "kind"],
  description: "The manifest of a Pod.",
  errorMessage: "must be a Kubernetes object with apiVersion and kind",
});

/** Twenty times as many as Kubernetes supports (https://kubernetes.io/docs/setup/best-practices/cluster-large/), for studies beyond it. */
const MOST_NODES = 100_000;
const NodeCount = Type.Integer({ minimum: 0, maximum: MOST_NODES, errorMessage: `must be a whole number from 0 to ${MOST_NODES}` });

export const NodeGroup = closed({
  name: ObjectName,
  count: Type.Optional(
    Type.Unsafe<number>({ ...NodeCount, description: "Nodes of this kind, called NAME-1 to NAME-count; absent: one node called NAME." }),
  ),
  names: Type.Optional(Type.Array(ObjectName, { minItems: 1, description: "Names of the nodes, instead of count." })),
  role: Type.Optional(
    Type.Union([Type.Literal("control-plane"), Type.Literal("worker")], { errorMessage: "must be control-plane or worker" }),
  ),
  capacity: Type.Optional(Resources),
  systemReserved: Type.Optional(Resources),
  kubeReserved: Type.Optional(Resources),
  labels: Type.Optional(StringMap),
  annotations: Type.Optional(StringMap),
  taints: Type.Optional(Type.Array(Taint)),
  zones: Type.Optional(
    Type.Array(Text, { minItems: 1, description: "Zones, given to the nodes in turn (label topology.kubernetes.io/zone)." }),
  ),
  region: Type.Optional(Text),
  addresses: Type.Optional(Type.Array(Address, { description: "Internal IP of each node in order; absent: given out in order." })),
  volumeLimits: Type.Optional(
    Type.Record(Text, Count, { description: "Most volumes that a node attaches, by name of the storage driver; told in CSINode objects." }),
  ),
  staticPods: Type.Optional(
    Type.Array(StaticPod, { description: "Manifests of pods that each node's kubelet runs from files: static pods, NAME-NODE." }),
  ),
  runtime: Type.Optional(
    Type.Union([Type.Literal("containerd"), Type.Literal("cri-o"), Type.Literal("docker")], {
      errorMessage: "must be containerd, cri-o or docker",
    }),
  ),
  minSize: Type.Optional(Type.Unsafe<number>({ ...Count, description: "The cluster autoscaler keeps at least so many." })),
  maxSize: Type.Optional(Type.Unsafe<number>({ ...Count, description: "The cluster autoscaler adds nodes up to so many." })),
  maxUnavailable: Type.Optional(
    Type.Union([PositiveCount, Type.String({ pattern: "^[0-9]+%$" })], {
      description: "Nodes that a managed update replaces at once: a number or a percentage.",
      errorMessage: 'must be a number or a percentage such as "50%"',
    }),
  ),
  provisioningTime: Type.Optional(
    Type.Unsafe<DurationDistribution>({
      ...DurationDistribution,
      description: "From the request of a further machine until its node joins; absent: 60s.",
    }),
  ),
  availableInstances: Type.Optional(
    Type.Unsafe<number>({ ...Count, description: "Machines that the cloud has for the group at most; further requests fail." }),
  ),
});
export type NodeGroup = Static<typeof NodeGroup>;

const Rate = Type.Number({ minimum: 0, errorMessage: "must be a number, 0 or more" });
const Flag = Type.Optional(Type.Boolean({ errorMessage: "must be true or false" }));
const TimeFlag = Type.Optional(DurationText);
const PeriodFlag = Type.Optional(PositiveDurationText);
const CountFlag = Type.Optional(Count);
const RateFlag = Type.Optional(Rate);

/** Settings of kube-controller-manager by flag. Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ */
const ControllerManagerFlags = closed({
  controllers: Type.Optional(Type.Array(Text)),
  "kube-api-qps": RateFlag,
  "kube-api-burst": CountFlag,
  "concurrent-deployment-syncs": CountFlag,
  "concurrent-replicaset-syncs": CountFlag,
  "concurrent-daemonset-syncs": CountFlag,
  "concurrent-statefulset-syncs": CountFlag,
  "concurrent-job-syncs": CountFlag,
  "concurrent-cron-job-syncs": CountFlag,
  "concurrent-service-endpoint-syncs": CountFlag,
  "concurrent-gc-syncs": CountFlag,
  "concurrent-namespace-syncs": CountFlag,
  "concurrent-resource-quota-syncs": CountFlag,
  "concurrent-horizontal-pod-autoscaler-syncs": CountFlag,
  "max-endpoints-per-slice": CountFlag,
  "node-monitor-period": PeriodFlag,
  "node-monitor-grace-period": TimeFlag,
  "node-startup-grace-period": TimeFlag,
  "node-eviction-rate": RateFlag,
  "secondary-node-eviction-rate": RateFlag,
  "unhealthy-zone-threshold": Type.Optional(Type.Unsafe<number>(Probability)),
  "large-cluster-size-threshold": CountFlag,
  "terminated-pod-gc-threshold": CountFlag,
  "horizontal-pod-autoscaler-sync-period": PeriodFlag,
  "horizontal-pod-autoscaler-tolerance": RateFlag,
  "horizontal-pod-autoscaler-downscale-stabilization": TimeFlag,
  "horizontal-pod-autoscaler-cpu-initialization-period": TimeFlag,
  "horizontal-pod-autoscaler-initial-readiness-delay": TimeFlag,
  "resource-quota-sync-period": PeriodFlag,
  "allocate-node-cidrs": Flag,
  "cluster-cidr": Type.Optional(Type.Array(Cidr)),
  "node-cidr-mask-size-ipv4": CountFlag,
  "node-cidr-mask-size-ipv6": CountFlag,
});

/** Settings of kube-apiserver by flag. Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
const ApiServerFlags = closed({
  "default-not-ready-toleration-seconds": Type.Optional(Count),
  "default-unreachable-toleration-seconds": Type.Optional(Count),
  "max-requests-inflight": Type.Optional(PositiveCount),
  "max-mutating-requests-inflight": Type.Optional(PositiveCount),
  "service-node-port-range": Type.Optional(
    Type.String({ pattern: "^[0-9]+-[0-9]+$", errorMessage: 'must be a range of ports such as "30000-32767"' }),
  ),
});

const Signals = Type.Optional(
  Type.Record(Type.String(), Type.String(), {
    errorMessage: 'must be a map of signals to thresholds, such as {memory.available: "100Mi"}',
  }),
);

/** Settings of the kubelets, as src/node/settings.ts names them. Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
const KubeletFields = closed({
  leaseRenewPeriod: Type.Optional(
    Type.Unsafe<string>({
      ...PositiveDurationText,
      description: "Between two heartbeats (renewals of the node's Lease): 5s by profile mission, 10s by kubernetes-1.36.",
    }),
  ),
  nodeStatusUpdateFrequency: PeriodFlag,
  maxPods: CountFlag,
  podsPerCore: CountFlag,
  serializeImagePulls: Flag,
  maxParallelImagePulls: CountFlag,
  registryPullQPS: RateFlag,
  registryBurst: CountFlag,
  evictionHard: Signals,
  evictionSoft: Signals,
  evictionSoftGracePeriod: Signals,
  evictionMinimumReclaim: Signals,
  evictionMaxPodGracePeriod: CountFlag,
  evictionPressureTransitionPeriod: TimeFlag,
  evictionMonitoringPeriod: PeriodFlag,
  imageGCHighThresholdPercent: CountFlag,
  imageGCLowThresholdPercent: CountFlag,
  imageMinimumGCAge: TimeFlag,
  imageMaximumGCAge: TimeFlag,
  cpuCFSQuota: Flag,
  podPidsLimit: Type.Optional(Type.Integer({ errorMessage: "must be a whole number, -1 for no limit" })),
  maxContainerRestartPeriod: TimeFlag,
  kubeAPIQPS: RateFlag,
  kubeAPIBurst: CountFlag,
  plegRelistPeriod: PeriodFlag,
  startupDuration: Type.Optional(
    Type.Unsafe<string | 0>({ ...DurationText, description: "From the start of the kubelet's process until it looks after pods." }),
  ),
  bootDuration: Type.Optional(
    Type.Unsafe<string | 0>({ ...DurationText, description: "From power-on until the kubelet's process starts." }),
  ),
});
export type KubeletFields = Static<typeof KubeletFields>;

/** Settings of etcd by flag. Source: https://etcd.io/docs/v3.6/op-guide/configuration/ */
const EtcdFlags = closed({
  "quota-backend-bytes": Type.Optional(
    Type.Integer({
      minimum: 1,
      errorMessage: "must be a whole number of bytes, 1 or more",
      description: "Bytes that the database may have before etcd refuses to write: 2147483648 by default. A pod takes about 3,000.",
    }),
  ),
});

const ControlPlane = closed({
  etcdMembers: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], { errorMessage: "must be 1, 3 or 5" })),
  etcd: Type.Optional(EtcdFlags),
  apiServers: Type.Optional(PositiveCount),
  controllerManager: Type.Optional(ControllerManagerFlags),
  apiServer: Type.Optional(ApiServerFlags),
});

/** Settings of the cluster autoscaler by flag. Source: cluster-autoscaler/FAQ.md */
const ClusterAutoscalerFlags = closed(
  {
    "scan-interval": TimeFlag,
    expander: Type.Optional(Text),
    "max-nodes-total": CountFlag,
    "max-nodes-per-scaleup": CountFlag,
    "new-pod-scale-up-delay": TimeFlag,
    "max-node-provision-time": TimeFlag,
    "max-node-startup-time": TimeFlag,
    "initial-node-group-backoff-duration": TimeFlag,
    "max-node-group-backoff-duration": TimeFlag,
    "node-group-backoff-reset-timeout": TimeFlag,
    "ok-total-unready-count": CountFlag,
    "max-total-unready-percentage": RateFlag,
    "balance-similar-node-groups": Flag,
    "balancing-ignore-label": Type.Optional(Type.Array(Text)),
    "expendable-pods-priority-cutoff": Type.Optional(Type.Integer({ errorMessage: "must be a whole number" })),
    "scale-down-enabled": Flag,
    "scale-down-unready-enabled": Flag,
    "scale-down-delay-after-add": TimeFlag,
    "scale-down-delay-after-delete": TimeFlag,
    "scale-down-delay-after-failure": TimeFlag,
    "scale-down-unneeded-time": TimeFlag,
    "scale-down-unready-time": TimeFlag,
    "scale-down-utilization-threshold": Type.Optional(Type.Unsafe<number>(Probability)),
    "scale-down-gpu-utilization-threshold": Type.Optional(Type.Unsafe<number>(Probability)),
    "unremovable-node-recheck-timeout": TimeFlag,
    "ignore-daemonsets-utilization": Flag,
    "ignore-mirror-pods-utilization": Flag,
    "max-empty-bulk-delete": CountFlag,
    "max-scale-down-parallelism": CountFlag,
    "max-drain-parallelism": CountFlag,
    "max-graceful-termination-sec": CountFlag,
    "max-pod-eviction-time": TimeFlag,
    "node-delete-delay-after-taint": TimeFlag,
    "cordon-node-before-terminating": Flag,
    "max-bulk-soft-taint-count": CountFlag,
    "skip-nodes-with-system-pods": Flag,
    "skip-nodes-with-local-storage": Flag,
    "min-replica-count": CountFlag,
    "daemonset-eviction-for-empty-nodes": Flag,
    "daemonset-eviction-for-occupied-nodes": Flag,
    "write-status-configmap": Flag,
    "kube-client-qps": RateFlag,
    "kube-client-burst": CountFlag,
  },
  { description: "Runs a cluster autoscaler with these flags; {} for its defaults. It scales groups with minSize or maxSize." },
);

const PLUGINS = ["calico", "cilium", "flannel", "bridge", "aws-vpc-cni"] as const;

const Network = closed({
  plugin: Type.Optional(Type.Enum([...PLUGINS], { errorMessage: `must be one of ${PLUGINS.join(", ")}` })),
  podCIDR: Type.Optional(Cidr),
  serviceCIDR: Type.Optional(Cidr),
  proxyMode: Type.Optional(
    Type.Enum(["iptables", "ipvs", "nftables", "ebpf"], {
      errorMessage: "must be iptables, ipvs, nftables or ebpf (a network plugin that replaces kube-proxy)",
    }),
  ),
  encapsulation: Type.Optional(Type.Enum(["none", "vxlan", "ipip"], { errorMessage: "must be none, vxlan or ipip" })),
  mtu: Type.Optional(PositiveCount),
  loadBalancerAddresses: Type.Optional(
    Type.Unsafe<string>({
      ...Text,
      description: 'Addresses for Services of type LoadBalancer, "first-last" or a range, as a MetalLB pool has them.',
    }),
  ),
  prefixDelegation: Type.Optional(Type.Boolean()),
});

export const Cluster = closed({
  name: Type.Optional(ObjectName),
  profile: Type.Optional(
    Type.Enum(["mission", "kubernetes-1.36"], { errorMessage: "must be mission or kubernetes-1.36", description: "Which defaults hold." }),
  ),
  from: Type.Optional(
    Type.Unsafe<string>({
      ...Text,
      description:
        "File that describes the cluster: an eksctl ClusterConfig, a kubeadm ClusterConfiguration, or a node list of the openb trace. Fields given here go before its.",
    }),
  ),
  kubernetesVersion: Type.Optional(
    Type.String({ pattern: "^v?1\\.[0-9]+(\\.[0-9]+)?$", errorMessage: 'must be a version such as "1.36.0", in quotes' }),
  ),
  nodes: Type.Optional(Type.Array(NodeGroup, { minItems: 1 })),
  controlPlane: Type.Optional(ControlPlane),
  clusterAutoscaler: Type.Optional(ClusterAutoscalerFlags),
  network: Type.Optional(Network),
  kubelet: Type.Optional(KubeletFields),
  latencies: Type.Optional(Latencies),
});
export type Cluster = Static<typeof Cluster>;
