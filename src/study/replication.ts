/** One replication of a scenario: a run with its own number, from files to result tables. The task of a worker thread. */
import type { RunFigures } from "../output/run-summary.js";
import { OutputDirectory } from "../output/output-directory.js";
import { prepare, simulate, type RunOrder } from "./simulate.js";

export interface ReplicationOrder extends RunOrder {
  readonly replication: number;
  /** Folder in which this replication's tables are written. */
  readonly output: string;
}

/** What a worker sends back: plain data. */
export interface ReplicationOutcome {
  readonly replication: number;
  readonly figures: RunFigures;
  /** Steps of the scenario that went wrong and expectations that did not hold. */
  readonly problems: readonly string[];
}

export async function runReplication(order: ReplicationOrder): Promise<ReplicationOutcome> {
  const directory = new OutputDirectory(order.output);
  try {
    const { figures, outcome } = await simulate(await prepare(order), order.replication, directory);
    directory.publish();
    return { replication: order.replication, figures, problems: outcome.problems };
  } catch (error) {
    directory.discard();
    throw error;
  }
}
