/**
 * Which containers the kernel kills first when a node runs out of memory.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior and pkg/kubelet/qos/policy.go.
 */
import { containerRequests, hasPodLevelResources, isSidecar, podRequestsWithoutOverhead, qosClassOf } from "../../api/resources.js";
import type { Container, Pod, PodSpec } from "../../api/types/pod.js";
import { allContainers, amounts, isCriticalPod, MEMORY } from "../admission/resources.js";

/** oom_score_adj of pods that are needed to keep their guarantees (guaranteedOOMScoreAdj). */
const GUARANTEED_OOM_SCORE_ADJ = -997;
/** oom_score_adj of pods without any guarantee (besteffortOOMScoreAdj). */
const BEST_EFFORT_OOM_SCORE_ADJ = 1000;
/** Burstable containers are at least so likely to be killed: above guaranteed ones and system daemons. */
const LEAST_BURSTABLE_OOM_SCORE_ADJ = 1000 + GUARANTEED_OOM_SCORE_ADJ;
const NODE_CRITICAL_CLASS = "system-node-critical";

/** oom_score_adj of a container on a node with so many bytes of memory: the higher, the sooner it is killed. */
export function oomScoreAdj(pod: Pod, container: Container, nodeMemoryCapacity: number): number {
  if (isCriticalPod(pod) && pod.spec.priorityClassName === NODE_CRITICAL_CLASS) return GUARANTEED_OOM_SCORE_ADJ;
  switch (qosClassOf(pod.spec)) {
    case "Guaranteed":
      return GUARANTEED_OOM_SCORE_ADJ;
    case "BestEffort":
      return BEST_EFFORT_OOM_SCORE_ADJ;
    case "Burstable":
      return burstableOomScoreAdj(pod.spec, container, nodeMemoryCapacity);
  }
}

function burstableOomScoreAdj(spec: PodSpec, container: Container, nodeMemoryCapacity: number): number {
  const share = podLevelShare(spec);
  const adjustment = (request: number): number => 1000 - Math.trunc((1000 * (request + share)) / nodeMemoryCapacity);
  let score = adjustment(memoryRequest(container));
  if (isSidecar(container) && spec.initContainers?.includes(container)) {
    score = Math.min(score, adjustment(Math.min(...spec.containers.map(memoryRequest))));
  }
  if (score < LEAST_BURSTABLE_OOM_SCORE_ADJ) return LEAST_BURSTABLE_OOM_SCORE_ADJ;
  return score === BEST_EFFORT_OOM_SCORE_ADJ ? BEST_EFFORT_OOM_SCORE_ADJ - 1 : score;
}

function memoryRequest(container: Container): number {
  return amounts(container.resources?.requests).get(MEMORY) ?? 0;
}

/** What the pod asks for beyond its containers, spread evenly over them. */
function podLevelShare(spec: PodSpec): number {
  if (!hasPodLevelResources(spec) || spec.resources?.requests?.[MEMORY] === undefined) return 0;
  const beyond = (amounts(podRequestsWithoutOverhead(spec)).get(MEMORY) ?? 0) - (amounts(containerRequests(spec)).get(MEMORY) ?? 0);
  return Math.trunc(beyond / allContainers(spec).length);
}
