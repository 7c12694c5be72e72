/**
 * Which endpoints of a service port a node may use: readiness, termination, traffic policies and topology hints.
 * Source: https://kubernetes.io/docs/reference/networking/virtual-ips/ and upstream `CategorizeEndpoints` (pkg/proxy/topology.go).
 */
import type { ProxyEndpoint } from "./endpoint.js";
import { type ServicePort, usesClusterEndpoints, usesLocalEndpoints } from "./service-port.js";

export interface UsableEndpoints {
  /** For traffic with policy Cluster. */
  readonly cluster: readonly ProxyEndpoint[];
  /** For traffic with policy Local. */
  readonly local: readonly ProxyEndpoint[];
  /** Every endpoint that some rule of the node leads to, sorted. */
  readonly reachable: readonly ProxyEndpoint[];
  /** Whether the service has a usable endpoint anywhere: decides between "refuse" and "drop". */
  readonly anywhere: boolean;
}

export const NO_ENDPOINTS: UsableEndpoints = { cluster: [], local: [], reachable: [], anywhere: false };

/** The node on which a kube-proxy runs. */
export interface ProxyNode {
  readonly name: string;
  /** Value of topology.kubernetes.io/zone, "" where the label is missing. */
  readonly zone: string;
}

type TopologyMode = "none" | "zone" | "node";

/** Sorts the endpoints of a service port into those that a node may use for each policy. Keeps the order of `endpoints`. */
export function usableEndpoints(port: ServicePort, endpoints: readonly ProxyEndpoint[], node: ProxyNode): UsableEndpoints {
  if (endpoints.length === 0) return NO_ENDPOINTS;
  const clusterWide = usesClusterEndpoints(port);
  const mode = clusterWide ? topologyMode(endpoints, node) : "none";
  let cluster: readonly ProxyEndpoint[] = [];
  if (clusterWide) {
    cluster = endpoints.filter((endpoint) => endpoint.ready && isNear(endpoint, mode, node));
    if (cluster.length === 0) cluster = endpoints.filter(isServingTerminating);
  }
  if (!usesLocalEndpoints(port)) return { cluster, local: [], reachable: cluster, anywhere: cluster.length > 0 };

  let local: readonly ProxyEndpoint[] = endpoints.filter((endpoint) => endpoint.ready && endpoint.nodeName === node.name);
  const localTerminating = local.length === 0;
  if (localTerminating) local = endpoints.filter((endpoint) => isServingTerminating(endpoint) && endpoint.nodeName === node.name);
  const anywhere = cluster.length > 0 || endpoints.some((endpoint) => endpoint.ready || isServingTerminating(endpoint));
  if (!clusterWide) return { cluster, local, reachable: local, anywhere };
  // Ready local endpoints are among those of the cluster, unless hints narrowed these down.
  if (mode === "none" && (!localTerminating || local.length === 0)) return { cluster, local, reachable: cluster, anywhere };
  const either = new Set([...cluster, ...local]);
  return { cluster, local, reachable: endpoints.filter((endpoint) => either.has(endpoint)), anywhere };
}

/** What of a node's place decides its usable endpoints: nothing, so that one answer serves all nodes, or its zone, or itself. */
export function differsBy(port: ServicePort, endpoints: readonly ProxyEndpoint[]): "everywhere" | "zone" | "node" {
  if (usesLocalEndpoints(port) || endpoints.some(({ nodeHints }) => nodeHints.length > 0)) return "node";
  return endpoints.some(({ zoneHints }) => zoneHints.length > 0) ? "zone" : "everywhere";
}

function isServingTerminating(endpoint: ProxyEndpoint): boolean {
  return endpoint.serving && endpoint.terminating;
}

function isNear(endpoint: ProxyEndpoint, mode: TopologyMode, node: ProxyNode): boolean {
  if (mode === "zone") return endpoint.zoneHints.includes(node.zone);
  return mode === "none" || endpoint.nodeHints.includes(node.name);
}

/** Hints are obeyed only where every ready endpoint has them and one is meant for this node or zone; hints for nodes go first. */
function topologyMode(endpoints: readonly ProxyEndpoint[], node: ProxyNode): TopologyMode {
  let allForNodes = true;
  let allForZones = true;
  let forThisNode = false;
  let forThisZone = false;
  for (const { ready, nodeHints, zoneHints } of endpoints) {
    if (!ready) continue;
    if (nodeHints.length === 0) allForNodes = false;
    else if (nodeHints.includes(node.name)) forThisNode = true;
    if (zoneHints.length === 0) allForZones = false;
    else if (node.zone !== "" && zoneHints.includes(node.zone)) forThisZone = true;
  }
  if (allForNodes && forThisNode) return "node";
  return allForZones && forThisZone ? "zone" : "none";
}
