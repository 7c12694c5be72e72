/** Metrics of pods. Source: https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/pod-metrics.md */
import { controllerOf } from "../../api/owner-references.js";
import { isSidecar } from "../../api/resources.js";
import type { Container, ContainerStatus, Pod } from "../../api/types/pod.js";
import type { Family, LabelSet, Sample } from "./family.js";
import { flag, one, resourceSamples, seconds, states } from "./sample-shapes.js";

const PHASES = ["Pending", "Succeeded", "Failed", "Unknown", "Running"];
const STATUSES = ["true", "false", "unknown"];

function labelsOf({ metadata }: Pod): LabelSet {
  return { namespace: metadata.namespace ?? "", pod: metadata.name, uid: metadata.uid ?? "" };
}

function statusOf({ status }: Pod, type: string): string | undefined {
  return status?.conditions?.find((condition) => condition.type === type)?.status.toLowerCase();
}

function ofContainers(pod: Pod, sample: (labels: LabelSet, status: ContainerStatus) => readonly Sample[]): readonly Sample[] {
  return (pod.status?.containerStatuses ?? []).flatMap((status) => sample({ ...labelsOf(pod), container: status.name }, status));
}

function resources(pod: Pod, field: "requests" | "limits"): readonly Sample[] {
  const containers: readonly Container[] = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isSidecar)];
  return containers.flatMap((container) =>
    resourceSamples({ ...labelsOf(pod), container: container.name, node: pod.spec.nodeName ?? "" }, container.resources?.[field]),
  );
}

function gauge(name: string, help: string, samples: (pod: Pod) => readonly Sample[]): Family<"Pod"> {
  return { name, type: "gauge", help, kind: "Pod", samples };
}

export const POD_FAMILIES: readonly Family<"Pod">[] = [
  gauge("kube_pod_info", "Information about pod.", (pod) => {
    const owner = controllerOf(pod);
    return one(
      {
        ...labelsOf(pod),
        host_ip: pod.status?.hostIP ?? "",
        pod_ip: pod.status?.podIP ?? "",
        node: pod.spec.nodeName ?? "",
        created_by_kind: owner?.kind ?? "",
        created_by_name: owner?.name ?? "",
        priority_class: pod.spec.priorityClassName ?? "",
        host_network: String(pod.spec.hostNetwork === true),
      },
      1,
    );
  }),
  gauge("kube_pod_created", "Unix creation timestamp", (pod) => one(labelsOf(pod), seconds(pod.metadata.creationTimestamp))),
  gauge("kube_pod_deletion_timestamp", "Unix deletion timestamp", (pod) => one(labelsOf(pod), seconds(pod.metadata.deletionTimestamp))),
  gauge("kube_pod_start_time", "Start time in unix timestamp for a pod.", (pod) => one(labelsOf(pod), seconds(pod.status?.startTime))),
  gauge("kube_pod_owner", "Information about the Pod's owner.", (pod) => {
    const owners = pod.metadata.ownerReferences ?? [];
    if (owners.length === 0) return one({ ...labelsOf(pod), owner_kind: "", owner_name: "", owner_is_controller: "" }, 1);
    return owners.map(({ kind, name, controller }) => [
      { ...labelsOf(pod), owner_kind: kind, owner_name: name, owner_is_controller: String(controller === true) },
      1,
    ]);
  }),
  gauge("kube_pod_status_phase", "The pods current phase.", (pod) =>
    states(labelsOf(pod), "phase", PHASES, pod.status?.phase ?? "Pending"),
  ),
  gauge("kube_pod_status_ready", "Describes whether the pod is ready to serve requests.", (pod) =>
    states(labelsOf(pod), "condition", STATUSES, statusOf(pod, "Ready")),
  ),
  gauge("kube_pod_status_scheduled", "Describes the status of the scheduling process for the pod.", (pod) =>
    states(labelsOf(pod), "condition", STATUSES, statusOf(pod, "PodScheduled")),
  ),
  gauge("kube_pod_container_info", "Information about a container in a pod.", (pod) =>
    ofContainers(pod, (labels, { image, imageID, containerID }) =>
      one({ ...labels, image, image_id: imageID, container_id: containerID ?? "" }, 1),
    ),
  ),
  gauge("kube_pod_container_status_ready", "Describes whether the containers readiness check succeeded.", (pod) =>
    ofContainers(pod, (labels, { ready }) => one(labels, flag(ready))),
  ),
  gauge("kube_pod_container_status_running", "Describes whether the container is currently in running state.", (pod) =>
    ofContainers(pod, (labels, { state }) => one(labels, flag(state?.running !== undefined))),
  ),
  gauge("kube_pod_container_status_waiting", "Describes whether the container is currently in waiting state.", (pod) =>
    ofContainers(pod, (labels, { state }) => one(labels, flag(state?.waiting !== undefined))),
  ),
  gauge("kube_pod_container_status_waiting_reason", "Describes the reason the container is currently in waiting state.", (pod) =>
    ofContainers(pod, (labels, { state }) =>
      state?.waiting === undefined ? [] : one({ ...labels, reason: state.waiting.reason ?? "" }, 1),
    ),
  ),
  gauge("kube_pod_container_status_terminated", "Describes whether the container is currently in terminated state.", (pod) =>
    ofContainers(pod, (labels, { state }) => one(labels, flag(state?.terminated !== undefined))),
  ),
  {
    name: "kube_pod_container_status_restarts",
    type: "counter",
    help: "The number of container restarts per container.",
    kind: "Pod",
    samples: (pod) => ofContainers(pod, (labels, { restartCount }) => one(labels, restartCount)),
  },
  gauge("kube_pod_container_resource_requests", "The number of requested request resource by a container.", (pod) =>
    resources(pod, "requests"),
  ),
  gauge("kube_pod_container_resource_limits", "The number of requested limit resource by a container.", (pod) => resources(pod, "limits")),
];
