/** A request on its way through the API server, and who sent it. */
import type { Kind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { SimTime } from "../../engine/simulation.js";
import type { Result, Target } from "./client.js";

/** Verbs of the API as permission rules name them. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";
export type Subresource = "" | "status" | "binding" | "eviction" | "scale";

/** The caller as authentication has found it. */
export interface Caller {
  readonly component: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly host: string | undefined;
}

/** The client of a request. */
export interface Sender {
  readonly caller: Caller;
  /** Reserves a place in the client's own rate limit: returns how many microseconds to wait. */
  readonly reserve: (() => SimTime) | undefined;
  /** When writes of an object that are on their way reach the server, by the object's name: none overtakes another. Reads may. */
  readonly arrivals: Map<string, SimTime>;
}

/** What a write asks of the stored object: that it still is the one that the writer has read. */
export interface WritePrecondition {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** A request whose turn it is: it has passed the checks, and what is stored is what it finds. */
export interface HandledRequest {
  readonly caller: Caller;
  readonly verb: Verb;
  readonly subresource: Subresource;
  readonly target: Target;
  readonly precondition: WritePrecondition | undefined;
}

/** Called before each request is handled; the function that it returns is called right afterwards and told whether it was accepted. */
export type HandlingListener = (request: HandledRequest) => ((accepted: boolean) => void) | undefined;

/** How work goes on that writes what follows from what it has read a moment before, where that has changed in between. */
export interface Rereading {
  /** Looks at what is stored, when the request has been authorised and at each further try. */
  readonly read: () => void;
  /** Microseconds to the next try; undefined where the server gives up and answers with the conflict. */
  readonly nextTry: () => SimTime | undefined;
}

/** What a request asks for. */
export interface RequestWork {
  readonly verb: Verb;
  readonly subresource: Subresource;
  readonly target: Target;
  readonly precondition: WritePrecondition | undefined;
  /** Whether the watch cache may answer alone, without etcd. */
  readonly fromCache?: boolean;
  /** Does the work when the request has passed the checks. @throws ApiStatusError where it is refused */
  readonly handle: () => ApiObject | readonly ApiObject[];
  /** Absent where the work reads and writes in one step. */
  readonly rereading?: Rereading;
  readonly done: ((result: Result<never>) => void) | undefined;
}

/** When a request reached each step of its path; kept only while someone traces. */
export interface RequestSteps {
  /** Left the client, after its own rate limit. */
  readonly sent: SimTime;
  readonly received: SimTime;
  readonly authorized: SimTime;
  readonly admitted: SimTime;
  readonly validated: SimTime;
  /** Of a write that changed something. */
  committed: SimTime | undefined;
  /** The client got the answer; undefined where it does not wait for one. */
  answered: SimTime | undefined;
}

export interface TracedRequest {
  readonly caller: Caller;
  readonly verb: Verb;
  readonly subresource: Subresource;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  /** When the component made the call. */
  readonly issued: SimTime;
  readonly steps: RequestSteps;
  /** HTTP status code, 200 or 201 where all went well. */
  readonly code: number;
}

export function isRead(verb: Verb): boolean {
  return verb === "get" || verb === "list" || verb === "watch";
}
