/**
 * Requests without an answer yet, oldest first. As all of a generator's requests wait equally long, the oldest is the first to time
 * out, so one timer serves them all.
 */
import type { HandlerId, SimTime, Simulation } from "../engine/simulation.js";
import type { Request } from "./request.js";

export class UnansweredRequests {
  private oldest: Request | undefined;
  private newest: Request | undefined;
  private armed = false;
  private readonly timer: HandlerId;

  constructor(
    private readonly simulation: Simulation,
    private readonly timeout: SimTime,
    private readonly expire: (request: Request) => void,
  ) {
    this.timer = simulation.register(() => this.fire());
  }

  /** Adds a request whose attempt starts now. */
  add(request: Request): void {
    request.outstanding = true;
    request.older = this.newest;
    request.newer = undefined;
    if (this.newest === undefined) this.oldest = request;
    else this.newest.newer = request;
    this.newest = request;
    if (!this.armed) this.arm(this.timeout);
  }

  remove(request: Request): void {
    if (!request.outstanding) return;
    request.outstanding = false;
    const { older, newer } = request;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    request.older = request.newer = undefined;
  }

  private arm(delay: SimTime): void {
    this.armed = true;
    this.simulation.schedule(delay, this.timer);
  }

  private fire(): void {
    this.armed = false;
    const { now } = this.simulation;
    while (this.oldest !== undefined && this.oldest.attemptStart + this.timeout <= now) {
      const request = this.oldest;
      this.remove(request);
      this.expire(request);
    }
    if (this.oldest !== undefined && !this.armed) this.arm(this.oldest.attemptStart + this.timeout - now);
  }
}
