/** The invariants by name. */
import { controllersDeleteTheirOwn } from "./controllers-delete-their-own.js";
import { cronJobConcurrency } from "./cron-job-concurrency.js";
import { daemonSetConverges } from "./daemon-set-converges.js";
import { deletedObjectsGo } from "./deleted-objects-go.js";
import { deploymentConverges } from "./deployment-converges.js";
import { disruptionBudgetKept } from "./disruption-budget-kept.js";
import { endpointsMatchPods } from "./endpoints-match-pods.js";
import { finalizersEmptyAtRemoval } from "./finalizers-empty-at-removal.js";
import { generationCountsSpec } from "./generation-counts-spec.js";
import type { StartInvariant } from "./invariant.js";
import { jobConverges } from "./job-converges.js";
import { namespaceEmptyAtRemoval } from "./namespace-empty-at-removal.js";
import { noExcessPods } from "./no-excess-pods.js";
import { noLostUpdate } from "./no-lost-update.js";
import { nodeGroupsWithinBounds } from "./node-groups-within-bounds.js";
import { nodeWithinAllocatable } from "./node-within-allocatable.js";
import { podsClaimed } from "./pods-claimed.js";
import { ownerReferencesResolve } from "./owner-references-resolve.js";
import { podBoundOnce } from "./pod-bound-once.js";
import { podIpUnique } from "./pod-ip-unique.js";
import { podPhaseFinal } from "./pod-phase-final.js";
import { podsGetScheduled } from "./pods-get-scheduled.js";
import { podsGetStarted } from "./pods-get-started.js";
import { quotaNotExceeded } from "./quota-not-exceeded.js";
import { replicaSetConverges } from "./replica-set-converges.js";
import { resourceVersionMonotonic } from "./resource-version-monotonic.js";
import { scaleDownSparesPods } from "./scale-down-spares-pods.js";
import { scaleDownWaitsAfterAdd } from "./scale-down-waits-after-add.js";
import { serviceIpUnique } from "./service-ip-unique.js";
import { statefulSetConverges } from "./stateful-set-converges.js";
import { uidUnique } from "./uid-unique.js";

export const INVARIANTS: Readonly<Record<string, StartInvariant>> = {
  "resource-version-monotonic": resourceVersionMonotonic,
  "no-lost-update": noLostUpdate,
  "uid-unique": uidUnique,
  "generation-counts-spec": generationCountsSpec,
  "finalizers-empty-at-removal": finalizersEmptyAtRemoval,
  "namespace-empty-at-removal": namespaceEmptyAtRemoval,
  "owner-references-resolve": ownerReferencesResolve,
  "deleted-objects-go": deletedObjectsGo,
  "pod-bound-once": podBoundOnce,
  "pod-phase-final": podPhaseFinal,
  "pod-ip-unique": podIpUnique,
  "pods-get-scheduled": podsGetScheduled,
  "pods-get-started": podsGetStarted,
  "node-within-allocatable": nodeWithinAllocatable,
  "node-groups-within-bounds": nodeGroupsWithinBounds,
  "scale-down-spares-pods": scaleDownSparesPods,
  "scale-down-waits-after-add": scaleDownWaitsAfterAdd,
  "replica-set-converges": replicaSetConverges,
  "deployment-converges": deploymentConverges,
  "stateful-set-converges": statefulSetConverges,
  "daemon-set-converges": daemonSetConverges,
  "job-converges": jobConverges,
  "cron-job-concurrency": cronJobConcurrency,
  "no-excess-pods": noExcessPods,
  "pods-claimed": podsClaimed,
  "controllers-delete-their-own": controllersDeleteTheirOwn,
  "service-ip-unique": serviceIpUnique,
  "endpoints-match-pods": endpointsMatchPods,
  "quota-not-exceeded": quotaNotExceeded,
  "disruption-budget-kept": disruptionBudgetKept,
};
