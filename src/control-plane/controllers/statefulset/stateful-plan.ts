/**
 * What a StatefulSet does next with its pods: one thing at a time and in order, unless pods are managed in parallel.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees and kubernetes
 * pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet).
 */
import type { Pod, StatefulSet, Timestamp } from "../../../api/types/index.js";
import { isPodAvailable } from "../pod-conditions.js";
import { firstOrdinal, isHealthy, isRunningAndReady, isTerminating, ordinalOf, revisionOfPod } from "./stateful-pod.js";

export type StatefulAction =
  | { readonly action: "create"; readonly ordinal: number }
  /** Ended pods are deleted to be made anew. */
  | { readonly action: "recreate"; readonly pod: Pod }
  | { readonly action: "scaleDown"; readonly pod: Pod }
  | { readonly action: "update"; readonly pod: Pod };

/** The pods of the wished ordinals, undefined where one is missing, and those beyond, highest ordinal first. */
export function splitPods(set: StatefulSet, pods: Iterable<Pod>): { readonly replicas: (Pod | undefined)[]; readonly condemned: Pod[] } {
  const start = firstOrdinal(set);
  const replicas: (Pod | undefined)[] = Array.from({ length: set.spec.replicas ?? 1 }, () => undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod);
    if (ordinal >= start && ordinal < start + replicas.length) replicas[ordinal - start] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  return { replicas, condemned };
}

function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
}

/** What to do about the replicas; `blocked` where nothing further may be done before that is finished. */
function planReplicas(
  set: StatefulSet,
  replicas: readonly (Pod | undefined)[],
  now: Timestamp,
): { readonly actions: StatefulAction[]; readonly blocked: boolean } {
  const ordered = set.spec.podManagementPolicy !== "Parallel";
  const start = firstOrdinal(set);
  const actions: StatefulAction[] = [];
  let blocked = false;
  for (let i = 0; i < replicas.length; i++) {
    const pod = replicas[i];
    if (pod === undefined) actions.push({ action: "create", ordinal: start + i });
    else if (hasEnded(pod)) {
      if (!isTerminating(pod)) actions.push({ action: "recreate", pod });
      blocked = true;
    } else if (!ordered || (!isTerminating(pod) && isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)))
      continue;
    else blocked = true;
    if (ordered) return { actions, blocked: true };
  }
  return { actions, blocked };
}

/** What to do about pods beyond the wished number. */
function planCondemned(
  set: StatefulSet,
  condemned: readonly Pod[],
  firstUnhealthy: Pod | undefined,
  now: Timestamp,
): { readonly actions: StatefulAction[]; readonly blocked: boolean } {
  const ordered = set.spec.podManagementPolicy !== "Parallel";
  const actions: StatefulAction[] = [];
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (ordered) return { actions, blocked: true };
      continue;
    }
    const available = isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);
    if (ordered && !available && pod !== firstUnhealthy) return { actions, blocked: true };
    actions.push({ action: "scaleDown", pod });
    if (ordered) return { actions, blocked: true };
  }
  return { actions, blocked: actions.length > 0 };
}

/** The pod of the greatest ordinal that is still of another revision, unless one above it is not well yet. */
function planUpdate(set: StatefulSet, replicas: readonly (Pod | undefined)[], updateRevision: string): StatefulAction[] {
  if (set.spec.updateStrategy?.type === "OnDelete") return [];
  const first = Math.max(0, (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0) - firstOrdinal(set));
  for (let i = replicas.length - 1; i >= first; i--) {
    const pod = replicas[i];
    if (pod === undefined) return [];
    if (revisionOfPod(pod) !== updateRevision && !isTerminating(pod)) return [{ action: "update", pod }];
    if (!isHealthy(pod)) return [];
  }
  return [];
}

/** The next actions; several only where pods are managed in parallel. */
export function planStateful(set: StatefulSet, pods: Iterable<Pod>, updateRevision: string, now: Timestamp): StatefulAction[] {
  const { replicas, condemned } = splitPods(set, pods);
  const firstUnhealthy = [...replicas.filter((pod) => pod !== undefined), ...condemned.toReversed()].find((pod) => !isHealthy(pod));
  const living = planReplicas(set, replicas, now);
  if (living.blocked) return living.actions;
  const leaving = planCondemned(set, condemned, replicas.includes(undefined) ? undefined : firstUnhealthy, now);
  const actions = [...living.actions, ...leaving.actions];
  if (leaving.blocked || living.actions.length > 0) return actions;
  return planUpdate(set, replicas, updateRevision);
}

/** Whether a new pod of that ordinal is made of the revision before the update. */
export function needsCurrentRevision(set: StatefulSet, ordinal: number): boolean {
  const { type = "RollingUpdate", rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type !== "RollingUpdate") return false;
  if (rollingUpdate === undefined) return ordinal < firstOrdinal(set) + (set.status?.currentReplicas ?? 0);
  return ordinal < firstOrdinal(set) + (rollingUpdate.partition ?? 0);
}
