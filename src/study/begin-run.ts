/** How every run begins: the scenario's cluster is built, the scenario's steps are scheduled, and both start. */
import { Cluster, type ClusterOptions } from "../cluster/cluster.js";
import type { RunObserver } from "../cluster/observer.js";
import type { SimTime, Simulation } from "../engine/simulation.js";
import { InvalidInput } from "../scenario/mistake.js";
import { ScenarioRun } from "../scenario/run.js";
import type { Scenario } from "../scenario/scenario.js";

export interface BegunRun {
  readonly cluster: Cluster;
  readonly run: ScenarioRun;
}

/**
 * @param attach is shown the cluster before anything happens in it
 * @throws InvalidInput where the cluster cannot be built
 */
export function beginRun(
  scenario: Scenario,
  options: { readonly replication?: number; readonly observer?: RunObserver } = {},
  attach: (cluster: Cluster) => void = () => undefined,
): BegunRun {
  const { seed, epoch } = scenario;
  const cluster = built(scenario, { seed, epoch, ...options });
  attach(cluster);
  const run = new ScenarioRun(cluster, scenario);
  run.start();
  cluster.start();
  return { cluster, run };
}

/** Settings that no machine or range can have are the scenario's mistake, though they are found only when the cluster is built. */
function built({ cluster, file }: Scenario, options: ClusterOptions): Cluster {
  try {
    return new Cluster(cluster, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidInput([{ file, line: 1, column: 1, message: `cluster: ${error.message}` }]);
  }
}

/** Takes a sample now and after each interval, up to and including the end. */
export function sampleRegularly(simulation: Simulation, interval: SimTime, end: SimTime, take: () => void): void {
  const sample = simulation.register(() => {
    take();
    if (simulation.now + interval <= end) simulation.schedule(interval, sample);
  });
  simulation.schedule(0, sample);
}
