/**
 * The work queue of a controller: keys are worked on one at a time each, added again while being worked on they come once more,
 * and failed ones come back after a growing delay.
 *
 * Source: client-go util/workqueue (queue.go, delaying_queue.go, rate_limiting_queue.go).
 */
import type { EventId, Simulation, SimTime } from "../../engine/simulation.js";
import { RetryLimiter } from "./rate-limiters.js";
import { perform, type ApiError, type Task } from "./task.js";

export interface WorkQueueOptions {
  readonly simulation: Simulation;
  /** Number of keys that are worked on at a time (kube-controller-manager's --concurrent-*-syncs). */
  readonly workers: number;
  /** Computing time of one sync, in microseconds. */
  readonly syncDuration: SimTime;
  readonly sync: (key: string) => Task<void>;
  /** Delays of failed keys; client-go's default limiter where absent. */
  readonly retryLimiter?: RetryLimiter;
  /** After this many retries in a row a failing key is given up until it is added anew; absent means never. */
  readonly maxRetries?: number;
}

interface Waiting {
  readonly readyAt: SimTime;
  readonly event: EventId;
}

export class WorkQueue {
  private readonly simulation: Simulation;
  private readonly retryLimiter: RetryLimiter;
  private readonly dirty = new Set<string>();
  private readonly processing = new Set<string>();
  private readonly waiting = new Map<string, Waiting>();
  private ready: string[] = [];
  private head = 0;
  private started = false;
  private stopped = false;

  constructor(private readonly options: WorkQueueOptions) {
    this.simulation = options.simulation;
    this.retryLimiter = options.retryLimiter ?? new RetryLimiter();
  }

  /** Lets the workers begin; keys may have been added before. */
  start(): void {
    this.started = true;
    this.startWorkers();
  }

  /** Marks the key as in need of work. */
  add(key: string): void {
    if (this.stopped || this.dirty.has(key)) return;
    this.dirty.add(key);
    if (this.processing.has(key)) return;
    this.ready.push(key);
    this.startWorkers();
  }

  /** Adds the key after a delay in microseconds; of several delays of one key the earliest end counts. */
  addAfter(key: string, delay: SimTime): void {
    if (this.stopped) return;
    if (delay <= 0) {
      this.add(key);
      return;
    }
    const readyAt = this.simulation.now + Math.round(delay);
    const waiting = this.waiting.get(key);
    if (waiting !== undefined) {
      if (waiting.readyAt <= readyAt) return;
      this.simulation.cancel(waiting.event);
    }
    const event = this.simulation.at(readyAt, () => {
      this.waiting.delete(key);
      this.add(key);
    });
    this.waiting.set(key, { readyAt, event });
  }

  /** Adds the key after the delay that its failures so far have earned. */
  addRateLimited(key: string): void {
    this.addAfter(key, this.retryLimiter.delay(key, this.simulation.now));
  }

  /** Forgets the failures of the key. */
  forget(key: string): void {
    this.retryLimiter.forget(key);
  }

  /** Drops everything, for good; work that is under way ends unheard. */
  stop(): void {
    this.stopped = true;
    for (const { event } of this.waiting.values()) this.simulation.cancel(event);
    this.waiting.clear();
    this.dirty.clear();
    this.ready = [];
    this.head = 0;
  }

  private startWorkers(): void {
    while (this.started && !this.stopped && this.processing.size < this.options.workers && this.head < this.ready.length) {
      const key = this.ready[this.head++];
      if (this.head === this.ready.length) {
        this.ready = [];
        this.head = 0;
      }
      this.processing.add(key);
      this.simulation.after(this.options.syncDuration, () => this.work(key));
    }
  }

  private work(key: string): void {
    if (this.stopped) return;
    this.dirty.delete(key);
    perform(this.options.sync(key), (outcome) => {
      if (this.stopped) return;
      if (outcome.ok) this.retryLimiter.forget(key);
      else this.failed(key, outcome.error);
      this.processing.delete(key);
      if (this.dirty.has(key)) this.ready.push(key);
      this.startWorkers();
    });
  }

  private failed(key: string, error: ApiError): void {
    const namespaceIsEnding =
      error.status.reason === "Forbidden" && error.status.causes?.some((cause) => cause.type === "NamespaceTerminating") === true;
    const exhausted = this.options.maxRetries !== undefined && this.retryLimiter.retries(key) >= this.options.maxRetries;
    if (namespaceIsEnding || exhausted) this.retryLimiter.forget(key);
    else this.addRateLimited(key);
  }
}
