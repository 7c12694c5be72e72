/**
 * Which nodes a DaemonSet's pods belong on.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations and kubernetes
 * pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod), util/daemonset_util.go.
 */
import { compileLabelSelector, compileNodeSelector } from "../../../api/selector.js";
import type { Affinity, DaemonSet, Node, PodSpec, Taint, Toleration } from "../../../api/types/index.js";
import {
  DISK_PRESSURE,
  MEMORY_PRESSURE,
  NETWORK_UNAVAILABLE,
  NOT_READY,
  PID_PRESSURE,
  tolerates,
  UNREACHABLE,
  UNSCHEDULABLE,
} from "../taints.js";

/** What every daemon pod tolerates: it is to run while others cannot. */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: NOT_READY, operator: "Exists", effect: "NoExecute" },
  { key: UNREACHABLE, operator: "Exists", effect: "NoExecute" },
  { key: DISK_PRESSURE, operator: "Exists", effect: "NoSchedule" },
  { key: MEMORY_PRESSURE, operator: "Exists", effect: "NoSchedule" },
  { key: PID_PRESSURE, operator: "Exists", effect: "NoSchedule" },
  { key: UNSCHEDULABLE, operator: "Exists", effect: "NoSchedule" },
];
const HOST_NETWORK_TOLERATION: Toleration = { key: NETWORK_UNAVAILABLE, operator: "Exists", effect: "NoSchedule" };

function sameToleration(a: Toleration, b: Toleration): boolean {
  return (
    a.key === b.key && a.effect === b.effect && (a.operator ?? "Equal") === (b.operator ?? "Equal") && (a.value ?? "") === (b.value ?? "")
  );
}

/** The pod spec's tolerations with those that every daemon pod has. */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const own = spec.tolerations ?? [];
  const added = spec.hostNetwork === true ? [...DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION] : DAEMON_TOLERATIONS;
  // One that the pod has already is replaced where it stands, so that it tolerates for ever.
  const kept = own.map((toleration) => added.find((daemon) => sameToleration(daemon, toleration)) ?? toleration);
  return [...kept, ...added.filter((daemon) => !own.some((toleration) => sameToleration(daemon, toleration)))];
}

export interface Fitness {
  /** A pod is to be created there. */
  readonly shouldRun: boolean;
  /** A pod that is there may stay. */
  readonly mayStay: boolean;
}

const UNFIT: Fitness = { shouldRun: false, mayStay: false };

export function nodeFitness({ spec }: DaemonSet, node: Node): Fitness {
  const pod = spec.template.spec;
  if (pod.nodeName !== undefined && pod.nodeName !== "" && pod.nodeName !== node.metadata.name) return UNFIT;
  if (pod.nodeSelector !== undefined && !compileLabelSelector(selectorOf(pod.nodeSelector))(node.metadata.labels)) return UNFIT;
  const affinity = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (affinity !== undefined && !compileNodeSelector(affinity)(node)) return UNFIT;
  const taints = node.spec.taints;
  if (taints === undefined || taints.length === 0) return { shouldRun: true, mayStay: true };
  const tolerations = daemonTolerations(pod);
  const untolerated = (taint: Taint): boolean => !tolerations.some((toleration) => tolerates(toleration, taint));
  const shouldRun = !taints.some((taint) => taint.effect !== "PreferNoSchedule" && untolerated(taint));
  return { shouldRun, mayStay: shouldRun || !taints.some((taint) => taint.effect === "NoExecute" && untolerated(taint)) };
}

const selectors = new WeakMap<Readonly<Record<string, string>>, { readonly matchLabels: Readonly<Record<string, string>> }>();

function selectorOf(matchLabels: Readonly<Record<string, string>>): { readonly matchLabels: Readonly<Record<string, string>> } {
  let selector = selectors.get(matchLabels);
  if (selector === undefined) {
    selector = { matchLabels };
    selectors.set(matchLabels, selector);
  }
  return selector;
}

/**
 * The affinity by which the scheduler puts a daemon pod on its node; it takes the place of the template's required one, which the node meets.
 *
 * Source: kubernetes pkg/controller/daemon/util/daemonset_util.go (ReplaceDaemonSetPodNodeNameNodeAffinity).
 */
export function affinityForNode(affinity: Affinity | undefined, node: string): Affinity {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node] } as const];
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
}

/** The node that a daemon pod is bound to or meant for. */
export function nodeOfDaemonPod(spec: PodSpec): string | undefined {
  if (spec.nodeName !== undefined && spec.nodeName !== "") return spec.nodeName;
  for (const term of spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values } of term.matchFields ?? [])
      if (key === "metadata.name" && operator === "In" && values?.length === 1) return values[0];
  }
  return undefined;
}
