/** Pods of a workload of scheduler_perf: which there are, and how far they have come. */
import type { Labels } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { SchedulerCluster } from "../cluster/scheduler-cluster.js";

export function podsIn({ apiServer: { objects } }: SchedulerCluster, namespaces: readonly string[], labels: Labels = {}): Pod[] {
  return namespaces.flatMap((namespace) =>
    [...objects.list("Pod", namespace)].filter(({ metadata }) => hasLabels(metadata.labels, labels)),
  );
}

export function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

/** Gated pods have a PodScheduled condition from the start, which is all that the stage Attempted asks for. */
export function isGated({ spec }: Pod): boolean {
  return (spec.schedulingGates ?? []).length > 0;
}

export function isScheduled({ spec }: Pod): boolean {
  return spec.nodeName !== undefined && spec.nodeName !== "";
}
