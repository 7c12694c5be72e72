/**
 * Which pods of a node have to be evicted before it can go, and which of them keep it.
 *
 * Source: cluster-autoscaler/FAQ.md ("What types of pods can prevent CA from removing a node?"), cluster-autoscaler/simulator/drainability
 */
import type { Timestamp } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import { SECOND } from "../../engine/simulation.js";
import { controllerOf } from "../controllers/owner-references.js";
import type { RemainingBudgets } from "./remaining-budgets.js";
import { isDaemonPod, isMirrorPod } from "./node-template.js";

export const SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict";
/** emptyDir volumes, comma-separated by name, whose loss does no harm. */
export const SAFE_TO_EVICT_LOCAL_VOLUMES = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";

/** A pod that is still there so long after its grace is over is not waited for. Source: PodLongTerminatingExtraThreshold in utils/drain/drain.go */
const LONG_TERMINATING = 30 * SECOND;
/** Source: DefaultTerminationGracePeriodSeconds in k8s.io/api/core/v1/types.go */
const DEFAULT_GRACE_SECONDS = 30;

const SYSTEM_NAMESPACE = "kube-system";
const REPLICATING = new Set(["ReplicaSet", "ReplicationController", "StatefulSet", "Job", "DaemonSet"]);

export interface DrainRules {
  readonly skipNodesWithSystemPods: boolean;
  readonly skipNodesWithLocalStorage: boolean;
  readonly minReplicaCount: number;
}

/** The controller of a pod. */
export interface ControllerLookup {
  /** Wished replicas of a ReplicaSet or ReplicationController; Infinity for controllers of other kinds, undefined where it is not there. */
  replicas(pod: Pod): number | undefined;
}

export interface Drain {
  /** Pods to evict, which need another place. */
  readonly pods: readonly Pod[];
  readonly daemonPods: readonly Pod[];
}

/** The pod that keeps the node, and why. */
export interface BlockingPod {
  readonly pod: Pod;
  readonly reason:
    | "ControllerNotFound"
    | "MinReplicasReached"
    | "NotReplicated"
    | "LocalStorageRequested"
    | "NotSafeToEvictAnnotation"
    | "UnmovableKubeSystemPod"
    | "NotEnoughPdb";
}

/** When a pod that is terminating is no longer waited for; Infinity for others. */
export function endOfPatience({ metadata, spec }: Pod): Timestamp {
  if (metadata.deletionTimestamp === undefined) return Number.POSITIVE_INFINITY;
  return metadata.deletionTimestamp + (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * SECOND + LONG_TERMINATING;
}

export function isLongTerminating(pod: Pod, now: Timestamp): boolean {
  return endOfPatience(pod) < now;
}

/** Whether the pod has ended and will not run again. */
function isTerminal({ spec, status }: Pod): boolean {
  if (status?.phase === "Failed") return true;
  return status?.phase === "Succeeded" && (spec.restartPolicy === "Never" || spec.restartPolicy === "OnFailure");
}

function hasLocalStorage({ metadata, spec }: Pod): boolean {
  const safe = new Set((metadata.annotations?.[SAFE_TO_EVICT_LOCAL_VOLUMES] ?? "").split(",").map((name) => name.trim()));
  return (spec.volumes ?? []).some((volume) => volume.hostPath !== undefined || (volume.emptyDir !== undefined && !safe.has(volume.name)));
}

/** The pods to move off a node, or the pod that keeps it. */
export function podsToMove(
  pods: readonly Pod[],
  rules: DrainRules,
  controllers: ControllerLookup,
  budgets: RemainingBudgets,
  now: Timestamp,
): Drain | BlockingPod {
  const toEvict: Pod[] = [];
  const daemonPods: Pod[] = [];
  for (const pod of pods) {
    if (isMirrorPod(pod) || isLongTerminating(pod, now)) continue;
    const reason = controllerReason(pod, rules, controllers) ?? (mayGo(pod) ? undefined : blockingReason(pod, rules, budgets));
    if (reason !== undefined) return { pod, reason };
    (isDaemonPod(pod) ? daemonPods : toEvict).push(pod);
  }
  return { pods: toEvict, daemonPods };
}

/** Holds whatever the pod's annotations say. Source: cluster-autoscaler/simulator/drainability/rules/replicacount */
function controllerReason(pod: Pod, rules: DrainRules, controllers: ControllerLookup): BlockingPod["reason"] | undefined {
  const kind = controllerOf(pod)?.kind;
  if (kind === undefined || !REPLICATING.has(kind)) return undefined;
  const replicas = controllers.replicas(pod);
  if (replicas === undefined) return "ControllerNotFound";
  return replicas < rules.minReplicaCount ? "MinReplicasReached" : undefined;
}

/** Of such a pod nothing else is asked, not even of its disruption budgets, which the eviction is held to. */
function mayGo(pod: Pod): boolean {
  return isDaemonPod(pod) || pod.metadata.annotations?.[SAFE_TO_EVICT] === "true" || isTerminal(pod);
}

/** In the order of cluster-autoscaler/simulator/drainability/rules/rules.go */
function blockingReason(pod: Pod, rules: DrainRules, budgets: RemainingBudgets): BlockingPod["reason"] | undefined {
  const kind = controllerOf(pod)?.kind;
  if (kind === undefined || !REPLICATING.has(kind)) return "NotReplicated";
  if (rules.skipNodesWithSystemPods && pod.metadata.namespace === SYSTEM_NAMESPACE && !budgets.covers(pod)) return "UnmovableKubeSystemPod";
  if (pod.metadata.annotations?.[SAFE_TO_EVICT] === "false") return "NotSafeToEvictAnnotation";
  if (rules.skipNodesWithLocalStorage && hasLocalStorage(pod)) return "LocalStorageRequested";
  return budgets.allows(pod) ? undefined : "NotEnoughPdb";
}
