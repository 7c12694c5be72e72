/** Pod network plugins and what their paths cost. */
import {
  BRIDGE_SAME_NODE,
  CALICO_BGP,
  CALICO_IPIP,
  CALICO_SAME_NODE,
  CALICO_VXLAN,
  CILIUM_DIRECT,
  CILIUM_SAME_NODE,
  CILIUM_VXLAN,
  type Encapsulation,
  FLANNEL_VXLAN,
  type PathCost,
  podMtu,
  ROUTED_SAME_NODE,
  VPC_CNI,
} from "./path-costs.js";

export type PluginName = "bridge" | "flannel" | "calico" | "cilium" | "aws-vpc-cni";

export interface NetworkPlugin {
  readonly name: PluginName;
  readonly encapsulation: Encapsulation;
  /** Range from which nodes or pods get their addresses where the cluster names none. */
  readonly defaultPodCIDR: string;
  readonly sameNode: PathCost;
  /** Undefined where pods of different nodes cannot reach each other. */
  readonly acrossNodes: PathCost | undefined;
  /** Whether pods get addresses of the hosts' own network instead of a range of their node. */
  readonly flatAddresses: boolean;
  /** Whether the plugin enforces NetworkPolicy objects. */
  readonly enforcesPolicy: boolean;
  readonly mtu: number;
  /** Entries of the plugin's own connection table on each node; absent: the kernel's table, as kube-proxy sizes it. */
  readonly connectionTable?: number;
}

/** TCP entries of Cilium's connection map. Source: Cilium "eBPF Maps", 512 k. */
const CILIUM_CONNECTION_TABLE = 524_288;

/** Docker's default bridge range. Source: https://docs.docker.com/engine/network/drivers/bridge/ */
export const DOCKER_BRIDGE_CIDR = "172.17.0.0/16";

/** Flannel's default network. Source: https://github.com/flannel-io/flannel (kube-flannel.yml) */
export const FLANNEL_CIDR = "10.244.0.0/16";

/** A combination of plugin and encapsulation that does not exist. */
export class UnsupportedEncapsulation extends Error {
  override readonly name = "UnsupportedEncapsulation";
  constructor(plugin: PluginName, encapsulation: Encapsulation, supported: readonly Encapsulation[]) {
    super(`network plugin ${plugin} has no encapsulation "${encapsulation}": must be one of ${supported.join(", ")}`);
  }
}

interface PluginTraits {
  readonly defaultPodCIDR: string;
  readonly sameNode: PathCost;
  readonly acrossNodes: Partial<Readonly<Record<Encapsulation, PathCost | undefined>>>;
  readonly defaultEncapsulation: Encapsulation;
  readonly flatAddresses: boolean;
  readonly enforcesPolicy: boolean;
  readonly connectionTable?: number;
}

const PLUGINS: Readonly<Record<PluginName, PluginTraits>> = {
  bridge: {
    defaultPodCIDR: DOCKER_BRIDGE_CIDR,
    sameNode: BRIDGE_SAME_NODE,
    acrossNodes: { none: undefined },
    defaultEncapsulation: "none",
    flatAddresses: false,
    enforcesPolicy: false,
  },
  flannel: {
    defaultPodCIDR: FLANNEL_CIDR,
    sameNode: BRIDGE_SAME_NODE,
    acrossNodes: { vxlan: FLANNEL_VXLAN, none: CALICO_BGP },
    defaultEncapsulation: "vxlan",
    flatAddresses: false,
    enforcesPolicy: false,
  },
  calico: {
    // Source: Calico's default IP pool, https://docs.tigera.io/calico/latest/reference/resources/ippool
    defaultPodCIDR: "192.168.0.0/16",
    sameNode: CALICO_SAME_NODE,
    acrossNodes: { none: CALICO_BGP, ipip: CALICO_IPIP, vxlan: CALICO_VXLAN },
    defaultEncapsulation: "ipip",
    flatAddresses: false,
    enforcesPolicy: true,
  },
  cilium: {
    // Source: Cilium's cluster-pool IPAM default, https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/
    defaultPodCIDR: "10.0.0.0/8",
    sameNode: CILIUM_SAME_NODE,
    acrossNodes: { none: CILIUM_DIRECT, vxlan: CILIUM_VXLAN },
    defaultEncapsulation: "none",
    flatAddresses: false,
    enforcesPolicy: true,
    connectionTable: CILIUM_CONNECTION_TABLE,
  },
  "aws-vpc-cni": {
    // Source: eksctl's default VPC range, https://docs.aws.amazon.com/eks/latest/eksctl/vpc-configuration.html
    defaultPodCIDR: "192.168.0.0/16",
    sameNode: ROUTED_SAME_NODE,
    acrossNodes: { none: VPC_CNI },
    defaultEncapsulation: "none",
    flatAddresses: true,
    enforcesPolicy: true,
  },
};

/** A plugin with its path costs. Throws {@link UnsupportedEncapsulation}. */
export function networkPlugin(name: PluginName, encapsulation?: Encapsulation, hostMtu?: number): NetworkPlugin {
  const { acrossNodes, defaultEncapsulation, ...traits } = PLUGINS[name];
  const used = encapsulation ?? defaultEncapsulation;
  if (!(used in acrossNodes)) throw new UnsupportedEncapsulation(name, used, Object.keys(acrossNodes) as Encapsulation[]);
  return { name, encapsulation: used, ...traits, acrossNodes: acrossNodes[used], mtu: podMtu(used, hostMtu) };
}
