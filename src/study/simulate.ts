/** One run of a scenario, from its files to its figures and tables: the cluster is built, the scenario scheduled, all of it recorded. */
import { setImmediate } from "node:timers/promises";
import { Cluster, type ClusterOptions } from "../cluster/cluster.js";
import type { ClusterDescription } from "../cluster/description.js";
import { InvariantChecker, type InvariantReport } from "../cluster/invariants/invariant-checker.js";
import type { SimTime } from "../engine/simulation.js";
import { CsvFile } from "../output/csv.js";
import type { OutputDirectory } from "../output/output-directory.js";
import { PodTraceLog, type TraceStep } from "../output/pod-trace.js";
import { RunRecorder } from "../output/run-recorder.js";
import type { RunFigures } from "../output/run-summary.js";
import { TRACE } from "../output/tables/trace.js";
import { loadScenario } from "../scenario/load.js";
import { InvalidInput } from "../scenario/mistake.js";
import { ScenarioRun, type RunOutcome } from "../scenario/run.js";
import type { Scenario } from "../scenario/scenario.js";
import { SchedulerConfigurationError } from "../scheduler/configuration/configuration-error.js";
import { checkStart } from "../scheduler/configuration/scheduler-configuration.js";
import { loadPlugins, PluginModuleError } from "../scheduler/custom/load-plugins.js";

export interface RunOrder {
  /** A Scenario file, and manifests beside it; manifests alone run on a small cluster. "-" is stdin. */
  readonly files: readonly string[];
  /** Values of the scenario's parameters. */
  readonly settings: Readonly<Record<string, string>>;
  /** Instead of the scenario's own. */
  readonly seed?: number | string;
  readonly replication?: number;
  /** End of the run, instead of the scenario's duration. */
  readonly until?: SimTime;
}

export interface RunResult {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly outcome: RunOutcome;
  readonly figures: RunFigures;
  /** Simulated time at the end. */
  readonly end: SimTime;
  /** Events that the engine ran. */
  readonly events: number;
  /** Steps of the traced pod's creation; absent where none was asked for, or no such pod was created. */
  readonly trace?: readonly TraceStep[];
  /** What became of the invariants; absent where they were not checked. */
  readonly invariants?: InvariantReport;
}

export interface SimulateOptions {
  readonly replication?: number;
  /** Where the tables go; publishing them is the caller's part. Absent: none are written. */
  readonly directory?: OutputDirectory;
  readonly progress?: ProgressListener;
  /** "namespace/name" of the pod whose creation is traced. */
  readonly traced?: string;
  /** Whether the run is held to the invariants of a control plane, which does not change it. */
  readonly check?: boolean;
}

/** Told now and then while a run goes on. */
export type ProgressListener = (now: SimTime, pods: number, events: number) => void;

/** A run is cut into so many slices for its progress to be shown; the cuts have no effect on it. */
const PROGRESS_SLICES = 200;

/** Above this number of nodes series.csv has no lines per node: they would be most of the output. */
const MOST_NODES_WITH_SERIES = 100;

/** Of a node that has no machine: one that a scenario created by hand. */
const NO_USAGE = { cpuMillicores: 0, memoryBytes: 0 };

/**
 * Everything that has to be there before simulated time begins: the scenario read, the scheduler's own plugins loaded.
 *
 * @throws InvalidInput with every mistake
 */
export async function prepare(order: RunOrder): Promise<Scenario> {
  const scenario = loadScenario(order.files, { parameters: new Map(Object.entries(order.settings)) });
  const cluster = await withSchedulerPlugins(scenario);
  return { ...scenario, cluster, seed: order.seed ?? scenario.seed, duration: order.until ?? scenario.duration };
}

export async function withSchedulerPlugins({ cluster, file }: Pick<Scenario, "cluster" | "file">): Promise<ClusterDescription> {
  if (cluster.scheduler === undefined) return cluster;
  try {
    const schedulerPlugins = await loadPlugins(cluster.scheduler);
    checkStart(cluster.scheduler, schedulerPlugins);
    return { ...cluster, schedulerPlugins };
  } catch (error) {
    if (!(error instanceof PluginModuleError || error instanceof SchedulerConfigurationError)) throw error;
    throw new InvalidInput([{ file, line: 1, column: 1, message: `scheduler: ${error.message}` }]);
  }
}

/** Runs a scenario to its end. */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<RunResult> {
  const { replication, directory, progress, traced, check = false } = options;
  const { cluster: description, seed, epoch, duration, outputs } = scenario;
  const machines = description.nodeGroups.reduce((sum, { count = 1 }) => sum + count, 0);
  const recorder: RunRecorder = new RunRecorder({
    ...(directory !== undefined && { directory }),
    ...(replication !== undefined && { replication }),
    ...(outputs.files !== undefined && { files: outputs.files }),
    nodeSeries: machines <= MOST_NODES_WITH_SERIES,
    nodeUsage: (node) => cluster.usage(node) ?? NO_USAGE,
  });
  const cluster: Cluster = built(scenario, { seed, ...(replication !== undefined && { replication }), epoch, observer: recorder });
  const { simulation } = cluster;
  const traceLog = traced === undefined ? undefined : tracePod(cluster, traced);
  const checker = check ? new InvariantChecker(cluster) : undefined;
  const run = new ScenarioRun(cluster, scenario);
  run.start();
  cluster.start();
  const sample = simulation.register(() => {
    recorder.sample(simulation.now);
    if (simulation.now + outputs.interval <= duration) simulation.schedule(outputs.interval, sample);
  });
  simulation.schedule(0, sample);
  let events = 0;
  for (let slice = 1; slice <= PROGRESS_SLICES; slice++) {
    events += simulation.run(Math.round((duration * slice) / PROGRESS_SLICES));
    progress?.(simulation.now, recorder.pods.records.length, events);
    // Between slices the process hears signals.
    await setImmediate();
  }
  const outcome = run.finish();
  const trace = traceLog?.steps;
  if (trace !== undefined && directory !== undefined) writeTrace(directory, trace);
  return {
    scenario,
    cluster,
    outcome,
    figures: recorder.finish(simulation.now),
    end: simulation.now,
    events,
    ...(trace !== undefined && { trace }),
    ...(checker !== undefined && { invariants: checker.finish() }),
  };
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

function tracePod({ apiServer }: Cluster, pod: string): PodTraceLog {
  const log = new PodTraceLog(pod);
  apiServer.onCommit((change) => {
    log.change(change);
  });
  apiServer.trace(log.listener);
  return log;
}

function writeTrace(directory: OutputDirectory, steps: readonly TraceStep[]): void {
  const file = new CsvFile(directory.path(`${TRACE.name}.csv`), TRACE);
  for (const step of steps) file.append(step);
  file.close();
}
