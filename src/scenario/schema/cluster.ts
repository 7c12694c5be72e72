/** `cluster:` what machines there are and how the control plane, the network and the kubelets are set. */
import Type, { type Static } from "typebox";
import { Cidr } from "./address.js";
import { ApiServerFlags, ClusterAutoscalerFlags, ControllerManagerFlags, EtcdFlags, KubeletFields } from "./component-flags.js";
import { Latencies } from "./latencies.js";
import { NodeGroup } from "./node-group.js";
import { closed, ObjectName, PositiveCount, Text } from "./value.js";

const ControlPlane = closed({
  etcdMembers: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], { errorMessage: "must be 1, 3 or 5" })),
  etcd: Type.Optional(EtcdFlags),
  apiServers: Type.Optional(PositiveCount),
  controllerManager: Type.Optional(ControllerManagerFlags),
  apiServer: Type.Optional(ApiServerFlags),
});

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
