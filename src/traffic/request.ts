/** One attempt of a request while it is under way. Slots are used again, so that a million requests allocate only what is open at once. */
import type { EventId, SimTime } from "../engine/simulation.js";
import type { TrafficClient, TrafficConnection } from "./network.js";
import type { RequestResult } from "./request-record.js";
import type { ServerStation } from "./server-station.js";

export class Request {
  /** When the user sent it, before the first attempt. */
  start: SimTime = 0;
  attemptStart: SimTime = 0;
  attempts = 0;
  client: TrafficClient | undefined;
  /** Whether the connection is open. */
  connected = false;
  /** The client gave up: whatever becomes of it at the server concerns nobody. */
  abandoned = false;
  /** On its way to the server, which does not know of it yet. */
  travelling = false;
  resolve = 0;
  connect = 0;
  arrivedAt: SimTime = 0;
  serviceStart: SimTime = 0;
  serviceTime = 0;
  /** How it will fail, where that is decided. */
  failure: RequestResult = "error";
  station: ServerStation | undefined;
  /** Position among those in service at its station, -1 elsewhere. */
  position = -1;
  departure: EventId = 0;
  /** Next in the station's queue. */
  following: Request | undefined;
  /** Neighbours among the generator's unanswered requests, in the order in which they were sent. */
  older: Request | undefined;
  newer: Request | undefined;
  outstanding = false;

  constructor(
    readonly id: number,
    readonly connection: TrafficConnection,
    readonly owner: RequestOwner,
  ) {}
}

/** Who is told what becomes of a request at the server. */
export interface RequestOwner {
  /** Its service ended and the answer is on its way. */
  answered(request: Request, withError: boolean): void;
  /** The server refused it or went away with a reset. */
  reset(request: Request): void;
  /** The server is gone without a word; nothing will come back. */
  lost(request: Request): void;
}
