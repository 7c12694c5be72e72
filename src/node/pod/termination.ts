/**
 * How long a pod and its containers may take to stop, and when each of them does.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination,
 * pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer, setTerminationGracePeriod) and pkg/kubelet/pod_workers.go (calculateEffectiveGracePeriod).
 */
import { isSidecar } from "../../api/resources.js";
import type { Container, Pod, PodSpec } from "../../api/types/pod.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";

/** The runtime gives each container at least so long (minimumGracePeriodInSeconds). */
const MINIMUM_GRACE_SECONDS = 2;

export type KillReason = "LivenessProbe" | "StartupProbe" | "FailedPostStartHook" | "Unknown";

/** Seconds that a container gets when it is killed for that reason. */
export function containerGraceSeconds(pod: Pod, container: Container, reason: KillReason): number {
  if (pod.metadata.deletionGracePeriodSeconds !== undefined) return pod.metadata.deletionGracePeriodSeconds;
  const ofPod = pod.spec.terminationGracePeriodSeconds;
  if (ofPod === undefined) return MINIMUM_GRACE_SECONDS;
  const probe = reason === "LivenessProbe" ? container.livenessProbe : reason === "StartupProbe" ? container.startupProbe : undefined;
  return probe?.terminationGracePeriodSeconds ?? ofPod;
}

/** Seconds that a pod gets to stop, given what it was told before (0: nothing yet). Later orders may only shorten. */
export function podGraceSeconds(pod: Pod, previous: number, override: number | undefined): number {
  let grace = previous;
  let decided = false;
  for (const order of [pod.metadata.deletionGracePeriodSeconds, override]) {
    if (order === undefined) continue;
    if (grace === 0 || order < grace) grace = order;
    decided = true;
  }
  if (!decided && grace === 0) grace = pod.spec.terminationGracePeriodSeconds ?? 0;
  return Math.max(1, grace);
}

export interface StopPlan {
  /** When SIGTERM is sent. */
  readonly stopAt: SimTime;
  /** Grace that the runtime is given with it. */
  readonly graceSeconds: number;
  readonly exitAt: SimTime;
  /** Whether it had to be killed at the end of its grace. */
  readonly sigkill: boolean;
}

/** What decides when a running container is gone, times in microseconds. */
export interface Stopping {
  /** How long the process needs after SIGTERM. */
  readonly exitAfterTerm: SimTime;
  /** How long the preStop hook takes; undefined where there is none. */
  readonly preStop: SimTime | undefined;
}

/**
 * When each running container of a pod stops, if all are told at `now`. Sidecars stop after the regular containers, in reverse order.
 *
 * @param graceOf seconds of grace of each container
 */
export function stopPlans(
  spec: PodSpec,
  running: ReadonlyMap<string, Stopping>,
  graceOf: (container: Container) => number,
  now: SimTime,
): ReadonlyMap<string, StopPlan> {
  const plans = new Map<string, StopPlan>();
  const plan = (container: Container, after: SimTime): void => {
    const stopping = running.get(container.name);
    if (stopping !== undefined) plans.set(container.name, stopPlan(stopping, graceOf(container), now, after));
  };
  const init = spec.initContainers ?? [];
  for (const container of spec.containers) plan(container, now);
  for (const container of init) if (!isSidecar(container)) plan(container, now);
  let after = now;
  for (const container of spec.containers) after = Math.max(after, plans.get(container.name)?.exitAt ?? now);
  for (const container of init.filter(isSidecar).reverse()) {
    plan(container, after);
    after = Math.max(after, plans.get(container.name)?.exitAt ?? now);
  }
  return plans;
}

/** One container's stop, `after` being the end of those that it waits for. */
export function stopPlan({ exitAfterTerm, preStop }: Stopping, graceSeconds: number, now: SimTime, after: SimTime = now): StopPlan {
  let grace = graceSeconds;
  let at = now;
  if (grace > 0 && preStop !== undefined) {
    const hook = Math.min(preStop, grace * SECOND);
    at += hook;
    grace -= Math.floor(hook / SECOND);
  }
  if (grace > 0 && after > at) {
    const wait = Math.min(after - at, grace * SECOND);
    at += wait;
    grace -= Math.floor(wait / SECOND);
  }
  grace = Math.max(grace, MINIMUM_GRACE_SECONDS);
  const sigkill = exitAfterTerm > grace * SECOND;
  return { stopAt: at, graceSeconds: grace, exitAt: at + (sigkill ? grace * SECOND : exitAfterTerm), sigkill };
}
