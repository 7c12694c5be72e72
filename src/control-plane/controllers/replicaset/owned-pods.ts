/**
 * What a ReplicaSet has to know of its pods, counted as they change: a ReplicaSet of a hundred thousand pods is told of each of
 * them several times, and must not look at all of them each time.
 */
import type { Pod } from "../../../api/types/index.js";
import { isPodActive, isPodReady, isPodTerminating } from "../pod-conditions.js";

export interface OwnedPodCounts {
  active: number;
  /** Ready among the active. */
  ready: number;
  /** Being deleted, not yet ended. */
  terminating: number;
  /** Whether a pod's labels may differ from the template's: it was adopted or its labels were changed. */
  relabelled: boolean;
}

const ACTIVE = 1;
const READY = 2;
const TERMINATING = 4;

/** What matters of a pod, as bits that can be compared. */
function stateOf(pod: Pod): number {
  if (isPodActive(pod)) return isPodReady(pod) ? ACTIVE | READY : ACTIVE;
  return isPodTerminating(pod) ? TERMINATING : 0;
}

export class OwnedPods {
  private readonly byOwner = new Map<string, OwnedPodCounts>();

  /** Counts of the owner with that uid. */
  counts(owner: string): OwnedPodCounts {
    let counts = this.byOwner.get(owner);
    if (counts === undefined) {
      counts = { active: 0, ready: 0, terminating: 0, relabelled: false };
      this.byOwner.set(owner, counts);
    }
    return counts;
  }

  add(owner: string, pod: Pod): void {
    this.count(this.counts(owner), stateOf(pod), 1);
  }

  remove(owner: string, pod: Pod): void {
    this.count(this.counts(owner), stateOf(pod), -1);
  }

  /** Counts a change of a pod that stays the owner's. Returns whether anything that is counted changed. */
  change(owner: string, previous: Pod, current: Pod): boolean {
    const before = stateOf(previous);
    const after = stateOf(current);
    if (before === after) return false;
    const counts = this.counts(owner);
    this.count(counts, before, -1);
    this.count(counts, after, 1);
    return true;
  }

  forget(owner: string): void {
    const counts = this.byOwner.get(owner);
    if (counts !== undefined && counts.active === 0 && counts.terminating === 0) this.byOwner.delete(owner);
  }

  private count(counts: OwnedPodCounts, state: number, by: 1 | -1): void {
    if ((state & ACTIVE) !== 0) counts.active += by;
    if ((state & READY) !== 0) counts.ready += by;
    if ((state & TERMINATING) !== 0) counts.terminating += by;
  }
}
