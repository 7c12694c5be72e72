/**
 * A DaemonSet has one pod on each node that it belongs on, and its status says so.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled
 */
import { compileLabelSet, compileNodeSelector } from "../../api/selector.js";
import type { Node, Taint } from "../../api/types/node.js";
import type { Pod, Toleration } from "../../api/types/pod.js";
import type { DaemonSet } from "../../api/types/workloads.js";
import { isTolerated } from "../../scheduler/framework/tolerations.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive } from "./pod-state.js";
import { Refusals } from "./refusals.js";

/** Added to every daemon pod. Source: the table of the page above. */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  ...["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map((taint): Toleration => ({
    key: `node.kubernetes.io/${taint}`,
    operator: "Exists",
    effect: "NoSchedule",
  })),
];

export function daemonSetConverges(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const refusals = new Refusals(cluster);
  const check = (set: DaemonSet): void => {
    const { metadata, status, spec } = set;
    if (metadata.deletionTimestamp !== undefined) return;
    const nodes = [...committed.list("Node")];
    if (!cluster.isSettled(committed.changedAt(set), ...nodes.map((node) => committed.changedAt(node)))) return;
    const wanted = nodes.filter((node) => belongsOn(set, node));
    if (status?.observedGeneration !== metadata.generation) {
      cluster.violated(set, `expected observedGeneration ${metadata.generation ?? "none"}, found ${status?.observedGeneration ?? "none"}`);
    }
    const pods = [...committed.podsOf(set)].filter(isActive);
    // Of a node with a pod it is noticed when the set is looked at for another reason: that it takes no more pods, or that it is back.
    const all = [...committed.podsOf(set)];
    const holding = nodes.filter((node) => all.some((pod) => nodeOf(pod) === node.metadata.name));
    const closed = holding.filter((node) => !wanted.includes(node)).length;
    const returned = holding.filter((node) => wanted.includes(node) && all.some((pod) => isOlder(pod, node))).length;
    // That a node is gone is noticed when its pods are collected, after a quarantine (pkg/controller/podgc/gc_controller.go).
    const names = new Set(nodes.map((node) => node.metadata.name));
    const gone = new Set(all.map(nodeOf).filter((name) => name !== undefined && !names.has(name))).size;
    const desired = status?.desiredNumberScheduled ?? 0;
    // Nor is it noticed that a node without a pod takes none any more, or is gone, before the set is tried again where pods are refused.
    // Source: syncNodeUpdate in pkg/controller/daemon/daemon_controller.go.
    const mayWait = refusals.mayWait("daemon-set-controller", metadata.namespace);
    if (desired < wanted.length - returned || (!mayWait && desired > wanted.length + closed + gone)) {
      cluster.violated(set, `expected desiredNumberScheduled ${wanted.length}, found ${desired}`);
    }
    // During an update that surges or waits a node has two pods, or none.
    const isUpdating = (status?.updatedNumberScheduled ?? 0) !== (status?.desiredNumberScheduled ?? 0);
    if (isUpdating || spec.updateStrategy?.type === "OnDelete" || mayWait) return;
    const terminating = new Set([...committed.podsOf(set)].filter((pod) => !isActive(pod)).map(nodeOf));
    for (const { metadata: node } of wanted) {
      const count = pods.filter((pod) => nodeOf(pod) === node.name).length;
      if (count !== 1 && !terminating.has(node.name)) cluster.violated(set, `expected 1 pod on node ${node.name}, found ${count}`);
    }
  };
  return {
    handling: refusals.handling,
    ended: () => {
      for (const set of committed.list("DaemonSet")) check(set);
    },
  };
}

/** Whether the pod was there before the node: the node was removed, and registered anew. */
function isOlder(pod: Pod, node: Node): boolean {
  return nodeOf(pod) === node.metadata.name && (pod.metadata.creationTimestamp ?? 0) < (node.metadata.creationTimestamp ?? 0);
}

/** The node that the pod is bound to or meant for. */
function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchFields = [] }) => matchFields.flatMap(({ values = [] }) => values)).at(0);
}

function belongsOn({ spec }: DaemonSet, node: Node): boolean {
  const { nodeSelector, affinity, tolerations = [], nodeName, hostNetwork } = spec.template.spec;
  if (nodeName !== undefined && nodeName !== node.metadata.name) return false;
  if (nodeSelector !== undefined && !compileLabelSet(nodeSelector)(node.metadata.labels)) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined && !compileNodeSelector(required)(node)) return false;
  const network: Toleration[] =
    hostNetwork === true ? [{ key: "node.kubernetes.io/network-unavailable", operator: "Exists", effect: "NoSchedule" }] : [];
  const tolerated = [...tolerations, ...DAEMON_TOLERATIONS, ...network];
  const repels = (taint: Taint): boolean => taint.effect !== "PreferNoSchedule" && !isTolerated(taint, tolerated);
  const taints = node.spec.taints ?? [];
  return !taints.some(repels);
}
