/**
 * A pod that has ended has ended so for good.
 *
 * The kubelet knows how the containers really exited, but keeps to the end that it has seen in the API server ("Pod attempted illegal
 * phase transition" in generateAPIPodStatus of pkg/kubelet/kubelet_pods.go). Where another has ended the pod, as the collector of
 * orphaned pods does, a report that the kubelet sent before it saw that may still arrive: the API server does not look at phases
 * (ValidatePodStatusUpdate in pkg/apis/core/validation).
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
import { hasEnded } from "../../api/pod-phase.js";
import type { Pod } from "../../api/types/pod.js";
import { MINUTE, type SimTime } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

/** So long a request may be under way. Source: --request-timeout of kube-apiserver. */
const REQUEST_TIMEOUT: SimTime = MINUTE;

export function podPhaseFinal(cluster: ObservedCluster): Invariant {
  /** When its kubelet saw that a pod has ended, by uid. */
  const seen = new Map<string, SimTime>();
  return {
    delivered: ({ kind, type, object }, watcher) => {
      if (kind !== "Pod" || type === "DELETED" || !hasEnded(object as Pod)) return;
      const { uid = "" } = object.metadata;
      if (!seen.has(uid) && watcher === `kubelet on ${(object as Pod).spec.nodeName ?? ""}`) seen.set(uid, cluster.now);
    },
    committed: ({ kind, type, object, previous }) => {
      if (kind !== "Pod" || previous === undefined || previous.metadata.uid !== object.metadata.uid || !hasEnded(previous as Pod)) return;
      const { uid = "" } = object.metadata;
      const before = (previous as Pod).status?.phase;
      const after = (object as Pod).status?.phase;
      const crossed = seen.get(uid);
      const isLate = crossed === undefined || cluster.now - crossed <= REQUEST_TIMEOUT;
      if (type === "DELETED") seen.delete(uid);
      if (after === before || (hasEnded(object as Pod) && isLate)) return;
      cluster.violated(object, `expected phase ${before ?? ""} for good, found ${after ?? "none"}`);
    },
  };
}
