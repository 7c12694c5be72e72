/**
 * A Job runs as many pods as it still needs, is over when enough have succeeded, and then lets its pods go.
 *
 * It is over when none of its pods runs any more, so that it waits for one that a lost node cannot end.
 * After a failure it waits longer and longer, up to 10 min, so that only a Job without failures has to have all of its pods. Where each
 * index has a back-off limit of its own, its last failed pod is kept uncounted for that long.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
import { hasEnded } from "../../api/pod-phase.js";
import type { Job } from "../../api/types/workloads.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive } from "./pod-state.js";
import { Refusals } from "./refusals.js";

const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

export function jobConverges(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const refusals = new Refusals(cluster);
  const check = (job: Job): void => {
    const { metadata, spec, status } = job;
    if (metadata.deletionTimestamp !== undefined || !cluster.isSettled(committed.changedAt(job))) return;
    const pods = [...committed.podsOf(job)];
    const active = pods.filter(isActive).length;
    const isOver =
      status?.conditions?.some(({ type, status: value }) => (type === "Complete" || type === "Failed") && value === "True") === true;
    const keepsFailed = spec.backoffLimitPerIndex !== undefined && !isOver;
    for (const pod of pods) {
      if (keepsFailed && pod.status?.phase === "Failed") continue;
      if (hasEnded(pod) && pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true) {
        cluster.violated(pod, `expected it to have been counted by Job ${metadata.name}, found finalizer ${TRACKING_FINALIZER}`);
      }
    }
    if ((status?.active ?? 0) !== active) cluster.violated(job, `expected status.active ${active}, found ${status?.active ?? 0}`);
    if (isOver && active > 0) cluster.violated(job, `expected no active pods of a Job that is over, found ${active}`);
    if (isOver) return;
    const succeeded = status?.succeeded ?? 0;
    const completions = spec.completions;
    if (completions !== undefined && completions !== null && succeeded >= completions && completions > 0 && pods.every(hasEnded)) {
      cluster.violated(job, `expected it to be complete with ${succeeded} of ${completions} completions`);
    }
    const needsNone = spec.suspend === true || (status?.failed ?? 0) > 0 || pods.some((pod) => !isActive(pod) && !hasEnded(pod));
    if (needsNone || refusals.mayWait("job-controller", metadata.namespace)) return;
    const parallelism = spec.parallelism ?? 1;
    const wanted = completions === undefined || completions === null ? parallelism : Math.min(parallelism, completions - succeeded);
    const isEnough = completions === undefined || completions === null ? succeeded > 0 || active === wanted : active === wanted;
    if (!isEnough) cluster.violated(job, `expected ${wanted} active pods, found ${active}`);
  };
  return {
    handling: refusals.handling,
    ended: () => {
      for (const job of committed.list("Job")) check(job);
    },
  };
}
