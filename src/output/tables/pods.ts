import { controllerOf } from "../../api/owner-references.js";
import { podPriority, podQosClass } from "../../api/resources.js";
import type { Pod } from "../../api/types/pod.js";
import { optionalSeconds, secondsText, type Table } from "../csv.js";
import type { PodRecord } from "../pod-records.js";
import { requestedAmounts } from "../pod-requests.js";

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

export const PODS: Table<PodRecord> = {
  name: "pods",
  row: "a pod that was created in the run, in order of creation, as it was at the end or when it was deleted",
  columns: [
    { name: "namespace", meaning: "namespace", value: ({ namespace }) => namespace },
    { name: "pod", meaning: "name", value: ({ name }) => name },
    { name: "uid", meaning: "uid", value: ({ uid }) => uid },
    { name: "owner_kind", meaning: "kind of the controller that owns it", value: ({ pod }) => controllerOf(pod)?.kind },
    { name: "owner_name", meaning: "name of that controller", value: ({ pod }) => controllerOf(pod)?.name },
    { name: "node", meaning: "node it was bound to", value: ({ pod }) => pod.spec.nodeName },
    { name: "phase", meaning: "Pending, Running, Succeeded or Failed", value: ({ pod }) => pod.status?.phase ?? "Pending" },
    { name: "reason", meaning: "status.reason, such as Evicted", value: ({ pod }) => pod.status?.reason },
    { name: "qos_class", meaning: "Guaranteed, Burstable or BestEffort", value: ({ pod }) => podQosClass(pod) },
    { name: "priority", meaning: "spec.priority", value: ({ pod }) => podPriority(pod) },
    { name: "cpu_request_millicores", meaning: "effective CPU request", value: ({ pod }) => requestedAmounts(pod.spec).cpuMillicores },
    { name: "memory_request_bytes", meaning: "effective memory request", value: ({ pod }) => requestedAmounts(pod.spec).memoryBytes },
    { name: "created_seconds", meaning: "when the API server stored it", value: ({ created }) => secondsText(created) },
    { name: "scheduled_seconds", meaning: "when its binding was stored", value: ({ scheduled }) => optionalSeconds(scheduled) },
    { name: "started_seconds", meaning: "when phase Running was first stored", value: ({ started }) => optionalSeconds(started) },
    { name: "ready_seconds", meaning: "when condition Ready was first stored as True", value: ({ ready }) => optionalSeconds(ready) },
    {
      name: "deletion_requested_seconds",
      meaning: "when it got a deletion timestamp",
      value: ({ deletionRequested }) => optionalSeconds(deletionRequested),
    },
    { name: "finished_seconds", meaning: "when phase Succeeded or Failed was stored", value: ({ finished }) => optionalSeconds(finished) },
    { name: "deleted_seconds", meaning: "when the object was removed", value: ({ deleted }) => optionalSeconds(deleted) },
    { name: "scheduling_attempts", meaning: "attempts of the scheduler", value: ({ attempts }) => attempts },
    { name: "restarts", meaning: "container restarts", value: ({ pod }) => restarts(pod) },
    {
      name: "unscheduled_message",
      meaning: "why the last attempt found no node, for a pod that was never bound",
      value: ({ scheduled, lastFailure }) => (scheduled === undefined ? lastFailure : undefined),
    },
  ],
};
