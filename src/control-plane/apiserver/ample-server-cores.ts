/** A server with a core for each request: how long its work takes is known when it comes. */
import type { HandlerId, Simulation } from "../../engine/simulation.js";
import { isRead } from "./request.js";
import { orderedName, type RequestLatencies, type ServerCores, type TakenRequest } from "./server-cores.js";

export class AmpleServerCores implements ServerCores {
  private readonly requests: (TakenRequest | undefined)[] = [];
  private readonly done: HandlerId;

  /** @param arrived told the slot of each request whose work is done */
  constructor(
    private readonly simulation: Simulation,
    private readonly latencies: RequestLatencies,
    arrived: (slot: number) => void,
  ) {
    this.done = simulation.register((slot) => {
      const { sender, work } = this.requests[slot]!;
      this.requests[slot] = undefined;
      const name = orderedName(work);
      if (name !== undefined && sender.arrivals.get(name) === simulation.now) sender.arrivals.delete(name);
      arrived(slot);
    });
  }

  take(slot: number, request: TakenRequest, traced: boolean): void {
    const { simulation, latencies } = this;
    const { sender, work, sent } = request;
    const { now } = simulation;
    const received = now + latencies.network.sample();
    const authorized = received + latencies.authorization.sample();
    const reads = isRead(work.verb);
    const admitted = reads ? authorized : authorized + latencies.mutatingAdmission.sample();
    const validated = reads ? authorized : admitted + latencies.validation.sample();
    if (traced) request.steps = { sent, received, authorized, admitted, validated, committed: undefined, answered: undefined };
    if (work.rereading !== undefined) simulation.after(authorized - now, work.rereading.read);
    let arrival = validated;
    const name = orderedName(work);
    if (name !== undefined) {
      arrival = Math.max(arrival, sender.arrivals.get(name) ?? 0);
      sender.arrivals.set(name, arrival);
    }
    this.requests[slot] = request;
    simulation.schedule(arrival - now, this.done, slot);
  }
}
