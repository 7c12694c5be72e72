/**
 * Pods that the scheduler could not place, and which of them new nodes are for.
 *
 * Source: cluster-autoscaler/core/static_autoscaler.go, core/podlistprocessor
 */
import { parseDuration, TimeFormatError } from "../../api/duration.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import { looksOf } from "./equivalence-groups.js";
import { isDaemonPod } from "./node-template.js";
import type { SchedulingSimulation } from "./scheduling-simulation.js";

const SCALE_UP_DELAY = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay";
/** While all pods are younger than this, more are probably to come. Source: unschedulablePodTimeBuffer in static_autoscaler.go */
const ARRIVAL_BUFFER = 2 * SECOND;

/** Whether the scheduler has said that there is no place for the pod. */
export function isUnschedulable({ metadata, spec, status }: Pod): boolean {
  if (spec.nodeName !== undefined || metadata.deletionTimestamp !== undefined) return false;
  const condition = status?.conditions?.find(({ type }) => type === "PodScheduled");
  return condition?.status === "False" && condition.reason === "Unschedulable";
}

/**
 * Pods for which there is no place, neither on the nodes nor on those to come; the others are placed in the simulation. Daemon pods
 * belong to one node and do not count, nor do pods that wait for the end of those that they preempted. The most important come first.
 */
export function withoutPlace(pods: Iterable<Pod>, simulation: SchedulingSimulation, accepts: (node: string) => boolean): Pod[] {
  const waiting: Pod[] = [];
  for (const pod of pods) {
    const nominated = pod.status?.nominatedNodeName ?? "";
    if (nominated !== "" && accepts(nominated) && simulation.generation(nominated) !== undefined) simulation.setPod(pod, nominated);
    else if (!isDaemonPod(pod)) waiting.push(pod);
  }
  const inOrder = waiting.sort((a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0));
  // Pods that look alike fill one node after the other; where one has no place, the others have none either.
  const lastNodes = new Map<string, string | undefined>();
  return inOrder.filter((pod) => {
    const looks = looksOf(pod);
    const last = lastNodes.get(looks);
    if (last === undefined && lastNodes.has(looks)) return true;
    const node = last !== undefined && simulation.rejection(pod, last) === undefined ? last : simulation.firstFit(pod, accepts);
    lastNodes.set(looks, node);
    if (node !== undefined) simulation.setPod(pod, node);
    return node === undefined;
  });
}

/** Whether the pod has waited for as long as the flag, or its annotation where that asks for more, says. */
export function hasWaited(pod: Pod, delay: SimTime, now: Timestamp): boolean {
  return now - (pod.metadata.creationTimestamp ?? now) > Math.max(delay, ownDelay(pod));
}

function ownDelay({ metadata }: Pod): SimTime {
  const text = metadata.annotations?.[SCALE_UP_DELAY];
  if (text === undefined) return 0;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof TimeFormatError)) throw error;
    return 0;
  }
}

/** Whether the pods have come only just now. */
export function areAllNew(pods: readonly Pod[], now: Timestamp): boolean {
  return pods.every(({ metadata }) => (metadata.creationTimestamp ?? now) + ARRIVAL_BUFFER > now);
}
