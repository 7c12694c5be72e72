/**
 * Whether NetworkPolicies let a connection through.
 *
 * A pod that no policy selects for a direction lets everything through in it; one that some policy selects, only what one of these
 * allows. Both ends have to agree. Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { labelSelectorMatches } from "../api/selector.js";
import type { Labels } from "../api/types/meta.js";
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../api/types/network.js";
import type { Pod } from "../api/types/pod.js";
import { Cidr } from "./address.js";

/** One end of a connection. */
export interface PolicyEnd {
  /** Undefined for what is no pod of the pod network: users outside, and hosts' own processes. */
  readonly pod: Pod | undefined;
  readonly address: string;
}

export interface PolicyTraffic {
  readonly from: PolicyEnd;
  readonly to: PolicyEnd;
  /** The server's port, after translation. */
  readonly port: number;
  readonly protocol: string;
}

/** Labels of a namespace. */
export type NamespaceLabels = (namespace: string) => Labels | undefined;

export function policiesAllow(policies: Iterable<NetworkPolicy>, traffic: PolicyTraffic, labelsOf: NamespaceLabels): boolean {
  let egress: boolean | undefined;
  let ingress: boolean | undefined;
  for (const policy of policies) {
    if (selects(policy, traffic.from.pod) && hasType(policy, "Egress")) {
      egress =
        egress === true || (policy.spec.egress ?? []).some((rule) => passes(policy, rule.to, rule.ports, traffic.to, traffic, labelsOf));
    }
    if (selects(policy, traffic.to.pod) && hasType(policy, "Ingress")) {
      ingress =
        ingress === true ||
        (policy.spec.ingress ?? []).some((rule) => passes(policy, rule.from, rule.ports, traffic.from, traffic, labelsOf));
    }
  }
  return (egress ?? true) && (ingress ?? true);
}

function selects({ metadata, spec }: NetworkPolicy, pod: Pod | undefined): boolean {
  return pod !== undefined && metadata.namespace === pod.metadata.namespace && labelSelectorMatches(spec.podSelector, pod.metadata.labels);
}

/** Without policyTypes a policy is for ingress, and for egress where it has rules for that. */
function hasType({ spec }: NetworkPolicy, type: "Ingress" | "Egress"): boolean {
  return spec.policyTypes?.includes(type) ?? (type === "Ingress" || spec.egress !== undefined);
}

function passes(
  policy: NetworkPolicy,
  peers: readonly NetworkPolicyPeer[] | undefined,
  ports: readonly NetworkPolicyPort[] | undefined,
  other: PolicyEnd,
  traffic: PolicyTraffic,
  labelsOf: NamespaceLabels,
): boolean {
  const peerPasses = peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(policy, peer, other, labelsOf));
  return peerPasses && (ports === undefined || ports.length === 0 || ports.some((port) => isPort(port, traffic)));
}

function isPeer({ metadata }: NetworkPolicy, peer: NetworkPolicyPeer, { pod, address }: PolicyEnd, labelsOf: NamespaceLabels): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    return Cidr.parse(cidr).contains(address) && !except.some((range) => Cidr.parse(range).contains(address));
  }
  if (pod === undefined) return false;
  const namespace = pod.metadata.namespace ?? "default";
  const rightNamespace =
    peer.namespaceSelector === undefined
      ? namespace === metadata.namespace
      : labelSelectorMatches(peer.namespaceSelector, labelsOf(namespace));
  return rightNamespace && (peer.podSelector === undefined || labelSelectorMatches(peer.podSelector, pod.metadata.labels));
}

function isPort({ protocol = "TCP", port, endPort }: NetworkPolicyPort, traffic: PolicyTraffic): boolean {
  if (protocol !== traffic.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number") return endPort === undefined ? traffic.port === port : traffic.port >= port && traffic.port <= endPort;
  const containers = traffic.to.pod?.spec.containers ?? [];
  return containers.some(({ ports = [] }) => ports.some(({ name, containerPort }) => name === port && containerPort === traffic.port));
}
