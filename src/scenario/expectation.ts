/** Expectations of a scenario: what must hold at a time, and whether it does. */
import type { LabelMatcher } from "../api/selector.js";
import type { SimTime } from "../engine/simulation.js";
import type { Kind } from "../api/kinds.js";

/** Bounds of a number; what is absent is open. */
export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface PodQuery {
  readonly namespace?: string;
  readonly selector?: LabelMatcher;
  readonly name?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly terminating?: boolean;
  readonly scheduled?: boolean;
  readonly node?: string;
  readonly zone?: string;
  readonly restarts?: Bounds;
}

export interface NodeQuery {
  readonly selector?: LabelMatcher;
  readonly name?: string;
  readonly zone?: string;
  readonly ready?: "True" | "False" | "Unknown";
  readonly unschedulable?: boolean;
  readonly taint?: { readonly key: string; readonly effect?: string };
}

export interface EventQuery {
  readonly namespace?: string;
  readonly reason?: string;
  readonly type?: string;
  readonly object?: { readonly kind: string; readonly name: string };
  readonly message?: string;
}

export type Subject =
  | { readonly subject: "pods"; readonly query: PodQuery; readonly count: Bounds }
  | { readonly subject: "nodes"; readonly query: NodeQuery; readonly count: Bounds }
  | { readonly subject: "events"; readonly query: EventQuery; readonly count: Bounds }
  | {
      readonly subject: "object";
      readonly kind: Kind;
      readonly namespace?: string;
      readonly name: string;
      readonly exists: boolean;
      /** Names and list indices from the object's root. */
      readonly field?: readonly (string | number)[];
      readonly equals?: unknown;
      readonly bounds?: Bounds;
    }
  | {
      readonly subject: "requests";
      readonly generator: string;
      readonly outcome: "sent" | "succeeded" | "timedOut" | "refused" | "failed";
      /** Requests are counted from this time on. */
      readonly since: SimTime;
      readonly count?: Bounds;
      readonly share?: Bounds;
    }
  /** `code` is an HTTP status code of the API server. */
  | { readonly subject: "answers"; readonly code: number; readonly count: Bounds };

export type Expectation = Subject & {
  /** When it must hold; "end" is after the last event of the run. */
  readonly at: SimTime | "end";
  readonly because?: string;
  /** As one would say it, for messages. */
  readonly text: string;
  readonly file: string;
  readonly line: number;
};
