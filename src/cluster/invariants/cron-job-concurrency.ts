/**
 * A CronJob that does not allow it has no two unfinished Jobs at a time; with Replace the former one is being deleted.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy
 */
import type { CronJob, Job } from "../../api/types/workloads.js";
import { controllerUid } from "./committed-objects.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

export function cronJobConcurrency(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  return {
    committed: ({ type, kind, object }) => {
      if (type !== "ADDED" || kind !== "Job") return;
      const owner = committed.byUid(controllerUid(object));
      if (owner?.kind !== "CronJob") return;
      const policy = (owner as CronJob).spec.concurrencyPolicy ?? "Allow";
      if (policy === "Allow") return;
      for (const other of committed.dependentsOf(owner.metadata.uid)) {
        if (other === object || other.kind !== "Job" || isOver(other as Job)) continue;
        cluster.violated(owner, `expected one Job at a time (${policy}), found ${object.metadata.name} made beside ${other.metadata.name}`);
      }
    },
  };
}

function isOver({ metadata, status }: Job): boolean {
  return (
    metadata.deletionTimestamp !== undefined ||
    status?.conditions?.some(({ type, status: value }) => (type === "Complete" || type === "Failed") && value === "True") === true
  );
}
