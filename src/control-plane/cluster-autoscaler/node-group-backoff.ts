/** Groups that failed to grow are left alone for a while. Source: cluster-autoscaler/utils/backoff/exponential_backoff.go */
import type { SimTime } from "../../engine/simulation.js";

export interface BackoffTimes {
  readonly initialNodeGroupBackoffDuration: SimTime;
  readonly maxNodeGroupBackoffDuration: SimTime;
  readonly nodeGroupBackoffResetTimeout: SimTime;
}

interface Failure {
  readonly duration: SimTime;
  readonly until: SimTime;
  readonly last: SimTime;
}

export class NodeGroupBackoff {
  private readonly failures = new Map<string, Failure>();

  constructor(private readonly times: BackoffTimes) {}

  /** A scale-up failed: the group rests, after each failure in a row twice as long. */
  fail(group: string, now: SimTime): void {
    const before = this.failures.get(group);
    let duration = this.times.initialNodeGroupBackoffDuration;
    if (before !== undefined) {
      // A failure of a scale-up that was under way before the rest began is none of the group's next attempt.
      if (before.until > now) duration = before.duration;
      else if (now - before.last <= this.times.nodeGroupBackoffResetTimeout)
        duration = Math.min(before.duration * 2, this.times.maxNodeGroupBackoffDuration);
    }
    this.failures.set(group, { duration, until: now + duration, last: now });
  }

  /** A scale-up succeeded. */
  reset(group: string): void {
    this.failures.delete(group);
  }

  isResting(group: string, now: SimTime): boolean {
    const failure = this.failures.get(group);
    return failure !== undefined && failure.until > now;
  }
}
