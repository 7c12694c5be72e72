/** A server whose few cores the requests share evenly: each takes longer the more of them are worked on with it. */
import { ProcessorSharing } from "../../engine/resource/processor-sharing.js";
import type { HandlerId, Simulation } from "../../engine/simulation.js";
import { isRead, type Sender } from "./request.js";
import { orderedName, type RequestLatencies, type ServerCores, type TakenRequest } from "./server-cores.js";

export class SharedServerCores implements ServerCores {
  private readonly cores: ProcessorSharing;
  private readonly requests: (TakenRequest | undefined)[] = [];
  /** Writes of an object that are on their way, in the order in which their client sent them. */
  private readonly lines = new Map<Sender, Map<string, number[]>>();
  /** Whose work is done, but not that of an earlier one in its line. */
  private readonly early = new Set<number>();
  private readonly received: HandlerId;
  private readonly authorized: HandlerId;
  private readonly admitted: HandlerId;
  private readonly validated: HandlerId;

  /**
   * @param cores above 0
   * @param arrived told the slot of each request whose work is done
   */
  constructor(
    private readonly simulation: Simulation,
    cores: number,
    private readonly latencies: RequestLatencies,
    private readonly arrived: (slot: number) => void,
  ) {
    this.cores = new ProcessorSharing(simulation, cores);
    this.received = simulation.register((slot) => {
      this.note(slot, "received");
      this.cores.start(latencies.authorization.sample(), this.authorized, slot);
    });
    this.authorized = simulation.register((slot) => {
      const { work } = this.requests[slot]!;
      this.note(slot, "authorized", "admitted", "validated");
      work.rereading?.read();
      if (isRead(work.verb)) this.finish(slot);
      else this.cores.start(latencies.mutatingAdmission.sample(), this.admitted, slot);
    });
    this.admitted = simulation.register((slot) => {
      this.note(slot, "admitted");
      this.cores.start(latencies.validation.sample(), this.validated, slot);
    });
    this.validated = simulation.register((slot) => {
      this.note(slot, "validated");
      this.finish(slot);
    });
  }

  take(slot: number, request: TakenRequest, traced: boolean): void {
    const { sent, sender, work } = request;
    if (traced)
      request.steps = {
        sent,
        received: sent,
        authorized: sent,
        admitted: sent,
        validated: sent,
        committed: undefined,
        answered: undefined,
      };
    this.requests[slot] = request;
    const name = orderedName(work);
    if (name !== undefined) this.standInLine(slot, sender, name);
    this.simulation.schedule(this.latencies.network.sample(), this.received, slot);
  }

  private note(slot: number, ...steps: readonly ("received" | "authorized" | "admitted" | "validated")[]): void {
    const request = this.requests[slot]!;
    if (request.steps === undefined) return;
    for (const step of steps) request.steps = { ...request.steps, [step]: this.simulation.now };
  }

  private standInLine(slot: number, sender: Sender, name: string): void {
    const lines = this.lines.get(sender) ?? new Map<string, number[]>();
    this.lines.set(sender, lines);
    const line = lines.get(name);
    if (line === undefined) lines.set(name, [slot]);
    else line.push(slot);
  }

  private finish(slot: number): void {
    const { sender, work } = this.requests[slot]!;
    const name = orderedName(work);
    if (name === undefined) {
      this.hand(slot);
      return;
    }
    this.early.add(slot);
    const lines = this.lines.get(sender)!;
    const line = lines.get(name)!;
    while (line.length > 0 && this.early.delete(line[0])) this.hand(line.shift()!);
    if (line.length === 0) lines.delete(name);
  }

  private hand(slot: number): void {
    this.requests[slot] = undefined;
    this.arrived(slot);
  }
}
