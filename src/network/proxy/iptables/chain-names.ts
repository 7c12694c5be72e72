/** Names of the chains that kube-proxy makes for a service port. Source: pkg/proxy/iptables, `servicePortChainNameBase` and its kin. */
import { chainHash } from "../chain-hash.js";
import type { ProxyEndpoint } from "../endpoint.js";
import type { ServicePort } from "../service-port.js";

/** Characters of the hash in a chain's name. */
const HASH_LENGTH = 16;

export interface ServiceChainNames {
  /** Endpoints of the cluster. */
  readonly cluster: string;
  /** Endpoints of this node. */
  readonly local: string;
  /** Traffic to external addresses. */
  readonly external: string;
  /** Source ranges of a load balancer. */
  readonly firewall: string;
}

const byPort = new WeakMap<ServicePort, ServiceChainNames>();

export function serviceChainNames(port: ServicePort): ServiceChainNames {
  let names = byPort.get(port);
  if (names === undefined) {
    const hash = chainHash(port.name + port.protocol, HASH_LENGTH);
    names = { cluster: `KUBE-SVC-${hash}`, local: `KUBE-SVL-${hash}`, external: `KUBE-EXT-${hash}`, firewall: `KUBE-FW-${hash}` };
    byPort.set(port, names);
  }
  return names;
}

export function endpointChainName(port: ServicePort, endpoint: ProxyEndpoint): string {
  return `KUBE-SEP-${chainHash(port.name + port.protocol + endpoint.text, HASH_LENGTH)}`;
}

/** Whether a chain belongs to a service port or an endpoint. */
export function isServiceChain(name: string): boolean {
  return /^KUBE-(SVC|SVL|SEP|EXT|FW)-/.test(name);
}
