/** What of kube-proxy's configuration and of its node decides the rules. Source: KubeProxyConfiguration v1alpha1. */
import type { IpFamily } from "../address.js";
import type { ProxyNode } from "./topology.js";

export interface ProxyConfig {
  readonly family: IpFamily;
  readonly node: ProxyNode;
  /** Addresses of the node of this family, the primary one first. */
  readonly nodeAddresses: readonly string[];
  /** Range of pod addresses by which local traffic is told from other (detectLocalMode ClusterCIDR); undefined: it is not told. */
  readonly localCIDR: string | undefined;
  /** Ranges of service addresses, for rules that drop what is sent to unallocated ones. */
  readonly serviceCIDRs: readonly string[];
  readonly masqueradeAll: boolean;
  /** Ranges of the node addresses that answer node ports; empty: all. */
  readonly nodePortAddresses: readonly string[];
  /** Whether node ports answer on the loopback address. */
  readonly localhostNodePorts: boolean;
  /** Scheduler of IPVS; "rr" by default. */
  readonly ipvsScheduler: string;
}

/** Mark of packets whose source is to be rewritten. Source: iptables.masqueradeBit, default 14. */
export const MASQUERADE_MARK = "0x00004000";

/** Loopback range of a family. Source: RFC 1122, RFC 4291. */
export function loopbackRange(family: IpFamily): string {
  return family === "IPv4" ? "127.0.0.0/8" : "::1/128";
}
