/** A serving pod as a queueing station: so many workers, one queue, first come first served. */
import type { RandomStream } from "../engine/random.js";
import type { HandlerId, SimTime, Simulation } from "../engine/simulation.js";
import type { TrafficServer } from "./network.js";
import type { Request } from "./request.js";
import type { ServerBehavior } from "./server-behavior.js";

export class ServerStation {
  private readonly inService: Request[] = [];
  private head: Request | undefined;
  private tail: Request | undefined;
  private waiting = 0;
  private busyBefore = 0;
  private busySince: SimTime = 0;
  /** Requests whose service ended. */
  served = 0;

  constructor(
    readonly server: TrafficServer,
    readonly behavior: ServerBehavior,
    private readonly simulation: Simulation,
    private readonly random: RandomStream,
    /** Handler that ends a request's service; its argument is the request's id. */
    private readonly depart: HandlerId,
  ) {}

  get queueLength(): number {
    return this.waiting;
  }

  get busyWorkers(): number {
    return this.inService.length;
  }

  /** Time that all workers together have been busy, microseconds: the pod's CPU time where service is computing. */
  busyTime(): SimTime {
    return this.busyBefore + (this.simulation.now - this.busySince) * this.inService.length;
  }

  /** Takes in a request; it is answered with an error at once where the queue is full. */
  arrive(request: Request): void {
    request.station = this;
    request.arrivedAt = this.simulation.now;
    if (this.inService.length < this.behavior.concurrency) {
      this.serve(request);
    } else if (this.waiting >= (this.behavior.queueLimit ?? Number.POSITIVE_INFINITY)) {
      request.serviceStart = this.simulation.now;
      request.serviceTime = 0;
      request.owner.answered(request, true);
    } else {
      if (this.tail === undefined) this.head = request;
      else this.tail.following = request;
      this.tail = request;
      this.waiting++;
    }
  }

  /** The request's service ended. */
  finish(request: Request): void {
    this.account();
    this.leave(request);
    this.served++;
    const next = this.head;
    if (next !== undefined) {
      this.head = next.following;
      if (this.head === undefined) this.tail = undefined;
      next.following = undefined;
      this.waiting--;
      this.serve(next);
    }
    const { errorProbability } = this.behavior;
    request.owner.answered(request, errorProbability !== undefined && this.random.uniform() < errorProbability);
  }

  /** The pod is gone: nothing that it held is answered. */
  lose(answer: "reset" | "silence"): void {
    this.account();
    const held = [...this.inService];
    for (const request of held) this.simulation.cancel(request.departure);
    for (let request = this.head; request !== undefined; request = request.following) held.push(request);
    this.inService.length = 0;
    this.head = this.tail = undefined;
    this.waiting = 0;
    for (const request of held) {
      request.position = -1;
      request.following = undefined;
      if (answer === "reset") request.owner.reset(request);
      else request.owner.lost(request);
    }
  }

  private serve(request: Request): void {
    this.account();
    const { serviceTime, slowdown } = this.behavior;
    request.position = this.inService.push(request) - 1;
    request.serviceStart = this.simulation.now;
    request.serviceTime = Math.max(0, Math.round(serviceTime.sample(this.random) * (slowdown === undefined ? 1 : slowdown())));
    request.departure = this.simulation.schedule(request.serviceTime, this.depart, request.id);
  }

  private leave(request: Request): void {
    const last = this.inService.pop()!;
    if (last !== request) {
      this.inService[request.position] = last;
      last.position = request.position;
    }
    request.position = -1;
  }

  private account(): void {
    const { now } = this.simulation;
    this.busyBefore += (now - this.busySince) * this.inService.length;
    this.busySince = now;
  }
}
