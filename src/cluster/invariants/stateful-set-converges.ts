/**
 * A StatefulSet whose pods are all Ready has one for each ordinal, at the revision that it asks for, and its status says what is there.
 *
 * One pod after the other: a set waits for a pod that is not Ready or is being deleted, as those of lost nodes are.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
 */
import type { StatefulSet } from "../../api/types/workloads.js";
import { SECOND } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isReady, isTerminating } from "./pod-state.js";
import { Refusals } from "./refusals.js";

const REVISION_LABEL = "controller-revision-hash";

export function statefulSetConverges(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const refusals = new Refusals(cluster);
  const check = (set: StatefulSet): void => {
    const { metadata, spec, status } = set;
    const waits = (spec.minReadySeconds ?? 0) * SECOND;
    if (metadata.deletionTimestamp !== undefined || !cluster.isSettled(committed.changedAt(set) + waits)) return;
    const pods = [...committed.podsOf(set)];
    const ready = pods.filter((pod) => isReady(pod) && pod.status?.phase === "Running").length;
    const reported = [status?.observedGeneration, status?.replicas ?? 0, status?.readyReplicas ?? 0].join();
    const counted = [metadata.generation, pods.length, ready].join();
    if (reported !== counted)
      cluster.violated(set, `expected observedGeneration, replicas and readyReplicas ${counted}, found ${reported}`);
    if (pods.some((pod) => isTerminating(pod) || !isReady(pod)) || refusals.mayWait("statefulset-controller", metadata.namespace)) return;
    const first = spec.ordinals?.start ?? 0;
    const wanted = Array.from({ length: spec.replicas ?? 1 }, (_, index) => `${metadata.name}-${first + index}`);
    const found = pods.map((pod) => pod.metadata.name);
    const isWhole = found.length === wanted.length && wanted.every((name) => found.includes(name));
    if (!isWhole) cluster.violated(set, `expected pods ${wanted.join(", ")}, found ${found.join(", ")}`);
    if (!isWhole || spec.updateStrategy?.type === "OnDelete") return;
    const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    for (const name of wanted.slice(Math.max(0, partition - first))) {
      const revision = pods.find((pod) => pod.metadata.name === name)!.metadata.labels?.[REVISION_LABEL];
      if (revision !== status?.updateRevision)
        cluster.violated(set, `expected ${name} at revision ${status?.updateRevision ?? "none"}, found ${revision ?? "none"}`);
    }
  };
  return {
    handling: refusals.handling,
    ended: () => {
      for (const set of committed.list("StatefulSet")) check(set);
    },
  };
}
