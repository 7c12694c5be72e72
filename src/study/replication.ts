/** One replication of a scenario: a run with its own number, from files to result tables. The task of a worker thread. */
import type { RunFigures } from "../output/run-summary.js";
import { simulate, type RunOrder } from "./simulate.js";

export interface ReplicationOrder extends RunOrder {
  readonly replication: number;
  /** Folder in which this replication's tables are written. */
  readonly output: string;
}

/** What a worker sends back: plain data. */
export interface ReplicationOutcome {
  readonly replication: number;
  readonly figures: RunFigures;
  /** Expectations of the scenario that did not hold. */
  readonly broken: readonly string[];
}

export function runReplication(order: ReplicationOrder): ReplicationOutcome {
  const { figures, broken } = simulate(order);
  return { replication: order.replication, figures, broken };
}
