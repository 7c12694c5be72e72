/** Names of chains and sets in nftables mode. Source: kube-proxy 1.36, pkg/proxy/nftables (`servicePortChainNameBase` and its kin). */
import { chainHash } from "../chain-hash.js";
import type { ProxyEndpoint } from "../endpoint.js";
import type { ServicePort } from "../service-port.js";

/** Characters of the hash in a name. */
const HASH_LENGTH = 8;

export interface NftServiceNames {
  /** Endpoints of the cluster. */
  readonly cluster: string;
  /** Endpoints of this node. */
  readonly local: string;
  /** Traffic to external addresses. */
  readonly external: string;
  /** Source ranges of a load balancer. */
  readonly firewall: string;
}

function baseName({ namespace, service, protocol, portName }: ServicePort): string {
  return `${namespace}/${service}/${protocol}/${portName}`;
}

function hashed(base: string): string {
  return `${chainHash(base, HASH_LENGTH)}-${base}`;
}

export function nftServiceNames(port: ServicePort): NftServiceNames {
  const name = hashed(baseName(port));
  return { cluster: `service-${name}`, local: `local-${name}`, external: `external-${name}`, firewall: `firewall-${name}` };
}

/** Chain of an endpoint with session affinity, and the set of clients that stick to it. Colons are not allowed in names. */
export function nftEndpointNames(
  port: ServicePort,
  { address, port: number }: ProxyEndpoint,
): { readonly chain: string; readonly affinity: string } {
  const name = hashed(`${baseName(port)}__${address.replaceAll(":", ".")}/${number}`);
  return { chain: `endpoint-${name}`, affinity: `affinity-${name}` };
}

/** Whether a chain belongs to a service port or an endpoint. */
export function isNftServiceChain(name: string): boolean {
  return /^(service|local|external|firewall|endpoint)-[A-Z2-7]{8}-/.test(name);
}
