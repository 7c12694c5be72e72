/**
 * What the server does for a request before etcd: authentication and authorisation, mutating admission, validation. Reads are done
 * after the first of them.
 */
import type { SimTime } from "../../engine/simulation.js";
import type { LatencySampler } from "./latencies.js";
import { isRead, type RequestSteps, type RequestWork, type Sender } from "./request.js";

export interface RequestLatencies {
  readonly network: LatencySampler;
  readonly authorization: LatencySampler;
  readonly mutatingAdmission: LatencySampler;
  readonly validation: LatencySampler;
}

/** A request that has left its client. */
export interface TakenRequest {
  readonly sender: Sender;
  readonly work: RequestWork;
  readonly sent: SimTime;
  /** Filled in where somebody wants to know. */
  steps: RequestSteps | undefined;
}

/** The cores that do that work. */
export interface ServerCores {
  /**
   * Begins with a request that has just left its client. Writes of one object by one client come out in the order in which they went in.
   *
   * @param slot told to whoever takes the request when the work is done
   * @param traced whether the request's steps are wanted
   */
  take(slot: number, request: TakenRequest, traced: boolean): void;
}

/** The object's name, where writes of it have to be kept in order. */
export function orderedName({ verb, target }: RequestWork): string | undefined {
  return isRead(verb) || target.name === "" ? undefined : target.name;
}
