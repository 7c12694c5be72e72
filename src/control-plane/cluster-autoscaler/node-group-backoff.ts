/** Groups that failed to grow are left alone for a while. Source: cluster-autoscaler/utils/backoff/exponential_backoff.go */
import type { SimTime } from "../../engine/simulation.js";

export interface BackoffTimes {
  readonly initialNodeGroupBackoffDuration: SimTime;
  readonly maxNodeGroupBackoffDuration: SimTime;
  readonly nodeGroupBackoffResetTimeout: SimTime;
}

/** Why a scale-up failed. */
export interface ScaleUpError {
  readonly code: string;
  readonly message: string;
}

interface Failure {
  readonly error: ScaleUpError;
  readonly duration: SimTime;
  readonly until: SimTime;
  readonly last: SimTime;
}

export class NodeGroupBackoff {
  private readonly failures = new Map<string, Failure>();

  constructor(private readonly times: BackoffTimes) {}

  /** A scale-up failed: the group rests, after each failure in a row twice as long, but one that comes while it rests counts as the first. */
  fail(group: string, now: SimTime, error: ScaleUpError): void {
    const { initialNodeGroupBackoffDuration, maxNodeGroupBackoffDuration, nodeGroupBackoffResetTimeout } = this.times;
    const before = this.failures.get(group);
    const isNext = before !== undefined && before.until < now && now - before.last <= nodeGroupBackoffResetTimeout;
    const duration = isNext ? Math.min(before.duration * 2, maxNodeGroupBackoffDuration) : initialNodeGroupBackoffDuration;
    this.failures.set(group, { error, duration, until: now + duration, last: now });
  }

  /** A scale-up succeeded. */
  reset(group: string): void {
    this.failures.delete(group);
  }

  isResting(group: string, now: SimTime): boolean {
    return this.errorOf(group, now) !== undefined;
  }

  /** The failure for which the group rests; undefined where it does not. */
  errorOf(group: string, now: SimTime): ScaleUpError | undefined {
    const failure = this.failures.get(group);
    return failure !== undefined && failure.until > now ? failure.error : undefined;
  }
}
