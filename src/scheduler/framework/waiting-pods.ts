/**
 * Pods that Permit plugins hold back between the choice of a node and the binding.
 *
 * Source of the rules: pkg/scheduler/framework/runtime/waiting_pods_map.go
 */
import type { PodInfo } from "./pod-info.js";
import type { Status } from "./status.js";
import { unschedulable } from "./status.js";

/** No Permit plugin can hold a pod for longer (µs): maxTimeout in framework.go */
export const MAX_PERMIT_TIMEOUT = 15 * 60 * 1_000_000;

interface WaitingPod {
  readonly pod: PodInfo;
  /** Plugins that have not allowed the pod yet. */
  readonly pending: Set<string>;
  readonly done: (status: Status | undefined) => void;
}

export class WaitingPods {
  private readonly byUid = new Map<string, WaitingPod>();

  /** @param after runs an action after so many microseconds */
  constructor(private readonly after: (delay: number, action: () => void) => void) {}

  /** Holds the pod until all the plugins allow it, one rejects it, or one's time (µs) is up; then calls `done`. */
  wait(pod: PodInfo, timeouts: ReadonlyMap<string, number>, done: (status: Status | undefined) => void): void {
    const waiting: WaitingPod = { pod, pending: new Set(timeouts.keys()), done };
    this.byUid.set(pod.uid, waiting);
    for (const [plugin, timeout] of timeouts) {
      this.after(Math.min(timeout, MAX_PERMIT_TIMEOUT), () => {
        if (this.byUid.get(pod.uid) === waiting && waiting.pending.has(plugin))
          this.reject(pod.uid, plugin, `rejected due to timeout after waiting ${timeout / 1e6}s at plugin ${plugin}`);
      });
    }
  }

  /** Pods that wait, in the order in which they began. */
  *pods(): Iterable<PodInfo> {
    for (const { pod } of this.byUid.values()) yield pod;
  }

  /** The plugins that hold the pod back; none where it does not wait. */
  heldBy(uid: string): readonly string[] {
    return [...(this.byUid.get(uid)?.pending ?? [])];
  }

  allow(uid: string, plugin: string): void {
    const waiting = this.byUid.get(uid);
    if (waiting?.pending.delete(plugin) !== true || waiting.pending.size > 0) return;
    this.byUid.delete(uid);
    waiting.done(undefined);
  }

  /** Returns whether the pod was waiting. */
  reject(uid: string, plugin: string, message: string): boolean {
    const waiting = this.byUid.get(uid);
    if (waiting === undefined) return false;
    this.byUid.delete(uid);
    waiting.done(unschedulable(plugin, message));
    return true;
  }
}
