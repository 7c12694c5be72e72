/** How many requests the server handles at once; others wait in line, up to a number. */
import { FirstInFirstOut } from "./first-in-first-out.js";

/** Requests that are handled at the same time. Source: kube-apiserver's --max-requests-inflight 400 and --max-mutating-requests-inflight 200, which priority and fairness adds up. */
const MAX_IN_FLIGHT = 600;
/** Requests that wait for a place before more are turned away: 128 queues of 50. Source: the suggested priority levels of k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap. */
const MAX_QUEUED = 6_400;
export class InFlightLimit {
  private inFlight = 0;
  private readonly queued = new FirstInFirstOut<number>();

  constructor(private readonly most = MAX_IN_FLIGHT) {}

  get count(): number {
    return this.inFlight;
  }

  /** Whether the request is handled at once, waits, or is turned away. */
  enter(slot: number): "handled" | "queued" | "refused" {
    if (this.inFlight < this.most) {
      this.inFlight++;
      return "handled";
    }
    if (this.queued.length >= MAX_QUEUED) return "refused";
    this.queued.push(slot);
    return "queued";
  }

  /** A request that was handled before goes on, whatever the limit. */
  reenter(): void {
    this.inFlight++;
  }

  /** A request is done with; returns the one that takes its place, if one waits. */
  leave(): number | undefined {
    this.inFlight--;
    if (this.queued.length === 0) return undefined;
    this.inFlight++;
    return this.queued.shift();
  }
}
