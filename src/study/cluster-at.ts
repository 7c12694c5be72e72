/** Runs a scenario to a moment, to look at the cluster as it is then. */
import type { Cluster } from "../cluster/cluster.js";
import type { RunObserver } from "../cluster/observer.js";
import type { SimTime } from "../engine/simulation.js";
import type { Scenario } from "../scenario/scenario.js";
import { beginRun } from "./begin-run.js";

export function clusterAt(scenario: Scenario, time: SimTime, observer?: RunObserver): Cluster {
  const { cluster } = beginRun(scenario, { ...(observer !== undefined && { observer }) });
  cluster.simulation.run(time);
  return cluster;
}
