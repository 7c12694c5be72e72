/**
 * What paths between network namespaces and hosts cost. Every figure is a default that a scenario may replace.
 *
 * Sources, by the names used below:
 * - DaoCloud: "CNI Performance Test Report": 10 Gbit/s NIC, Xeon E5-2620 2.0 GHz, netperf TCP_RR and TCP_STREAM with 1 kB messages.
 * - measured: this project's reference measurements on two virtual cores, Linux 6.18 (../shared/reference/network-costs.md, section 3).
 */
import type { SimTime } from "../engine/simulation.js";

/** Between two end points: a round trip in microseconds, and what bulk data can use, in bytes per microsecond. */
export interface PathCost {
  readonly roundTrip: SimTime;
  readonly bytesPerMicrosecond: number;
}

/** How packets cross between hosts. */
export type Encapsulation = "none" | "ipip" | "vxlan";

const GIGABIT = 125;

/** DaoCloud: node to node, round trip 113 µs, 9.16 Gbit/s. */
export const HOST_TO_HOST: PathCost = { roundTrip: 113, bytesPerMicrosecond: 9.16 * GIGABIT };

/** DaoCloud: Calico underlay (BGP), round trip 196 µs, 3.89 Gbit/s. */
export const CALICO_BGP: PathCost = { roundTrip: 196, bytesPerMicrosecond: 3.89 * GIGABIT };

/** DaoCloud: Calico IPIP, round trip 249 µs, 4.51 Gbit/s. */
export const CALICO_IPIP: PathCost = { roundTrip: 249, bytesPerMicrosecond: 4.51 * GIGABIT };

/** DaoCloud: Calico VXLAN, round trip 275 µs, 1.37 Gbit/s. Flannel has the same encapsulation and no figure of its own there. */
export const CALICO_VXLAN: PathCost = { roundTrip: 275, bytesPerMicrosecond: 1.37 * GIGABIT };
export const FLANNEL_VXLAN: PathCost = { ...CALICO_VXLAN };

/** DaoCloud: Cilium VXLAN, round trip 201 µs, 8.30 Gbit/s. */
export const CILIUM_VXLAN: PathCost = { roundTrip: 201, bytesPerMicrosecond: 8.3 * GIGABIT };

/**
 * Cilium with direct routing: the VXLAN figures of DaoCloud without what VXLAN itself costs by our measurement: 2.7 µs for the two
 * packets of a round trip, 8 % of throughput.
 */
export const CILIUM_DIRECT: PathCost = { roundTrip: 201 - 2.7, bytesPerMicrosecond: (8.3 / 0.92) * GIGABIT };

/** The VPC network plugin routes without encapsulation, as Calico's underlay does; it has no comparable figure of its own. */
export const VPC_CNI: PathCost = { ...CALICO_BGP };

/** Measured: bridge on one node, round trip 67 µs, 16.5 Gbit/s (docker0 and cni0). */
export const BRIDGE_SAME_NODE: PathCost = { roundTrip: 67, bytesPerMicrosecond: 16.5 * GIGABIT };

/** DaoCloud: Calico, one node, round trip 91 to 105 µs; the middle. Throughput: measured, routed on one node, 16.7 Gbit/s. */
export const CALICO_SAME_NODE: PathCost = { roundTrip: 98, bytesPerMicrosecond: 16.7 * GIGABIT };

/** DaoCloud: Cilium, one node, round trip 66 µs. Throughput: measured, routed on one node. */
export const CILIUM_SAME_NODE: PathCost = { roundTrip: 66, bytesPerMicrosecond: 16.7 * GIGABIT };

/** Measured: routed on one node, 66 µs, 16.7 Gbit/s. */
export const ROUTED_SAME_NODE: PathCost = { roundTrip: 66, bytesPerMicrosecond: 16.7 * GIGABIT };

/** Measured: loopback, 66 µs, 19.6 Gbit/s: a pod of the host network to the node's own address, or a pod to itself. */
export const LOOPBACK: PathCost = { roundTrip: 66, bytesPerMicrosecond: 19.6 * GIGABIT };

/** Bytes that an encapsulation adds to each packet over IPv4. Sources: Calico "Configure MTU" and Cilium's MTU table; RFC 2003 (IPIP). */
export const ENCAPSULATION_OVERHEAD: Readonly<Record<Encapsulation, number>> = { none: 0, ipip: 20, vxlan: 50 };

/** MTU of the links between hosts. Source: RFC 894 (Ethernet). */
export const ETHERNET_MTU = 1500;

/** MTU inside pods: that of the hosts' links less the encapsulation. */
export function podMtu(encapsulation: Encapsulation, hostMtu = ETHERNET_MTU): number {
  return hostMtu - ENCAPSULATION_OVERHEAD[encapsulation];
}
