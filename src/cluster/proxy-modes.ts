/** kube-proxy's modes by the name that a scenario gives. */
import { EBPF } from "../network/proxy/ebpf/mode.js";
import { IPTABLES } from "../network/proxy/iptables/mode.js";
import { ipvsMode } from "../network/proxy/ipvs/mode.js";
import { NFTABLES } from "../network/proxy/nftables/mode.js";
import type { ProxyMode } from "../network/proxy/proxy-mode.js";
import type { NetworkDescription } from "./description.js";

export const PROXY_MODES: Readonly<Record<NetworkDescription["proxyMode"], () => ProxyMode>> = {
  iptables: () => IPTABLES,
  ipvs: () => ipvsMode(),
  nftables: () => NFTABLES,
  ebpf: () => EBPF,
};
