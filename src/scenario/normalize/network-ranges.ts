/** The address ranges of pods and Services: each well-formed, of one family, and apart, and that of pods large enough for a node's. */
import { Cidr, InvalidCidr } from "../../network/address.js";
import { NODE_MASK_SIZE } from "../../network/pod-network.js";
import { describe } from "../validation.js";
import type { Source } from "./source.js";

interface Ranges {
  readonly podCIDR: string;
  readonly serviceCIDR: string;
  /** Whether each node has a range of its own out of the pods'. */
  readonly isSplitByNode: boolean;
}

/**
 * An address in both ranges would be a pod's and a Service's at once, and a pod without an address of the Service's family cannot stand
 * behind it. Source: https://kubernetes.io/docs/concepts/cluster-administration/networking/#kubernetes-ip-address-ranges; of the size:
 * ValidateNetworking in cmd/kubeadm/app/apis/kubeadm/validation/validation.go
 */
export function checkRanges({ podCIDR, serviceCIDR, isSplitByNode }: Ranges, source: Source): void {
  const pods = rangeAt("podCIDR", podCIDR, source);
  const services = rangeAt("serviceCIDR", serviceCIDR, source);
  if (pods !== undefined && isSplitByNode && pods.prefixLength > NODE_MASK_SIZE[pods.family]) {
    const rule = `the size of pod subnet with mask ${pods.prefixLength} is smaller than the size of node subnet with mask ${NODE_MASK_SIZE[pods.family]}`;
    source.wrong(["cluster", "network", "podCIDR"], `Invalid value: ${describe(podCIDR)}: ${rule}`);
  }
  if (pods === undefined || services === undefined) return;
  const wrong = (rule: string): void => {
    source.wrong(["cluster", "network", "serviceCIDR"], `Invalid value: ${describe(serviceCIDR)}: ${rule}`);
  };
  if (pods.family !== services.family) wrong(`must be of the same family as podCIDR ${podCIDR}, which is ${pods.family}`);
  else if (pods.overlaps(services)) wrong(`must not overlap podCIDR ${podCIDR}`);
}

function rangeAt(field: "podCIDR" | "serviceCIDR", text: string, source: Source): Cidr | undefined {
  try {
    return Cidr.parse(text);
  } catch (error) {
    if (!(error instanceof InvalidCidr)) throw error;
    source.wrong(["cluster", "network", field], `Invalid value: ${describe(text)}: ${error.message}`);
    return undefined;
  }
}
