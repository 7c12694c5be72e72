/**
 * Pauses between the deletions of failed daemon pods of one node, so that a kubelet which refuses a pod and a controller which makes it
 * anew do not chase each other.
 *
 * Source: client-go util/flowcontrol/backoff.go with the bounds of cmd/kube-controller-manager/app/apps.go (newDaemonSetController).
 */
import { MINUTE, SECOND, type SimTime } from "../../../engine/simulation.js";

const FIRST_PAUSE: SimTime = SECOND;
const LONGEST_PAUSE: SimTime = 15 * MINUTE;

interface Pause {
  readonly length: SimTime;
  readonly since: SimTime;
}

export class FailedPodsBackoff {
  private readonly pauses = new Map<string, Pause>();

  /** Begins a pause and gives undefined, or gives the length of the one that is not over yet. */
  begin(key: string, now: SimTime): SimTime | undefined {
    const pause = this.pauses.get(key);
    const isForgotten = pause === undefined || now - pause.since > 2 * LONGEST_PAUSE;
    if (!isForgotten && now - pause.since < pause.length) return pause.length;
    this.pauses.set(key, { length: isForgotten ? FIRST_PAUSE : Math.min(2 * pause.length, LONGEST_PAUSE), since: now });
    return undefined;
  }
}
