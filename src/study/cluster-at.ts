/** Runs a scenario to a moment, to look at the cluster as it is then. */
import { Cluster } from "../cluster/cluster.js";
import type { RunObserver } from "../cluster/observer.js";
import type { SimTime } from "../engine/simulation.js";
import { ScenarioRun } from "../scenario/run.js";
import type { Scenario } from "../scenario/scenario.js";

export function clusterAt(scenario: Scenario, time: SimTime, observer?: RunObserver): Cluster {
  const { cluster: description, seed, epoch } = scenario;
  const cluster = new Cluster(description, { seed, epoch, ...(observer !== undefined && { observer }) });
  new ScenarioRun(cluster, scenario).start();
  cluster.start();
  cluster.simulation.run(time);
  return cluster;
}
