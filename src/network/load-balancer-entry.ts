/** On which node connections from outside to a load balancer arrive. */
import type { RandomStream } from "../engine/random.js";
import { SECOND, type SimTime, type Simulation } from "../engine/simulation.js";
import type { Host } from "./data-path.js";
import type { FrontEnd } from "./front-end.js";
import type { PodNetwork } from "./pod-network.js";
import type { KubeProxy } from "./proxy/kube-proxy.js";
import { scramble } from "./scramble.js";

/**
 * - layer2: one node answers for the address, another takes over when it fails (MetalLB in layer 2 mode).
 * - cloud: connections are spread over the nodes that pass the health check.
 */
export type LoadBalancerKind = "layer2" | "cloud";

/**
 * A node that stopped answering is out after three failed checks 30 s apart. Source: defaults of Network Load Balancer target groups,
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
 */
export const CLOUD_FAILURE_DETECTION: SimTime = 3 * 30 * SECOND;

/**
 * MetalLB's speakers find a failed one by memberlist: a probe a second, then a suspicion of 4 × max(1, log10 of the members) probes.
 * Sources: https://metallb.universe.tf/concepts/layer2/ and DefaultLANConfig of https://github.com/hashicorp/memberlist
 */
export function layer2FailureDetection(members: number): SimTime {
  return (1 + 4 * Math.max(1, Math.log10(members))) * SECOND;
}

export class LoadBalancerEntry {
  private readonly downSince = new Map<Host, SimTime>();

  constructor(
    private readonly simulation: Simulation,
    private readonly pods: PodNetwork,
    private readonly proxy: KubeProxy,
    private readonly kind: LoadBalancerKind,
  ) {
    pods.dataPath.onPower((host) => {
      if (host.powered) this.downSince.delete(host);
      else this.downSince.set(host, simulation.now);
    });
  }

  /** The node for a new connection; undefined where no node is fit, or the Service has no load balancer yet. */
  nodeFor(frontEnd: FrontEnd, random: RandomStream): Host | undefined {
    if (!this.isProvisioned(frontEnd)) return undefined;
    const { nodes } = this.pods;
    if (this.kind === "layer2") return this.leader(frontEnd, nodes);
    const first = nodes.length === 0 ? 0 : random.integer(nodes.length);
    for (let step = 0; step < nodes.length; step++) {
      const node = nodes[(first + step) % nodes.length];
      if (this.isFit(node, frontEnd)) return node;
    }
    return undefined;
  }

  /** Every speaker comes to the same leader without talking: the fit node with the highest hash of node and address. */
  private leader(frontEnd: FrontEnd, nodes: readonly Host[]): Host | undefined {
    let leader: Host | undefined;
    let highest = -1;
    for (const node of nodes) {
      const rank = scramble(frontEnd.salt, node.id);
      if (rank <= highest || !this.isFit(node, frontEnd)) continue;
      leader = node;
      highest = rank;
    }
    return leader;
  }

  private isProvisioned(frontEnd: FrontEnd): boolean {
    const port = frontEnd.history.current?.port;
    if (port === undefined) return false;
    return (this.proxy.service(`${port.namespace}/${port.service}`)?.status?.loadBalancer?.ingress?.length ?? 0) > 0;
  }

  /** Whether the balancer takes a node for healthy; with external policy Local it needs an endpoint of its own. */
  private isFit(node: Host, frontEnd: FrontEnd): boolean {
    if (!node.powered) {
      const detection = this.kind === "cloud" ? CLOUD_FAILURE_DETECTION : layer2FailureDetection(this.pods.nodes.length);
      if (this.simulation.now - (this.downSince.get(node) ?? 0) >= detection) return false;
    } else if (!this.pods.dataPath.reaches(undefined, node)) {
      return false;
    }
    const rules = this.proxy.rulesOn(frontEnd.history, node.name);
    return rules === undefined || !rules.port.externalPolicyLocal || rules.usable(node).local.length > 0;
  }
}
