/**
 * Exponential back-off by key, as the kubelet keeps it for crashing containers and for failing image pulls.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy (10 s, doubling, at most 5 minutes, forgotten
 * after 10 minutes without a failure) and k8s.io/client-go/util/flowcontrol/backoff.go.
 */
import { SECOND, type SimTime } from "../../engine/simulation.js";

/** First wait after a failure (containerBackOffPeriod, imageBackOffPeriod). */
export const INITIAL_BACKOFF: SimTime = 10 * SECOND;
/** Longest wait (MaxCrashLoopBackOff, imagePull's too). */
export const MAX_BACKOFF: SimTime = 300 * SECOND;
/** Periods of the feature gate ReduceDefaultCrashLoopBackOffDecay. */
const REDUCED_INITIAL_BACKOFF: SimTime = SECOND;
const REDUCED_MAX_BACKOFF: SimTime = 60 * SECOND;
/** A key without failure for so many times the maximum starts anew. */
const FORGET_AFTER_MAXIMA = 2;

export interface BackoffPeriods {
  readonly initial: SimTime;
  readonly max: SimTime;
}

/**
 * Back-off of crashing containers. A configured maximum wins, over the initial wait too where that is longer.
 *
 * @param maxContainerRestartPeriod crashLoopBackOff.maxContainerRestartPeriod; undefined where it is not configured, or its feature gate is off
 */
export function crashLoopBackoffPeriods(maxContainerRestartPeriod: SimTime | undefined, reduceDefaultDecay: boolean): BackoffPeriods {
  const initial = reduceDefaultDecay ? REDUCED_INITIAL_BACKOFF : INITIAL_BACKOFF;
  const max = maxContainerRestartPeriod ?? (reduceDefaultDecay ? REDUCED_MAX_BACKOFF : MAX_BACKOFF);
  return { initial: Math.min(initial, max), max };
}

interface Entry {
  backoff: SimTime;
  lastUpdate: SimTime;
}

export class Backoff {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly periods: BackoffPeriods = { initial: INITIAL_BACKOFF, max: MAX_BACKOFF }) {}

  /** The current wait of a key; 0 where it has none. */
  get(key: string): SimTime {
    return this.entries.get(key)?.backoff ?? 0;
  }

  /** When a wait that counts from `eventTime` (the container's end) is over; undefined where the key waits for nothing then. */
  untilSince(key: string, eventTime: SimTime, now: SimTime): SimTime | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || this.isForgotten(entry, eventTime)) return undefined;
    const until = eventTime + entry.backoff;
    return now < until ? until : undefined;
  }

  /** When the wait since the last failure is over; undefined where the key does not wait now. */
  untilSinceUpdate(key: string, now: SimTime): SimTime | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || this.isForgotten(entry, now)) return undefined;
    const until = entry.lastUpdate + entry.backoff;
    return now < until ? until : undefined;
  }

  /** Doubles the wait, or begins with the initial one; `eventTime` decides whether the last failure is forgotten. */
  next(key: string, eventTime: SimTime, now: SimTime): void {
    const entry = this.entries.get(key);
    if (entry === undefined || this.isForgotten(entry, eventTime)) {
      this.entries.set(key, { backoff: this.periods.initial, lastUpdate: now });
    } else {
      entry.backoff = Math.min(entry.backoff * 2, this.periods.max);
      entry.lastUpdate = now;
    }
  }

  /** Drops a key at once. */
  forget(key: string): void {
    this.entries.delete(key);
  }

  /** Drops every key whose last failure was long ago. */
  collect(now: SimTime): void {
    for (const [key, entry] of this.entries) if (this.isForgotten(entry, now)) this.entries.delete(key);
  }

  /** Drops all keys: the process that kept them ended. */
  clear(): void {
    this.entries.clear();
  }

  private isForgotten(entry: Entry, eventTime: SimTime): boolean {
    return eventTime - entry.lastUpdate > FORGET_AFTER_MAXIMA * this.periods.max;
  }
}
