/**
 * A CronJob that does not allow it starts no Job while it lists an unfinished one: with Forbid it waits, with Replace it deletes that first.
 *
 * The list in its status is what counts. A Job whose entry was never written, since the write was lost or refused, may have another one
 * beside it, as may one whose entry the controller has not seen yet: a run that was made up for right before the next one is due.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy and kubernetes
 * pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob), which says so itself.
 */
import type { CronJob, Job } from "../../api/types/workloads.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import { controllerUid } from "./committed-objects.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

const WATCHER = "kube-controller-manager";
/** Jobs that kubectl makes of a CronJob do not have it. */
const SCHEDULED_TIME_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/** Longer than a request of a sync that began before the delivery is under way. */
const UNDER_WAY: SimTime = 10 * SECOND;

export function cronJobConcurrency(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  /** When the controller was first told that a Job is in the list, by the Job's uid, and of a policy, by the CronJob's. */
  const listed = new Map<string, SimTime>();
  const policies = new Map<string, { readonly policy: string; readonly since: SimTime }>();
  const isKnown = (since: SimTime | undefined): boolean => since !== undefined && cluster.now - since >= UNDER_WAY;
  return {
    delivered: ({ type, kind, object }, watcher) => {
      if (kind !== "CronJob" || type === "DELETED" || !watcher.startsWith(WATCHER)) return;
      const { metadata, spec, status } = object as CronJob;
      const { concurrencyPolicy: policy = "Allow" } = spec;
      if (policies.get(metadata.uid!)?.policy !== policy) policies.set(metadata.uid!, { policy, since: cluster.now });
      for (const { uid = "" } of status?.active ?? []) if (!listed.has(uid)) listed.set(uid, cluster.now);
    },
    committed: ({ type, kind, object }) => {
      if (type === "DELETED") (kind === "Job" ? listed : policies).delete(object.metadata.uid!);
      if (kind !== "Job" || type !== "ADDED" || object.metadata.annotations?.[SCHEDULED_TIME_ANNOTATION] === undefined) return;
      const owner = committed.byUid(controllerUid(object));
      if (owner?.kind !== "CronJob") return;
      const { spec, status } = owner as CronJob;
      const { concurrencyPolicy: policy = "Allow" } = spec;
      const known = policies.get(owner.metadata.uid!);
      if (policy === "Allow" || known?.policy !== policy || !isKnown(known.since)) return;
      for (const { uid = "", name } of status?.active ?? []) {
        const other = committed.byUid(uid);
        if (other === undefined || isOver(other as Job) || !isKnown(listed.get(uid))) continue;
        cluster.violated(owner, `expected no Job to be started beside ${name} (${policy}), found ${object.metadata.name}`);
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
