/**
 * A Job runs as many pods as it still needs, is over when enough have succeeded, and then lets its pods go.
 *
 * It is over when none of its pods runs any more, so that it waits for one that a lost node cannot end.
 * After a failure it waits longer and longer, up to 10 min, so that only a Job without failures has to have all of its pods. A failure
 * that the pod failure policy has it ignore is not counted in its status, but waited for all the same. Where each index has a back-off
 * limit of its own, its last failed pod is kept uncounted for that long.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/ and getNewFinishedPods in pkg/controller/job/job_controller.go,
 * whose failed pods, be they ignored or not, make the back-off record of backoff_utils.go.
 */
import { hasEnded } from "../../api/pod-phase.js";
import type { Pod } from "../../api/types/pod.js";
import type { Job } from "../../api/types/workloads.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import { controllerUid } from "./committed-objects.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive, isTerminating } from "./pod-state.js";
import { Refusals } from "./refusals.js";

const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

/** Source: MaxJobPodFailureBackOff in pkg/controller/job/job_controller.go. */
const LONGEST_PAUSE: SimTime = 600 * SECOND;

export function jobConverges(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const refusals = new Refusals(cluster);
  /** By uid of the Job. */
  const lastFailures = new Map<string, SimTime>();
  const mayPause = ({ metadata: { uid = "" }, status }: Job): boolean => {
    const failure = lastFailures.get(uid);
    return (status?.failed ?? 0) > 0 || (failure !== undefined && cluster.now - failure <= LONGEST_PAUSE);
  };
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
    const needsNone = spec.suspend === true || mayPause(job) || pods.some((pod) => !isActive(pod) && !hasEnded(pod));
    if (needsNone || refusals.mayWait("job-controller", metadata.namespace)) return;
    const parallelism = spec.parallelism ?? 1;
    const wanted = completions === undefined || completions === null ? parallelism : Math.min(parallelism, completions - succeeded);
    const isEnough = completions === undefined || completions === null ? succeeded > 0 || active === wanted : active === wanted;
    if (!isEnough) cluster.violated(job, `expected ${wanted} active pods, found ${active}`);
  };
  return {
    committed: ({ kind, object, previous }) => {
      if (kind !== "Pod" || !hasFailed(object as Pod) || (previous !== undefined && hasFailed(previous as Pod))) return;
      const owner = controllerUid(object);
      if (committed.byUid(owner)?.kind === "Job") lastFailures.set(owner!, cluster.now);
    },
    handling: refusals.handling,
    ended: () => {
      for (const job of committed.list("Job")) check(job);
    },
  };
}

/** A pod that is being deleted counts as failed unless it has succeeded. Source: isPodFailed in pkg/controller/job/job_controller.go. */
function hasFailed(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  return phase === "Failed" || (isTerminating(pod) && phase !== "Succeeded");
}
