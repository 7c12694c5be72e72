/** `cluster:` what machines there are and how the control plane, the network and the kubelets are set. */
import Type, { type Static } from "typebox";
import { Latencies } from "./latencies.js";
import { closed, Count, DurationText, ObjectName, PositiveCount, Resources, StringMap, Text } from "./value.js";

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

export const NodeGroup = closed({
  name: ObjectName,
  count: Type.Optional(Type.Unsafe<number>({ ...Count, description: "Nodes of this kind, called NAME-1 to NAME-count; absent: one node called NAME." })),
  names: Type.Optional(Type.Array(ObjectName, { minItems: 1, description: "Names of the nodes, instead of count." })),
  role: Type.Optional(Type.Union([Type.Literal("control-plane"), Type.Literal("worker")], { errorMessage: "must be control-plane or worker" })),
  capacity: Type.Optional(Resources),
  systemReserved: Type.Optional(Resources),
  kubeReserved: Type.Optional(Resources),
  labels: Type.Optional(StringMap),
  annotations: Type.Optional(StringMap),
  taints: Type.Optional(Type.Array(Taint)),
  zones: Type.Optional(Type.Array(Text, { minItems: 1, description: "Zones, given to the nodes in turn (label topology.kubernetes.io/zone)." })),
  region: Type.Optional(Text),
  addresses: Type.Optional(Type.Array(Address, { description: "Internal IP of each node in order; absent: given out in order." })),
  runtime: Type.Optional(Type.Union([Type.Literal("containerd"), Type.Literal("cri-o"), Type.Literal("docker")], { errorMessage: "must be containerd, cri-o or docker" })),
  minSize: Type.Optional(Type.Unsafe<number>({ ...Count, description: "The cluster autoscaler keeps at least so many." })),
  maxSize: Type.Optional(Type.Unsafe<number>({ ...Count, description: "The cluster autoscaler adds nodes up to so many." })),
  maxUnavailable: Type.Optional(Type.Union([PositiveCount, Type.String({ pattern: "^[0-9]+%$" })], {
    description: "Nodes that a managed update replaces at once: a number or a percentage.",
    errorMessage: 'must be a number or a percentage such as "50%"',
  })),
});
export type NodeGroup = Static<typeof NodeGroup>;

/** Settings of kube-controller-manager by flag. Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ */
const ControllerManagerFlags = closed({
  "node-monitor-period": Type.Optional(DurationText),
  "node-monitor-grace-period": Type.Optional(DurationText),
  "node-startup-grace-period": Type.Optional(DurationText),
  "node-eviction-rate": Type.Optional(Type.Number({ minimum: 0 })),
  "secondary-node-eviction-rate": Type.Optional(Type.Number({ minimum: 0 })),
  "unhealthy-zone-threshold": Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  "large-cluster-size-threshold": Type.Optional(Count),
  "terminated-pod-gc-threshold": Type.Optional(Count),
  "horizontal-pod-autoscaler-sync-period": Type.Optional(DurationText),
  "horizontal-pod-autoscaler-downscale-stabilization": Type.Optional(DurationText),
  "kube-api-qps": Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  "kube-api-burst": Type.Optional(PositiveCount),
  "leader-elect-lease-duration": Type.Optional(DurationText),
  "leader-elect-renew-deadline": Type.Optional(DurationText),
  "leader-elect-retry-period": Type.Optional(DurationText),
});

/** Settings of kube-apiserver by flag. Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
const ApiServerFlags = closed({
  "default-not-ready-toleration-seconds": Type.Optional(Count),
  "default-unreachable-toleration-seconds": Type.Optional(Count),
  "max-requests-inflight": Type.Optional(PositiveCount),
  "max-mutating-requests-inflight": Type.Optional(PositiveCount),
  "service-node-port-range": Type.Optional(Type.String({ pattern: "^[0-9]+-[0-9]+$", errorMessage: 'must be a range of ports such as "30000-32767"' })),
});

/** Settings of the kubelets by field of KubeletConfiguration. Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
const KubeletSettings = closed({
  nodeStatusUpdateFrequency: Type.Optional(DurationText),
  nodeLeaseDurationSeconds: Type.Optional(PositiveCount),
  nodeLeaseRenewInterval: Type.Optional(Type.Unsafe<string | 0>({ ...DurationText, description: "Between two renewals of the node's Lease: a quarter of its duration in Kubernetes, 5s by the mission profile." })),
  maxPods: Type.Optional(PositiveCount),
  podsPerCore: Type.Optional(Count),
  podPidsLimit: Type.Optional(Type.Integer()),
  maxParallelImagePulls: Type.Optional(PositiveCount),
  serializeImagePulls: Type.Optional(Type.Boolean()),
  registryPullQPS: Type.Optional(Type.Number({ minimum: 0 })),
  registryBurst: Type.Optional(PositiveCount),
  kubeAPIQPS: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  kubeAPIBurst: Type.Optional(PositiveCount),
});

const ControlPlane = closed({
  etcdMembers: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], { errorMessage: "must be 1, 3 or 5" })),
  apiServers: Type.Optional(PositiveCount),
  controllerManager: Type.Optional(ControllerManagerFlags),
  apiServer: Type.Optional(ApiServerFlags),
});

const PLUGINS = ["calico", "cilium", "flannel", "bridge", "aws-vpc-cni"] as const;

const Network = closed({
  plugin: Type.Optional(Type.Enum([...PLUGINS], { errorMessage: `must be one of ${PLUGINS.join(", ")}` })),
  podCIDR: Type.Optional(Cidr),
  serviceCIDR: Type.Optional(Cidr),
  proxyMode: Type.Optional(Type.Enum(["iptables", "ipvs", "nftables", "ebpf"], { errorMessage: "must be iptables, ipvs, nftables or ebpf (a network plugin that replaces kube-proxy)" })),
  encapsulation: Type.Optional(Type.Enum(["none", "vxlan", "ipip"], { errorMessage: "must be none, vxlan or ipip" })),
  mtu: Type.Optional(PositiveCount),
  loadBalancerAddresses: Type.Optional(Type.Unsafe<string>({ ...Text, description: 'Addresses for Services of type LoadBalancer, "first-last" or a range, as a MetalLB pool has them.' })),
  prefixDelegation: Type.Optional(Type.Boolean()),
});

export const Cluster = closed({
  name: Type.Optional(ObjectName),
  profile: Type.Optional(Type.Enum(["mission", "kubernetes-1.36"], { errorMessage: "must be mission or kubernetes-1.36", description: "Which defaults hold." })),
  from: Type.Optional(Type.Unsafe<string>({ ...Text, description: "File that describes the cluster: an eksctl ClusterConfig, a kubeadm ClusterConfiguration, or a node list of the openb trace. Fields given here go before its." })),
  kubernetesVersion: Type.Optional(Type.String({ pattern: "^v?1\\.[0-9]+(\\.[0-9]+)?$", errorMessage: 'must be a version such as "1.36.0", in quotes' })),
  nodes: Type.Optional(Type.Array(NodeGroup, { minItems: 1 })),
  controlPlane: Type.Optional(ControlPlane),
  network: Type.Optional(Network),
  kubelet: Type.Optional(KubeletSettings),
  latencies: Type.Optional(Latencies),
});
export type Cluster = Static<typeof Cluster>;
