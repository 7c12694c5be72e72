/**
 * What a run shows to those who record it. Observers see every change at the moment at which it is stored, without delay and
 * without effect on the run.
 */
import type { Change } from "../control-plane/apiserver/change.js";
import type { DecisionListener, SchedulingAttempt, SchedulingCycle } from "../scheduler/observer.js";
import type { RequestRecord } from "../traffic/request-record.js";

export interface RunObserver {
  /** A change of an API object was stored. */
  change?(change: Change): void;
  /** A scheduler tried to place a pod. */
  attempt?(attempt: SchedulingAttempt): void;
  /** A scheduler is about to decide on a pod; the listener returned is told how. */
  deciding?(cycle: SchedulingCycle): DecisionListener | undefined;
  /** A request of a traffic generator ended. The record is used again afterwards: copy what is kept. */
  request?(record: RequestRecord): void;
}
