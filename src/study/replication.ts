/** One replication of a scenario: a run with its own number, from files to result tables. The task of a worker thread. */
import type { RunFigures } from "../output/run-summary.js";
import { OutputDirectory } from "../output/output-directory.js";
import { prepare, simulate, type RunOrder } from "./simulate.js";
import { checkCounts, violationLines, type CheckCounts } from "./violation-report.js";

export interface ReplicationOrder extends RunOrder {
  readonly replication: number;
  /** Folder in which this replication's tables are written. */
  readonly output: string;
  /** Whether the run is held to the invariants of a control plane. */
  readonly check: boolean;
}

/** What a worker sends back: plain data. */
export interface ReplicationOutcome {
  readonly replication: number;
  readonly figures: RunFigures;
  /** Steps of the scenario that went wrong and expectations that did not hold. */
  readonly problems: readonly string[];
  /** Lines about invariants that did not hold. */
  readonly violations: readonly string[];
  /** Absent where the run was not checked. */
  readonly checks?: CheckCounts;
}

export async function runReplication(order: ReplicationOrder): Promise<ReplicationOutcome> {
  const { replication, check } = order;
  const directory = new OutputDirectory(order.output, { makesParents: false });
  const { result } = await directory.filledBy(async () => simulate(await prepare(order), { replication, directory, check }));
  const { figures, outcome, invariants } = result;
  const checked =
    invariants === undefined ? { violations: [] } : { violations: violationLines(invariants), checks: checkCounts(invariants) };
  return { replication, figures, problems: outcome.problems, ...checked };
}
