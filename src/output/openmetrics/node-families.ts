/** Metrics of nodes. Source: https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/cluster/node-metrics.md */
import type { Node } from "../../api/types/node.js";
import type { Family, LabelSet, Sample } from "./family.js";
import { conditionSamples, flag, one, resourceSamples, seconds } from "./sample-shapes.js";

function labelsOf({ metadata }: Node): LabelSet {
  return { node: metadata.name };
}

function gauge(name: string, help: string, samples: (node: Node) => readonly Sample[]): Family<"Node"> {
  return { name, type: "gauge", help, kind: "Node", samples };
}

export const NODE_FAMILIES: readonly Family<"Node">[] = [
  gauge("kube_node_info", "Information about a cluster node.", (node) =>
    one(
      {
        ...labelsOf(node),
        kernel_version: node.status?.nodeInfo?.kernelVersion ?? "",
        os_image: node.status?.nodeInfo?.osImage ?? "",
        container_runtime_version: node.status?.nodeInfo?.containerRuntimeVersion ?? "",
        kubelet_version: node.status?.nodeInfo?.kubeletVersion ?? "",
        kubeproxy_version: "deprecated",
        provider_id: node.spec.providerID ?? "",
        pod_cidr: node.spec.podCIDR ?? "",
        system_uuid: "",
        internal_ip: node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "",
      },
      1,
    ),
  ),
  gauge("kube_node_created", "Unix creation timestamp", (node) => one(labelsOf(node), seconds(node.metadata.creationTimestamp))),
  gauge("kube_node_spec_unschedulable", "Whether a node can schedule new pods.", (node) =>
    one(labelsOf(node), flag(node.spec.unschedulable === true)),
  ),
  gauge("kube_node_spec_taint", "The taint of a cluster node.", (node) =>
    (node.spec.taints ?? []).map(({ key, value = "", effect }) => [{ ...labelsOf(node), key, value, effect }, 1]),
  ),
  gauge("kube_node_status_condition", "The condition of a cluster node.", (node) =>
    conditionSamples(labelsOf(node), node.status?.conditions),
  ),
  gauge("kube_node_status_capacity", "The total amount of resources available for a node.", (node) =>
    resourceSamples(labelsOf(node), node.status?.capacity),
  ),
  gauge("kube_node_status_allocatable", "The amount of resources allocatable for pods (after reserving some for system daemons).", (node) =>
    resourceSamples(labelsOf(node), node.status?.allocatable),
  ),
];
